import type { Backend } from "../backend";
import type { Progress } from "../task/task";
import { voxelCount } from "../volume/shape";
import { createRampFilter, type RampSettings } from "./ramp-filter";
import { putRows, slabRowsOf, takeRows } from "./row-slabs";
import type { TomographySpec } from "./tomography-kernels";

/** Values of images that are filtered between two breaths: some 30 ms. */
const VALUES_PER_BREATH = 1 << 18;

/**
 * Returns the volume [nz, ny, nx] of a tilt series [tilt, ny, width] by weighted back-projection. Where the tilts cover the
 * circle and the images the object, line integrals in voxels give back the density in its own units. Works slab by slab
 * along y; the slab's rows change no bit. Holds the volume beside the images; costs tilts · voxels, and two transforms per
 * row.
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
  const { shape, imageWidth, tiltsDeg } = spec;
  const [nz, ny, nx] = shape;
  const filter = createRampFilter(tiltsDeg, imageWidth, settings);
  const kernels = await backend.createTomographyKernels({ ...spec, shape: [nz, slabRows, nx] });
  const volume = new Float32Array(voxelCount(shape));
  const report = async (rowsDone: number) => {
    onProgress({ done: Math.min(ny, rowsDone), total: ny, note: "back-projection" });
    await breathe();
  };
  try {
    for (let y0 = 0; y0 < ny; y0 += slabRows) {
      const slab = { y0, rows: slabRows };
      const weighted = takeRows(images, tiltsDeg.length, ny, slab);
      const step = imageWidth * 2 * Math.max(1, Math.floor(VALUES_PER_BREATH / imageWidth / 2));
      for (let tilt = 0; tilt < tiltsDeg.length; tilt++) {
        const end = (tilt + 1) * slabRows * imageWidth;
        for (let from = tilt * slabRows * imageWidth; from < end; from += step) {
          filter.apply(weighted.subarray(from, Math.min(end, from + step)), tilt);
          await breathe();
        }
      }
      const part = await kernels.backProject(weighted, (share) => report(y0 + share * slabRows));
      putRows(part, volume, nz, ny, slab);
    }
  } finally {
    kernels.dispose();
  }
  return volume;
}
