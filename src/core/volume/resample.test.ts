import fc from "fast-check";
import { expect, test } from "vitest";
import { cropTile } from "../../testing/cases/network-cases";
import { fillNormal } from "../random/philox";
import { nearestAlong, resampleVolume, resamplingTo } from "./resample";
import { type Box, type Shape3, voxelCount, wholeBox } from "./shape";
import type { VolumeReader } from "./volume";

function readerOf(values: Float32Array, shape: Shape3, angstrom: number): VolumeReader {
  return {
    meta: {
      name: "cell.mrc",
      shape,
      dtype: "float32",
      voxelSizeAngstrom: { x: angstrom, y: angstrom, z: angstrom },
      originAngstrom: { x: 0, y: 0, z: 0 },
      warnings: [],
    },
    readBox: async (box) => cropTile(values, shape, box),
  };
}

const resampled = (reader: VolumeReader, angstrom: number) =>
  resampleVolume(reader, resamplingTo(reader.meta, angstrom), angstrom);

const SHAPE: Shape3 = [17, 22, 13];
const noise = new Float32Array(voxelCount(SHAPE));
fillNormal(noise, 11, 0);

test("any box holds the same numbers as that part of the whole, to the last bit", async () => {
  const angstroms = fc.double({ min: 2, max: 40, noNaN: true });
  const unit = fc.double({ min: 0, max: 0.999, noNaN: true });
  const ends = fc.tuple(unit, unit, unit, unit, unit, unit);
  await fc.assert(
    fc.asyncProperty(angstroms, ends, async (angstrom, [a, b, c, d, e, f]) => {
      const volume = resampled(readerOf(noise, SHAPE, 10), angstrom);
      const { shape } = volume.meta;
      const range = (u: number, v: number, side: number) => {
        const start = Math.floor(u * side);
        return [start, start + 1 + Math.floor(v * (side - start))] as const;
      };
      const [z, y, x] = [range(a, b, shape[0]), range(c, d, shape[1]), range(e, f, shape[2])];
      const box: Box = { z0: z[0], y0: y[0], x0: x[0], z1: z[1], y1: y[1], x1: x[1] };
      const whole = await volume.readBox(wholeBox(shape));
      expect(await volume.readBox(box)).toEqual(cropTile(whole, shape, box));
    }),
    { seed: 4, numRuns: 30 },
  );
});

test("finer voxels are interpolated: a ramp stays a ramp, old voxels stay what they were", async () => {
  const shape: Shape3 = [5, 4, 6];
  const ramp = Float32Array.from({ length: voxelCount(shape) }, (_, i) => {
    const [x, y, z] = [i % 6, Math.floor(i / 6) % 4, Math.floor(i / 24)];
    return 3 * x - 2 * y + 5 * z;
  });
  const fine = resampled(readerOf(ramp, shape, 10), 2.5);
  expect(fine.meta.shape).toEqual([17, 13, 21]);
  const values = await fine.readBox(wholeBox(fine.meta.shape));
  for (const [z, y, x] of [
    [0, 0, 0],
    [16, 12, 20],
    [4, 8, 12],
    [7, 3, 18],
  ])
    expect(values[(z * 13 + y) * 21 + x]).toBeCloseTo((3 * x - 2 * y + 5 * z) / 4, 5);
});

test("coarser voxels are means: constants stay, what no coarse grid can hold goes", async () => {
  const shape: Shape3 = [12, 12, 12];
  const constant = resampled(readerOf(new Float32Array(1728).fill(7), shape, 5), 13);
  for (const value of await constant.readBox(wholeBox(constant.meta.shape))) expect(value).toBeCloseTo(7, 5);

  const alternating = Float32Array.from({ length: 1728 }, (_, i) => (i % 2 === 0 ? 1 : -1));
  const coarse = resampled(readerOf(alternating, shape, 5), 10);
  const values = await coarse.readBox(wholeBox(coarse.meta.shape));
  const [, ny, nx] = coarse.meta.shape;
  // ¼, ½, ¼ of +1 and −1; at the faces the tent is cut.
  for (let x = 1; x < nx - 1; x++) expect(Math.abs(values[(2 * ny + 2) * nx + x])).toBeLessThan(1e-6);
});

test("every old voxel has a new one within half of it, on grids that share voxel 0", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 400 }),
      fc.double({ min: 0.13, max: 8, noNaN: true }),
      (count, step) => {
        const { meta } = readerOf(new Float32Array(0), [count, 1, 1], 10);
        const { z } = resamplingTo(meta, 10 * step);
        const nearest = nearestAlong(z);
        expect(nearest[0]).toBe(0);
        expect(nearest[count - 1]).toBe(z.newCount - 1);
        nearest.forEach((at, i) => {
          expect(Math.abs(at * z.step - i)).toBeLessThanOrEqual(z.step / 2 + 1e-9);
        });
      },
    ),
    { seed: 9 },
  );
});
