import type { Shape3 } from "./shape";

/** Returns the smallest whole factor that brings every side of a shape to at most `maxSide`. */
export function binFactor(shape: Shape3, maxSide: number): number {
  return Math.max(1, Math.ceil(Math.max(...shape) / maxSide));
}

/** Returns the shape after binning; bins at the upper faces may hold fewer voxels. */
export function binnedShape([nz, ny, nx]: Shape3, factor: number): Shape3 {
  return [Math.ceil(nz / factor), Math.ceil(ny / factor), Math.ceil(nx / factor)];
}

/** Adds the voxels of section z to the bins that they fall into: a volume is binned section by section. */
export function addSectionToBins(
  bins: Float32Array,
  section: Float32Array,
  z: number,
  [, ny, nx]: Shape3,
  factor: number,
): void {
  const width = Math.ceil(nx / factor);
  const height = Math.ceil(ny / factor);
  for (let y = 0; y < ny; y++) {
    const row = (Math.floor(z / factor) * height + Math.floor(y / factor)) * width;
    if (factor === 1) {
      for (let x = 0; x < nx; x++) bins[row + x] += section[y * nx + x];
      continue;
    }
    for (let bin = 0, x = y * nx; bin < width; bin++) {
      const end = Math.min(y * nx + (bin + 1) * factor, (y + 1) * nx);
      let sum = 0;
      for (; x < end; x++) sum += section[x];
      bins[row + bin] += sum;
    }
  }
}

/** Turns sums into means in place: every bin is divided by the number of voxels that it holds. */
export function sumsToMeans(bins: Float32Array, [nz, ny, nx]: Shape3, factor: number): void {
  if (factor === 1) return;
  const [depth, height, width] = binnedShape([nz, ny, nx], factor);
  const held = (bin: number, count: number) => Math.min(factor, count - bin * factor);
  let at = 0;
  for (let z = 0; z < depth; z++)
    for (let y = 0; y < height; y++)
      for (let x = 0; x < width; x++) bins[at++] /= held(z, nz) * held(y, ny) * held(x, nx);
}
