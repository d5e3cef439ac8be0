import fc from "fast-check";
import { expect, test } from "vitest";
import { matrixOf, multiply, quaternionOf, rotationAbout } from "./rotation";

const S = Math.SQRT1_2;
const closeTo = (values: readonly number[]) => values.map((value) => expect.closeTo(value, 12));

test("rotations are right-handed and the last factor acts first", () => {
  // 90° about z takes x to y.
  expect(rotationAbout("z", 90)).toEqual(closeTo([0, -1, 0, 1, 0, 0, 0, 0, 1]));
  // 90° about x takes y to z, about y takes z to x.
  expect(rotationAbout("x", 90)).toEqual(closeTo([1, 0, 0, 0, 0, -1, 0, 1, 0]));
  expect(rotationAbout("y", 90)).toEqual(closeTo([0, 0, 1, 0, 1, 0, -1, 0, 0]));
  // x → y (about z) → z (about x).
  const both = multiply(rotationAbout("x", 90), rotationAbout("z", 90));
  expect([both[0], both[3], both[6]]).toEqual(closeTo([0, 0, 1]));
});

test("a quarter turn about z as a quaternion", () => {
  expect(quaternionOf(rotationAbout("z", 90))).toEqual({
    x: 0,
    y: 0,
    z: expect.closeTo(S),
    w: expect.closeTo(S),
  });
  expect(matrixOf({ x: 0, y: 0, z: S, w: S })).toEqual(closeTo(rotationAbout("z", 90)));
});

test("quaternion → matrix → quaternion gives the same rotation, half turns included", () => {
  const part = fc.constantFrom(-1, -0.5, 0, 1e-9, 0.3, 1);
  fc.assert(
    fc.property(part, part, part, part, (x, y, z, w) => {
      const length = Math.hypot(x, y, z, w);
      fc.pre(length > 0.1);
      const back = quaternionOf(matrixOf({ x, y, z, w }));
      const alignment = (back.x * x + back.y * y + back.z * z + back.w * w) / length;
      expect(Math.abs(alignment)).toBeCloseTo(1, 12);
      expect(back.w).toBeGreaterThanOrEqual(0);
    }),
    { seed: 3 },
  );
});
