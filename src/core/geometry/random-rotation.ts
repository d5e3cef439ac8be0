import type { Quaternion } from "../particles/particle-list";
import { type Matrix3, multiply, quaternionOf, rotationAbout } from "./rotation";

type Vector = readonly [x: number, y: number, z: number];

/** Returns a rotation drawn evenly from all of them (Shoemake 1992, Graphics Gems III): takes three uniform numbers. */
export function randomRotation(random: () => number): Quaternion {
  const share = random();
  const first = 2 * Math.PI * random();
  const second = 2 * Math.PI * random();
  const [a, b] = [Math.sqrt(1 - share), Math.sqrt(share)];
  return { x: a * Math.sin(first), y: a * Math.cos(first), z: b * Math.sin(second), w: b * Math.cos(second) };
}

/** Returns a rotation that takes the z axis to `direction`, which need not be of unit length. */
export function frameOf([x, y, z]: Vector): Matrix3 {
  const length = Math.hypot(x, y, z);
  const [nx, ny, nz] = [x / length, y / length, z / length];
  // The two other axes without a small divisor (Duff et al. 2017, JCGT 6(1)).
  const sign = nz < 0 ? -1 : 1;
  const a = -1 / (sign + nz);
  const b = nx * ny * a;
  return [1 + sign * nx * nx * a, b, nx, sign * b, sign + ny * ny * a, ny, -sign * nx, -ny, nz];
}

/** Returns a rotation that takes `axis` to `direction` and is turned about it by an even random angle. */
export function randomSpin(axis: Vector, direction: Vector, random: () => number): Quaternion {
  const [a, b, c, d, e, f, g, h, i] = frameOf(axis);
  const spin = rotationAbout("z", 360 * random());
  return quaternionOf(multiply(frameOf(direction), spin, [a, d, g, b, e, h, c, f, i]));
}
