import type { Shape3 } from "../volume/shape";

/** The geometry of parallel beams tilted about y. Rows along y do not mix, so `shape` may be a slab of the volume. */
export interface TomographySpec {
  /** Of the volume: [nz, ny, nx]. */
  readonly shape: Shape3;
  /** Pixels of each image across the tilt axis. */
  readonly imageWidth: number;
  readonly tiltsDeg: readonly number[];
}

/**
 * Projection, its adjoint, and the filter before it. Pixel s of the image tilted by θ is the line integral, in voxels, over
 * (x − (nx−1)/2)·cos θ + (z − (nz−1)/2)·sin θ = s − (imageWidth−1)/2, by Joseph's rule (doi 10.1109/TMI.1982.4307572): along
 * the axis nearer to the beam every sample counts, across it two neighbours are interpolated; outside is 0. So the transform
 * of an image is the central section of the volume's at angle θ of (kx, kz) to kx, as the wedge has it.
 * `breathe` is called at least every 100 ms with the share that is done, and may throw to cancel.
 */
export interface TomographyKernels {
  /** Volume [nz, ny, nx] → images [tilt, ny, imageWidth]. */
  project(
    volume: Float32Array,
    breathe: (fraction: number) => Promise<void>,
  ): Promise<Float32Array<ArrayBuffer>>;
  /** Images → volume: the exact adjoint of `project`, no filter. */
  backProject(
    images: Float32Array,
    breathe: (fraction: number) => Promise<void>,
  ): Promise<Float32Array<ArrayBuffer>>;
  /**
   * Filters every row of the images, in place: its transform, padded with zeros to `filterLength(imageWidth)`, is multiplied by
   * the real factors of its tilt (row-filter.ts is the reference). Rows go two by two from the first of an image on.
   */
  filterImages(
    images: Float32Array,
    factors: readonly Float32Array[],
    breathe: (fraction: number) => Promise<void>,
  ): Promise<void>;
  dispose(): void;
}
