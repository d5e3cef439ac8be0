import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { BeadModel } from "../../core/structure/structure";
import { readBeadModel } from "./read-bead-model";
import { writeBeadModel } from "./write-bead-model";

const model = (rows: readonly (readonly number[])[]): BeadModel => ({
  kind: "beads",
  name: "some.beads",
  positionsAngstrom: Float32Array.from(rows.flatMap((row) => row.slice(0, 3))),
  electrons: Float32Array.from(rows, (row) => row[3]),
  sigmasAngstrom: Float32Array.from(rows, (row) => row[4]),
});

const two = model([
  [10, -20, 30, 400, 5],
  [-15, 25, 7, 100, 9],
]);

describe("bead model files", () => {
  test("keep every number within its step, and are 28 bytes and 9 a bead", () => {
    const float = (min: number, max: number) => fc.double({ min, max, noNaN: true });
    const row = fc.tuple(float(-300, 300), float(-300, 300), float(-300, 300), float(1, 5000), float(2, 40));
    fc.assert(
      fc.property(fc.array(row, { minLength: 1, maxLength: 40 }), (rows) => {
        const written = model(rows);
        const bytes = writeBeadModel(written);
        expect(bytes).toHaveLength(28 + 9 * rows.length);
        const read = readBeadModel(bytes, written.name);
        expect({ kind: read.kind, name: read.name }).toEqual({ kind: "beads", name: "some.beads" });
        // Half a step of the largest that is possible, and f32's rounding.
        const near = (a: Float32Array, b: Float32Array, step: number) =>
          a.forEach((value, i) => {
            expect(Math.abs(value - b[i])).toBeLessThanOrEqual(step * 0.5001 + 1e-4);
          });
        near(read.positionsAngstrom, written.positionsAngstrom, 300 / 32767);
        near(read.electrons, written.electrons, 5000 / 65535);
        near(read.sigmasAngstrom, written.sigmasAngstrom, 38 / 255);
      }),
      { numRuns: 200, seed: 11 },
    );
  });

  test("are the same bytes when what was read is written again", () => {
    const bytes = writeBeadModel(two);
    expect(writeBeadModel(readBeadModel(bytes, "again"))).toEqual(bytes);
  });

  test("are laid out as the format says", () => {
    const bytes = writeBeadModel(two);
    expect(new TextDecoder().decode(bytes.subarray(0, 8))).toBe("TSBEADS1");
    const view = new DataView(bytes.buffer);
    expect(view.getUint32(8, true)).toBe(2);
    expect([12, 16, 20, 24].map((at) => view.getFloat32(at, true))).toEqual([30, 400, 5, 9]);
    expect([28, 30, 32].map((at) => view.getInt16(at, true))).toEqual([10922, -21845, 32767]);
    expect([view.getUint16(34, true), view.getUint8(36)]).toEqual([65535, 0]);
    expect([view.getUint16(43, true), view.getUint8(45)]).toEqual([16384, 255]);
  });

  test("are read from the middle of a larger buffer", () => {
    const bytes = writeBeadModel(two);
    const larger = new Uint8Array(bytes.length + 13);
    larger.set(bytes, 13);
    expect(readBeadModel(larger.subarray(13), "x")).toEqual(readBeadModel(bytes, "x"));
  });

  test("one bead at the origin survives", () => {
    const one = readBeadModel(writeBeadModel(model([[0, 0, 0, 42, 6]])), "one");
    expect([...one.positionsAngstrom, ...one.electrons, ...one.sigmasAngstrom]).toEqual([0, 0, 0, 42, 6]);
  });

  const changed = (change: (view: DataView) => void) => {
    const bytes = writeBeadModel(two);
    change(new DataView(bytes.buffer));
    return bytes;
  };

  test.each([
    ["empty", new Uint8Array(0), "not-this-format", /x.beads is no bead model/],
    ["of another format", new TextEncoder().encode("data_particles\nloop_"), "not-this-format", /TSBEADS1/],
    [
      "of a later version",
      changed((v) => v.setUint8(7, 0x32)),
      "unsupported",
      /of version 2; Tomoscope reads version 1/,
    ],
    ["cut in the header", writeBeadModel(two).subarray(0, 20), "truncated", /ends within its header/],
    [
      "cut in the beads",
      writeBeadModel(two).subarray(0, 40),
      "truncated",
      /2 beads take 46 bytes, and there are 40/,
    ],
    ["without beads", changed((v) => v.setUint32(8, 0, true)), "bad-header", /has no beads/],
    [
      "of no extent",
      changed((v) => v.setFloat32(12, 0, true)),
      "bad-header",
      /extentAngstrom must be above 0, not 0/,
    ],
    [
      "of no electrons",
      changed((v) => v.setFloat32(16, Number.NaN, true)),
      "bad-header",
      /mostElectrons .* not NaN/,
    ],
    [
      "of falling deviations",
      changed((v) => v.setFloat32(24, 4, true)),
      "bad-header",
      /least deviation is above/,
    ],
  ])("%s are refused with a sentence", (_, bytes, tag, sentence) => {
    expect(() => readBeadModel(bytes, "x.beads")).toThrow(sentence);
    expect(() => readBeadModel(bytes, "x.beads")).toThrow(expect.objectContaining({ tag }));
  });

  test.each([
    [model([]), /has no beads/],
    [model([[0, 0, Number.NaN, 1, 1]]), /value NaN/],
    [model([[0, 0, 0, 0, 1]]), /value 0/],
    [model([[0, 0, 0, 1, -2]]), /value -2/],
  ])("models that cannot be kept are not written (%#)", (bad, sentence) => {
    expect(() => writeBeadModel(bad)).toThrow(sentence);
  });
});
