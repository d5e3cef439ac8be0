import { uniformSequence } from "../core/random/philox";
import { type Shape3, voxelCount } from "../core/volume/shape";

/**
 * Returns a volume of `count` Gaussian blobs of deviations from `sigmaVoxels` up to twice that, and heights of 0.5 to 1.5.
 * They lie well inside the cylinder about y that every tilted image of the volume's width sees whole.
 */
export function blobPhantom(
  shape: Shape3,
  {
    count,
    sigmaVoxels,
    seed,
  }: { readonly count: number; readonly sigmaVoxels: number; readonly seed: number },
): Float32Array<ArrayBuffer> {
  const [nz, ny, nx] = shape;
  const values = new Float32Array(voxelCount(shape));
  const next = uniformSequence(seed, 0);
  const middle = [nz, ny, nx].map((side) => (side - 1) / 2);
  const most = Math.min(nz, nx) / 2;
  for (let blob = 0; blob < count; blob++) {
    const sigma = sigmaVoxels * (1 + next());
    const height = 0.5 + next();
    const radius = Math.max(0, most - 4 * sigma) * Math.sqrt(next());
    const angle = 2 * Math.PI * next();
    const centre = [
      middle[0] + radius * Math.sin(angle),
      4 * sigma + next() * Math.max(0, ny - 1 - 8 * sigma),
      middle[2] + radius * Math.cos(angle),
    ];
    const [z, y, x] = [nz, ny, nx].map((side, axis) =>
      Float64Array.from({ length: side }, (_, i) => Math.exp(-((i - centre[axis]) ** 2) / (2 * sigma ** 2))),
    );
    for (let iz = 0, at = 0; iz < nz; iz++)
      for (let iy = 0; iy < ny; iy++) {
        const across = height * z[iz] * y[iy];
        for (let ix = 0; ix < nx; ix++, at++) values[at] += across * x[ix];
      }
  }
  return values;
}
