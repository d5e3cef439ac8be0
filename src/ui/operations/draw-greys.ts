interface GreyPicture {
  readonly width: number;
  readonly height: number;
  readonly values: Float32Array;
}

interface GreyRange {
  readonly low: number;
  readonly high: number;
  readonly invert?: boolean;
}

/** Draws values as grey pixels, one to one: low is black, high is white. What is not a number is black. */
export function drawGreys(
  canvas: HTMLCanvasElement,
  { width, height, values }: GreyPicture,
  { low, high, invert = false }: GreyRange,
): void {
  canvas.width = width;
  canvas.height = height;
  const context = canvas.getContext("2d");
  if (!context) return;
  const picture = context.createImageData(width, height);
  const scale = 255 / (high - low || 1);
  for (let i = 0; i < values.length; i++) {
    const grey = (values[i] - low) * scale; // Uint8ClampedArray clamps, and takes NaN for 0
    picture.data.fill(invert ? 255 - grey : grey, 4 * i, 4 * i + 3);
    picture.data[4 * i + 3] = 255;
  }
  context.putImageData(picture, 0, 0);
}

/** Values that are looked at to find the range of a picture. */
const SAMPLED_VALUES = 10_000;

/** Returns the range from the 1st to the 99th percentile of the values, of a part of them where there are many. */
export function robustRange(values: Float32Array): { readonly low: number; readonly high: number } {
  const stride = Math.max(1, Math.floor(values.length / SAMPLED_VALUES));
  const sorted = values.filter((value, index) => index % stride === 0 && Number.isFinite(value)).sort();
  const at = (share: number) => sorted[Math.round(share * (sorted.length - 1))] ?? 0;
  return { low: at(0.01), high: at(0.99) };
}
