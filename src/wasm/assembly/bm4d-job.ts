/** Bytes of a cube of 4³. */
export const CUBE_BYTES: usize = 256;
/**
 * The scratch of a row: the cubes of its group; then where they start (bytes from the first voxel) and how far from the
 * reference they are; then fresh distances; then the same cubes of the first stage's estimate, for the Wiener stage.
 */
export const STARTS: usize = CUBE_BYTES * 32;
export const DISTANCES: usize = STARTS + 128;
export const FRESH: usize = DISTANCES + 128;
export const GUIDE: usize = FRESH + 64;

/** One stage of BM4D, as src/wasm/denoise/bm4d.ts writes it: every field has 4 bytes. */
@unmanaged
export class Bm4dJob {
  /** What is denoised, and the volume whose cubes are compared: the same, or the first stage's estimate. */
  values: usize;
  compared: usize;
  sums: usize;
  totals: usize;
  nz: i32;
  ny: i32;
  nx: i32;
  positionsZ: usize;
  positionsY: usize;
  positionsX: usize;
  countY: i32;
  countX: i32;
  kaiser: usize;
  scratch: usize;
  scratchBytes: usize;
  radius: i32;
  maxGroup: i32;
  classes: i32;
  largestDistance: f32;
  /** The threshold of coefficients, or the variance of the noise in the Wiener stage. */
  level: f32;
}
