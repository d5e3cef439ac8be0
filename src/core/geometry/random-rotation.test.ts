import { expect, test } from "vitest";
import { uniformSequence } from "../random/philox";
import { frameOf, randomRotation, randomSpin } from "./random-rotation";
import { matrixOf } from "./rotation";

const DRAWS = 20_000;

test("random rotations are of unit length and even over SO(3)", () => {
  const random = uniformSequence(3, 1);
  const mean = new Float64Array(9);
  const square = new Float64Array(9);
  let angle = 0;
  for (let i = 0; i < DRAWS; i++) {
    const q = randomRotation(random);
    expect(Math.hypot(q.x, q.y, q.z, q.w)).toBeCloseTo(1, 12);
    matrixOf(q).forEach((m, j) => {
      mean[j] += m / DRAWS;
      square[j] += (m * m) / DRAWS;
    });
    angle += (2 * Math.acos(Math.min(1, Math.abs(q.w)))) / DRAWS;
  }
  // Entries of an even random rotation have mean 0 and variance 1/3; its angle has the mean π/2 + 2/π.
  for (let j = 0; j < 9; j++) {
    expect(Math.abs(mean[j])).toBeLessThan(0.02);
    expect(square[j]).toBeCloseTo(1 / 3, 1.7);
  }
  expect(angle).toBeCloseTo(Math.PI / 2 + 2 / Math.PI, 1.5);
});

test.each<[number, number, number]>([
  [0, 0, 1],
  [0, 0, -2],
  [1, 0, 0],
  [-0.3, 0.4, -1e-9],
  [0.2, -5, 3],
])("the frame of (%d, %d, %d) is a rotation that takes z there, and a spin takes an axis there", (...d) => {
  const m = frameOf(d);
  const length = Math.hypot(...d);
  for (const row of [0, 1, 2]) expect(m[3 * row + 2]).toBeCloseTo(d[row] / length, 12);
  const determinant =
    m[0] * (m[4] * m[8] - m[5] * m[7]) -
    m[1] * (m[3] * m[8] - m[5] * m[6]) +
    m[2] * (m[3] * m[7] - m[4] * m[6]);
  expect(determinant).toBeCloseTo(1, 12);

  const axis = [0.6, 0, -0.8] as const;
  const spins = [1, 2].map((stream) => matrixOf(randomSpin(axis, d, uniformSequence(1, stream))));
  for (const s of spins)
    for (const row of [0, 1, 2])
      expect(s[3 * row] * axis[0] + s[3 * row + 2] * axis[2]).toBeCloseTo(d[row] / length, 12);
  expect(spins[0]).not.toEqual(spins[1]);
});
