import type { Shape3 } from "../volume/shape";

// The median of |n| for standard normal n.
const MEDIAN_OF_NORMAL = 0.6745;

/**
 * Returns the deviation of white noise in a volume, from the median absolute value of the finest diagonal wavelet
 * coefficients (Haar, blocks of 2³), where structure is weakest. With the wedge's mask it is the level before the wedge
 * took its share: the noise per measured coefficient. A filtered or binned volume has less there, so it reads low.
 * Sides must be at least 2. Source: Donoho & Johnstone 1994, doi 10.1093/biomet/81.3.425.
 */
export function estimateSigma(values: Float32Array, shape: Shape3, sampled?: ArrayLike<number>): number {
  const [nz, ny, nx] = shape;
  const details = new Float64Array(Math.floor(nz / 2) * Math.floor(ny / 2) * Math.floor(nx / 2));
  let count = 0;
  for (let z = 0; z + 1 < nz; z += 2)
    for (let y = 0; y + 1 < ny; y += 2)
      for (let x = 0; x + 1 < nx; x += 2) {
        const at = (z * ny + y) * nx + x;
        const above = at + ny * nx;
        const front = values[at] - values[at + 1] - values[at + nx] + values[at + nx + 1];
        const back = values[above] - values[above + 1] - values[above + nx] + values[above + nx + 1];
        details[count++] = Math.abs(front - back) / Math.sqrt(8);
      }
  const level = details.sort()[Math.floor(count / 2)] / MEDIAN_OF_NORMAL;
  return sampled ? level / Math.sqrt(Math.max(sampledShareOfDetails(shape, sampled), 0.1)) : level;
}

/** The share of the diagonal wavelet's power that falls on sampled coefficients. */
function sampledShareOfDetails([nz, ny, nx]: Shape3, sampled: ArrayLike<number>): number {
  const half = Math.floor(nx / 2) + 1;
  const powers = (length: number) =>
    Float64Array.from({ length }, (_, k) => Math.sin((Math.PI * k) / length) ** 2);
  const [powerZ, powerY, powerX] = [powers(nz), powers(ny), powers(nx)];
  let kept = 0;
  let total = 0;
  for (let z = 0, i = 0; z < nz; z++)
    for (let y = 0; y < ny; y++)
      for (let x = 0; x < half; x++, i++) {
        const power = powerZ[z] * powerY[y] * powerX[x] * (x === 0 || 2 * x === nx ? 1 : 2);
        total += power;
        if (sampled[i]) kept += power;
      }
  return kept / total;
}
