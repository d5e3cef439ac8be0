import type { Quaternion } from "../particles/particle-list";

/** A rotation matrix, row by row: the image of a vector v is M·v. */
export type Matrix3 = readonly [number, number, number, number, number, number, number, number, number];

/** Returns the right-handed rotation about an axis. */
export function rotationAbout(axis: "x" | "y" | "z", angleDeg: number): Matrix3 {
  const c = Math.cos((angleDeg * Math.PI) / 180);
  const s = Math.sin((angleDeg * Math.PI) / 180);
  if (axis === "x") return [1, 0, 0, 0, c, -s, 0, s, c];
  if (axis === "y") return [c, 0, s, 0, 1, 0, -s, 0, c];
  return [c, -s, 0, s, c, 0, 0, 0, 1];
}

/** Returns the product of the matrices, the last of which acts first. */
export function multiply(...matrices: readonly Matrix3[]): Matrix3 {
  return matrices.reduce((a, b) => {
    const at = (row: number, column: number) =>
      a[3 * row] * b[column] + a[3 * row + 1] * b[3 + column] + a[3 * row + 2] * b[6 + column];
    return [at(0, 0), at(0, 1), at(0, 2), at(1, 0), at(1, 1), at(1, 2), at(2, 0), at(2, 1), at(2, 2)];
  });
}

/** Returns the matrix of a quaternion, which need not be of unit length. */
export function matrixOf({ x, y, z, w }: Quaternion): Matrix3 {
  const s = 2 / (x * x + y * y + z * z + w * w);
  return [
    1 - s * (y * y + z * z),
    s * (x * y - z * w),
    s * (x * z + y * w),
    s * (x * y + z * w),
    1 - s * (x * x + z * z),
    s * (y * z - x * w),
    s * (x * z - y * w),
    s * (y * z + x * w),
    1 - s * (x * x + y * y),
  ];
}

/** Returns the unit quaternion of a rotation matrix, with w ≥ 0 (Shepperd's method: no small divisor). */
export function quaternionOf([a, b, c, d, e, f, g, h, i]: Matrix3): Quaternion {
  const largest = Math.max(a + e + i, a, e, i);
  let q: Quaternion;
  if (largest === a + e + i) q = { x: h - f, y: c - g, z: d - b, w: 1 + a + e + i };
  else if (largest === a) q = { x: 1 + a - e - i, y: b + d, z: c + g, w: h - f };
  else if (largest === e) q = { x: b + d, y: 1 + e - a - i, z: f + h, w: c - g };
  else q = { x: c + g, y: f + h, z: 1 + i - a - e, w: d - b };
  const scale = (q.w < 0 ? -1 : 1) / Math.hypot(q.x, q.y, q.z, q.w);
  return { x: q.x * scale, y: q.y * scale, z: q.z * scale, w: q.w * scale };
}
