/** How an image is made ready for reconstruction. */
export interface ImagePreparation {
  readonly binning: number;
  /** To mean 0 and deviation 1. */
  readonly normalize: boolean;
  readonly invertContrast: boolean;
  /** Lets the values fall to 0 towards the two borders across the tilt axis. */
  readonly taperEdges: boolean;
  readonly tiltAxis: "x" | "y";
}

/** The part of the width, at each border, over which values fall. */
const TAPER_SHARE = 1 / 50;

/** Returns the size that `prepareImage` gives: rows along the tilt axis and pixels across it. */
export function preparedSize(
  height: number,
  width: number,
  { binning, tiltAxis }: Pick<ImagePreparation, "binning" | "tiltAxis">,
): { readonly rows: number; readonly across: number } {
  const [h, w] = [Math.floor(height / binning), Math.floor(width / binning)];
  return tiltAxis === "y" ? { rows: h, across: w } : { rows: w, across: h };
}

/**
 * Returns an image [height, width] as [rows along the tilt axis, pixels across it], binned by means; what does not fill a
 * bin is left out on both sides alike, so that the middle stays where it is. The deviation is that of the binned image; an
 * image of one value becomes 0.
 */
export function prepareImage(
  image: Float32Array,
  height: number,
  width: number,
  preparation: ImagePreparation,
): Float32Array<ArrayBuffer> {
  const { binning, tiltAxis, normalize, invertContrast, taperEdges } = preparation;
  const { rows, across } = preparedSize(height, width, preparation);
  const [rowStep, acrossStep] = tiltAxis === "y" ? [width, 1] : [1, width];
  const margin = (length: number) => Math.floor((length % binning) / 2);
  const corner = margin(height) * width + margin(width);
  const prepared = new Float32Array(rows * across);
  let [sum, squares] = [0, 0];
  for (let row = 0, at = 0; row < rows; row++)
    for (let s = 0; s < across; s++, at++) {
      const first = corner + binning * (row * rowStep + s * acrossStep);
      let total = 0;
      for (let y = 0; y < binning; y++)
        for (let x = 0; x < binning; x++) total += image[first + y * width + x];
      const mean = total / binning ** 2;
      prepared[at] = mean;
      sum += mean;
    }
  const mean = sum / prepared.length;
  for (const value of prepared) squares += (value - mean) ** 2;
  const deviation = Math.sqrt(squares / prepared.length);
  const offset = normalize ? mean : 0;
  const scale = (invertContrast ? -1 : 1) / (normalize && deviation > 0 ? deviation : 1);
  const weights = Float64Array.from({ length: across }, (_, s) => {
    const taper = Math.max(1, across * TAPER_SHARE);
    const inside = Math.min(1, (Math.min(s, across - 1 - s) + 0.5) / taper);
    return scale * (taperEdges ? Math.sin((Math.PI / 2) * inside) ** 2 : 1);
  });
  for (let row = 0, at = 0; row < rows; row++)
    for (let s = 0; s < across; s++, at++) prepared[at] = (prepared[at] - offset) * weights[s];
  return prepared;
}
