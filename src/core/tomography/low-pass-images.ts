import type { Backend } from "../backend";
import { createImageFilter } from "../microscope/image-filter";
import { lowPassFactor } from "../microscope/low-pass-factor";
import { createRadialTable } from "../microscope/radial-table";

/** Pixels around an image, so that its borders do not meet. */
const MARGIN = 32;

/**
 * Filters images [count, height, width] in place: frequencies up to 1/`lowPassPixels` cycles per pixel pass, those from 1.25
 * times that on do not, with half a cosine between. By the slice theorem that low-passes what is reconstructed from them,
 * alike along x, y, z.
 */
export async function lowPassImages(
  images: Float32Array,
  { height, width }: { readonly height: number; readonly width: number },
  lowPassPixels: number,
  backend: Pick<Backend, "createFourier3">,
  breathe: () => Promise<void>,
): Promise<void> {
  const filter = await createImageFilter(height, width, MARGIN, backend);
  const table = createRadialTable(
    (f2) => lowPassFactor(Math.sqrt(f2) * lowPassPixels),
    filter.maxFrequencySquared,
  );
  try {
    for (let from = 0; from < images.length; from += height * width) {
      const image = images.subarray(from, from + height * width);
      image.set(await filter.apply(image, table));
      await breathe();
    }
  } finally {
    filter.dispose();
  }
}
