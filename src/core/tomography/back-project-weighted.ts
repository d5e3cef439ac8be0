import type { Backend } from "../backend";
import type { Progress } from "../task/task";
import { voxelCount } from "../volume/shape";
import { type RampSettings, rampFactors } from "./ramp-filter";
import { putRows, slabRowsOf, takeRows } from "./row-slabs";
import type { TomographySpec } from "./tomography-kernels";

/** Of the work on a slab: its filter. */
const FILTER_SHARE = 0.4;

/**
 * Returns the volume [nz, ny, nx] of a tilt series [tilt, ny, width] by weighted back-projection. Where the tilts cover the
 * circle and the images the object, line integrals in voxels give back the density in its own units. Filtered images go on
 * beyond their borders, as far as the volume is seen there: else its corners would lack what the tails take away. Works slab
 * by slab along y; the slab's rows change no bit. Holds the volume beside the images; costs tilts · voxels, and two transforms
 * per row.
 */
export async function backProjectWeighted(
  images: Float32Array,
  spec: TomographySpec,
  settings: RampSettings,
  backend: Pick<Backend, "createTomographyKernels">,
  breathe: () => Promise<void>,
  onProgress: (progress: Progress<never>) => void,
  slabRows = slabRowsOf(spec),
): Promise<Float32Array<ArrayBuffer>> {
  const { shape, tiltsDeg } = spec;
  const [nz, ny, nx] = shape;
  const width = coveringWidth(spec);
  const factors = rampFactors(tiltsDeg, width, settings);
  const slabShape = [nz, slabRows, nx] as const;
  const kernels = await backend.createTomographyKernels({ shape: slabShape, imageWidth: width, tiltsDeg });
  const volume = new Float32Array(voxelCount(shape));
  const report = async (rowsDone: number) => {
    onProgress({ done: Math.min(ny, rowsDone), total: ny, note: "back-projection" });
    await breathe();
  };
  try {
    for (let y0 = 0; y0 < ny; y0 += slabRows) {
      const slab = { y0, rows: slabRows };
      const weighted = widened(takeRows(images, tiltsDeg.length, ny, slab), spec.imageWidth, width);
      const within = (from: number, to: number) => (share: number) =>
        report(y0 + (from + (to - from) * share) * slabRows);
      await kernels.filterImages(weighted, factors, within(0, FILTER_SHARE));
      const part = await kernels.backProject(weighted, within(FILTER_SHARE, 1));
      putRows(part, volume, nz, ny, slab);
    }
  } finally {
    kernels.dispose();
  }
  return volume;
}

/** Returns a width at which every tilt sees the whole volume, as odd or even as that of the images, so that the middle stays. */
function coveringWidth({ shape, imageWidth, tiltsDeg }: TomographySpec): number {
  const [nz, , nx] = shape;
  const widest = tiltsDeg.reduce((most, tilt) => {
    const angle = (tilt * Math.PI) / 180;
    return Math.max(most, nx * Math.abs(Math.cos(angle)) + nz * Math.abs(Math.sin(angle)));
  }, imageWidth);
  return imageWidth + 2 * Math.ceil((widest - imageWidth) / 2);
}

/** Returns rows of another width with zeros on both sides. */
function widened(rows: Float32Array, from: number, to: number): Float32Array {
  if (to === from) return rows;
  const wide = new Float32Array((rows.length / from) * to);
  for (let row = 0, at = (to - from) / 2; row < rows.length; row += from, at += to)
    wide.set(rows.subarray(row, row + from), at);
  return wide;
}
