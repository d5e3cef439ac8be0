import { applyWedge } from "../fourier/apply-wedge";
import type { Fourier3 } from "../fourier/fourier3";
import { type Wedge, wedgeWeights } from "../fourier/wedge";

/** The slope at each side of the wedge where nothing else is asked for. */
export const KOVACIK_WIDTH_DEG = 20;

/**
 * Returns a volume without the rays that a wedge's sharp border draws: within `widthDeg` of the border the measured coefficients
 * fall to 0 as a cosine. Nothing is filled in; what was elongated stays so. `fourier` is of the volume's shape; costs two
 * transforms. Source: Kováčik et al. 2014, doi 10.1016/j.jsb.2014.02.004 (an angular filter; the cosine and its width are ours).
 */
export function kovacikFilter(
  values: Float32Array,
  wedges: readonly Wedge[],
  widthDeg: number,
  fourier: Pick<Fourier3, "shape" | "forward" | "inverse">,
): Promise<Float32Array<ArrayBuffer>> {
  const weights = wedgeWeights(fourier.shape, wedges, { width: widthDeg, unit: "degrees" });
  return applyWedge(values, weights, fourier);
}
