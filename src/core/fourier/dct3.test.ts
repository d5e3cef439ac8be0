import { describe, expect, test } from "vitest";
import { fillNormal } from "../random/philox";
import { type Shape3, voxelCount } from "../volume/shape";
import { dctWedgeWeights } from "./dct-wedge";
import { createDct3 } from "./dct3";

const SHAPES: readonly Shape3[] = [
  [4, 6, 8],
  [5, 7, 3],
  [1, 9, 2],
];

const normal = (shape: Shape3) => {
  const values = new Float32Array(voxelCount(shape));
  fillNormal(values, 1, 0);
  return values;
};

/** One coefficient as the definition has it: a sum over all voxels. */
function slowCoefficient(values: Float32Array, [nz, ny, nx]: Shape3, k: readonly number[]): number {
  const cosine = (n: number, at: number, index: number) =>
    Math.sqrt((index === 0 ? 1 : 2) / n) * Math.cos((Math.PI * (2 * at + 1) * index) / (2 * n));
  let sum = 0;
  for (let z = 0, i = 0; z < nz; z++)
    for (let y = 0; y < ny; y++)
      for (let x = 0; x < nx; x++, i++)
        sum += values[i] * cosine(nz, z, k[0]) * cosine(ny, y, k[1]) * cosine(nx, x, k[2]);
  return sum;
}

describe.each(SHAPES)("a cosine transform of %i × %i × %i", (...shape) => {
  const values = normal(shape);
  const coefficients = new Float32Array(values.length);
  createDct3(shape).forward(values, coefficients);

  test("is the sum of cosines", () => {
    const [nz, ny, nx] = shape;
    for (let z = 0, i = 0; z < nz; z++)
      for (let y = 0; y < ny; y++)
        for (let x = 0; x < nx; x++, i++)
          expect(Math.abs(coefficients[i] - slowCoefficient(values, shape, [z, y, x]))).toBeLessThan(2e-6);
  });

  test("keeps the length and comes back, in place too", () => {
    const power = (v: Float32Array) => v.reduce((sum, value) => sum + value * value, 0);
    expect(power(coefficients) / power(values)).toBeCloseTo(1, 5);
    const back = Float32Array.from(coefficients);
    createDct3(shape).inverse(back, back);
    back.forEach((value, i) => {
      expect(Math.abs(value - values[i])).toBeLessThan(1e-6);
    });
  });
});

describe("what was measured of a cosine transform", () => {
  const shape: Shape3 = [6, 5, 8];
  const at = (weights: Float32Array, z: number, y: number, x: number) => weights[(z * 5 + y) * 8 + x];
  const angleDeg = (f: number, fz: number) =>
    f === 0 ? (fz === 0 ? 0 : 90) : (Math.atan(fz / f) * 180) / Math.PI;

  test("is what lies within the smaller of both tilts, and for two axes within either's", () => {
    const aboutY = { minTiltDeg: -61, maxTiltDeg: 47, tiltAxis: "y" } as const;
    const aboutX = { minTiltDeg: -33, maxTiltDeg: 50, tiltAxis: "x" } as const;
    const weights = dctWedgeWeights(shape, [aboutY, aboutX]);
    for (let z = 0; z < 6; z++)
      for (let y = 0; y < 5; y++)
        for (let x = 0; x < 8; x++) {
          const isMeasured = angleDeg(x / 8, z / 6) <= 47 || angleDeg(y / 5, z / 6) <= 33;
          expect(at(weights, z, y, x), `${z}, ${y}, ${x}`).toBe(isMeasured ? 1 : 0);
        }
  });

  test("has no tilt on one side: nothing but what both sides share, the zero frequency along x and z", () => {
    const weights = dctWedgeWeights(shape, [{ minTiltDeg: 10, maxTiltDeg: 60, tiltAxis: "y" }]);
    expect(weights.reduce((sum, weight) => sum + weight)).toBe(5); // one for each ky
  });
});
