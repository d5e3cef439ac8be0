import type { Shape3 } from "../volume/shape";

/** Smooths a field in place by (1 2 1)/4 along each axis; beyond the borders it is zero. */
export function binomialSmooth(field: Float32Array, [nz, ny, nx]: Shape3): void {
  for (let start = 0; start < field.length; start += nx) {
    let before = 0;
    let here = field[start];
    for (let i = start; i < start + nx - 1; i++) {
      const after = field[i + 1];
      field[i] = 0.25 * (before + here + here + after);
      before = here;
      here = after;
    }
    field[start + nx - 1] = 0.25 * (before + here + here);
  }
  for (let z = 0; z < nz; z++) smoothRows(field, z * ny * nx, ny, nx);
  smoothRows(field, 0, nz, ny * nx);
}

/** The same across `count` rows of `width` numbers. */
function smoothRows(field: Float32Array, start: number, count: number, width: number): void {
  let before = new Float32Array(width);
  let here = field.slice(start, start + width);
  for (let row = 0; row < count; row++) {
    const at = start + row * width;
    const after = row + 1 < count ? field.slice(at + width, at + 2 * width) : new Float32Array(width);
    for (let i = 0; i < width; i++) field[at + i] = 0.25 * (before[i] + here[i] + here[i] + after[i]);
    before = here;
    here = after;
  }
}
