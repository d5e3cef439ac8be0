import { expect, test } from "vitest";
import { beadsAlong, filamentModel } from "./filaments";

const triples = (beads: Float32Array) =>
  Array.from({ length: beads.length / 3 }, (_, i) => [...beads.subarray(3 * i, 3 * i + 3)]);

test.each([13, 14])(
  "a microtubule of %d protofilaments closes after three monomers, left-handed",
  (protofilaments) => {
    const model = filamentModel({ kind: "microtubule", count: 1, protofilaments });
    const beads = triples(model.beads(200));
    const radius = (112 * protofilaments) / 13;
    const angleOf = ([x, y]: number[]) =>
      Math.round((Math.atan2(y, x) * protofilaments) / (2 * Math.PI) + protofilaments) % protofilaments;
    const columns = Array.from({ length: protofilaments }, (_, p) =>
      beads
        .filter((bead) => angleOf(bead) === p)
        .map(([, , z]) => z)
        .sort((a, b) => a - b),
    );
    for (const [x, y] of beads) expect(Math.hypot(x, y)).toBeCloseTo(radius, 3);
    for (const column of columns)
      for (let i = 1; i < column.length; i++) expect(column[i] - column[i - 1]).toBeCloseTo(41, 3);
    // From one protofilament to the next the lattice falls by 123 Å / n, and so it does over the seam.
    const fall = (a: number[], b: number[]) => (((a[3] - b[3]) % 41) + 41) % 41;
    for (let p = 0; p < protofilaments; p++)
      expect(fall(columns[p], columns[(p + 1) % protofilaments])).toBeCloseTo(123 / protofilaments, 2);
  },
);

test("actin goes up 27.5 Å and turns by −166.7° from one monomer to the next", () => {
  const beads = triples(filamentModel({ kind: "actin", count: 1 }).beads(150));
  for (let i = 1; i < beads.length; i++) {
    const [[ax, ay, az], [bx, by, bz]] = [beads[i - 1], beads[i]];
    expect(bz - az).toBeCloseTo(27.5, 4);
    const turn = ((Math.atan2(by, bx) - Math.atan2(ay, ax)) * 180) / Math.PI;
    expect(((turn + 166.7 + 540) % 360) - 180).toBeCloseTo(0, 2);
  }
});

test("beads about an axis keep their distances, in voxels", () => {
  const beads = filamentModel({ kind: "actin", count: 1 }).beads(100);
  const axis = { centre: { x: 5, y: 6, z: 7 }, direction: [0.8, 0.6, 0] as const };
  const placed = triples(beadsAlong(beads, axis, 10));
  triples(beads).forEach(([x, y, z], i) => {
    const d = [placed[i][0] - 5, placed[i][1] - 6, placed[i][2] - 7];
    const along = 0.8 * d[0] + 0.6 * d[1];
    expect(along).toBeCloseTo(z / 10, 4);
    expect(Math.hypot(...d)).toBeCloseTo(Math.hypot(x, y, z) / 10, 4);
  });
});
