import type { Backend } from "../backend";
import type { Imaging, TiltSeries } from "../microscope/imaging";
import type { Progress } from "../task/task";
import type { Shape3 } from "../volume/shape";
import { backProjectWeighted } from "./back-project-weighted";
import { lowPassImages } from "./low-pass-images";
import { sirt } from "./sirt";

/**
 * Returns the tomogram of a tilt series, of `shape`: by weighted back-projection with the plain ramp, or by SIRT; without
 * the frequencies above 1/`lowPassAngstrom`. Pixels and voxels are of one size, the middle of the images is that of the
 * volume. The series is left as it is. Costs as `backProjectWeighted` and `sirt` do, and two transforms of each image for
 * the low-pass.
 */
export async function reconstruct(
  series: Pick<TiltSeries, "images" | "height" | "width" | "pixelSizeAngstrom" | "tiltsDeg">,
  shape: Shape3,
  { method, iterations, lowPassAngstrom }: Imaging["reconstruction"],
  backend: Pick<Backend, "createTomographyKernels" | "createFourier3">,
  breathe: () => Promise<void>,
  onProgress: (progress: Progress<never>) => void,
): Promise<Float32Array<ArrayBuffer>> {
  let { images } = series;
  if (lowPassAngstrom !== null) {
    images = images.slice();
    await lowPassImages(images, series, lowPassAngstrom / series.pixelSizeAngstrom, backend, breathe);
  }
  const spec = { shape, imageWidth: series.width, tiltsDeg: series.tiltsDeg };
  if (method === "sirt")
    return (await sirt(images, spec, { iterations }, backend, breathe, onProgress)).volume;
  const ramp = { weighting: "ramp", window: "none", thickness: shape[0] } as const;
  return backProjectWeighted(images, spec, ramp, backend, breathe, onProgress);
}
