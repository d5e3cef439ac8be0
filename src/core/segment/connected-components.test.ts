import { expect, test } from "vitest";
import { uniformSequence } from "../random/philox";
import { type Shape3, voxelCount } from "../volume/shape";
import { connectedComponents } from "./connected-components";
import { LabelRunsBuilder } from "./label-runs";

const calm = async () => {};

function runsOf(values: ArrayLike<number>, shape: Shape3, labels: number[], scores?: ArrayLike<number>) {
  const builder = new LabelRunsBuilder(shape, labels, scores !== undefined);
  builder.add(values, scores ?? null);
  return builder.finish();
}

/** The obvious way: flood fill through faces, voxel by voxel. */
function floodFill(values: ArrayLike<number>, [nz, ny, nx]: Shape3, label: number): number[][] {
  const seen = new Set<number>();
  const components: number[][] = [];
  for (let start = 0; start < values.length; start++) {
    if (values[start] !== label || seen.has(start)) continue;
    const members = [start];
    seen.add(start);
    for (const index of members) {
      const x = index % nx;
      const y = Math.floor(index / nx) % ny;
      const z = Math.floor(index / (nx * ny));
      const faces = [
        x > 0 && index - 1,
        x < nx - 1 && index + 1,
        y > 0 && index - nx,
        y < ny - 1 && index + nx,
        z > 0 && index - nx * ny,
        z < nz - 1 && index + nx * ny,
      ];
      for (const face of faces) {
        if (face === false || values[face] !== label || seen.has(face)) continue;
        seen.add(face);
        members.push(face);
      }
    }
    components.push(members);
  }
  return components;
}

test.each([0.15, 0.35, 0.6, 0.95])(
  "components of random labels (fill %f) are those of a flood fill",
  async (fill) => {
    const shape: Shape3 = [13, 17, 23];
    const random = uniformSequence(7, Math.round(fill * 100));
    const values = Array.from({ length: voxelCount(shape) }, () =>
      random() < fill ? 1 + Math.floor(2 * random()) : 0,
    );
    const scores = values.map(() => random());
    for (const runs of runsOf(values, shape, [1, 2], scores)) {
      const found = await connectedComponents(runs, calm);
      const expected = floodFill(values, shape, runs.label);
      expect(found.map((component) => component.sizeVoxels)).toEqual(
        expected.map((members) => members.length),
      );
      found.forEach((component, i) => {
        const mean = (of: (index: number) => number) =>
          expected[i].reduce((sum, index) => sum + of(index), 0) / expected[i].length;
        const [, ny, nx] = shape;
        expect(component.label).toBe(runs.label);
        expect(component.centroid.x).toBeCloseTo(
          mean((index) => index % nx),
          9,
        );
        expect(component.centroid.y).toBeCloseTo(
          mean((index) => Math.floor(index / nx) % ny),
          9,
        );
        expect(component.centroid.z).toBeCloseTo(
          mean((index) => Math.floor(index / (nx * ny))),
          9,
        );
        // Scores are summed in float32 along each run.
        expect(component.meanScore).toBeCloseTo(
          mean((index) => scores[index]),
          6,
        );
        const xs = expected[i].map((index) => index % nx);
        expect([component.box.x0, component.box.x1]).toEqual([Math.min(...xs), Math.max(...xs) + 1]);
      });
    }
  },
);

test("voxels that touch by an edge only are two components, by a face one", async () => {
  const shape: Shape3 = [1, 2, 3];
  const [byEdge] = runsOf([1, 0, 0, 0, 1, 0], shape, [1]);
  expect(await connectedComponents(byEdge, calm)).toHaveLength(2);
  const [byFace] = runsOf([1, 1, 0, 0, 1, 0], shape, [1]);
  expect(await connectedComponents(byFace, calm)).toMatchObject([
    { sizeVoxels: 3, box: { z0: 0, y0: 0, x0: 0, z1: 1, y1: 2, x1: 2 }, meanScore: null },
  ]);
});

test("a row ends a run: the last voxel of one row does not touch the first of the next", async () => {
  const [runs] = runsOf([0, 0, 1, 1, 0, 0], [1, 2, 3], [1]);
  expect(await connectedComponents(runs, calm)).toHaveLength(2);
});

test("sections may come in any number at a time, and labels not asked for are left out", () => {
  const shape: Shape3 = [4, 3, 5];
  const values = Array.from({ length: 60 }, (_, i) => (i * 7) % 4);
  const [whole] = runsOf(values, shape, [3]);
  const builder = new LabelRunsBuilder(shape, [3], false);
  builder.add(values.slice(0, 15), null);
  builder.add(values.slice(15), null);
  const pieces = builder.finish();
  expect(pieces).toHaveLength(1);
  expect([...pieces[0].rowOffsets]).toEqual([...whole.rowOffsets]);
  expect(pieces[0].voxels).toBe(values.filter((value) => value === 3).length);
});

test.each([0.5, -1, 256, Number.NaN])("%f is no label, and the voxel is named", (value) => {
  expect(() => runsOf([0, 0, 0, value], [1, 2, 2], [1])).toThrow(
    /voxel x 1, y 1, z 0 .* not a whole number from 0 to 255/,
  );
});
