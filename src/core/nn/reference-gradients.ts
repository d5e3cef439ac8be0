import type { Shape3 } from "../volume/shape";
import type { Tensor } from "./model";
import type { Features } from "./reference-layers";

/*
 * The gradients of the reference layers: the specification of training. `d…` is the gradient of the loss by what its name
 * says. Sums are in f64.
 */

/** The gradients of a convolution's weights, which add up over the samples of a batch. */
export interface WeightGradients {
  /** In the order of the weight: [kz, ky, kx, channel in, channel out]. */
  readonly weight: Float64Array;
  /** [channel out] */
  readonly bias: Float64Array;
}

const like = ({ shape, channels, values }: Features): Features => ({
  shape,
  channels,
  values: new Float32Array(values.length),
});

/**
 * Adds a convolution's gradients by its weight and bias to `sums` and returns the one by its input, or null where that is
 * not wanted; `dSum` is the gradient by the sums before ReLU or softmax. Kernels and borders are those of `convolveRow`.
 */
export function convolutionGradient(
  input: Features,
  weight: Tensor,
  dSum: Features,
  sums: WeightGradients,
  wantsInput: boolean,
): Features | null {
  const [nz, ny, nx] = input.shape;
  const kernel = weight.shape[0];
  const before = Math.floor((kernel - 1) / 2);
  const { channels: cin, values: source } = input;
  const { channels: cout, values: slopes } = dSum;
  const dInput = wantsInput ? new Float64Array(source.length) : null;
  for (let voxel = 0, at = 0; voxel < nz * ny * nx; voxel++, at += cout) {
    const [z, y, x] = [Math.floor(voxel / (ny * nx)), Math.floor(voxel / nx) % ny, voxel % nx];
    const slope = slopes.subarray(at, at + cout);
    if (slope.every((value) => value === 0)) continue; // half of what comes before a ReLU
    for (let o = 0; o < cout; o++) sums.bias[o] += slope[o];
    for (let tap = 0; tap < kernel ** 3; tap++) {
      const tz = z + Math.floor(tap / kernel ** 2) - before;
      const ty = y + (Math.floor(tap / kernel) % kernel) - before;
      const tx = x + (tap % kernel) - before;
      if (tz < 0 || ty < 0 || tx < 0 || tz >= nz || ty >= ny || tx >= nx) continue;
      const from = ((tz * ny + ty) * nx + tx) * cin;
      for (let i = 0; i < cin; i++) {
        const row = (tap * cin + i) * cout;
        const value = source[from + i];
        let sum = 0;
        for (let o = 0; o < cout; o++) {
          sums.weight[row + o] += value * slope[o];
          sum += weight.values[row + o] * slope[o];
        }
        if (dInput) dInput[from + i] += sum;
      }
    }
  }
  return dInput && { ...input, values: Float32Array.from(dInput) };
}

/** Returns the gradient by the sums that ReLU made `y` of: dy where y is above 0, else 0. */
export function rectifierGradient(y: Features, dy: Features): Features {
  return { ...dy, values: dy.values.map((slope, i) => (y.values[i] > 0 ? slope : 0)) };
}

/** Returns the gradient by the sums that softmax made the probabilities p of: p·(dy − Σ p·dy) in every voxel. */
export function softmaxGradient(probabilities: Features, dy: Features): Features {
  const { channels, values: p } = probabilities;
  const out = like(dy);
  for (let voxel = 0; voxel < p.length; voxel += channels) {
    let mean = 0;
    for (let c = voxel; c < voxel + channels; c++) mean += p[c] * dy.values[c];
    for (let c = voxel; c < voxel + channels; c++) out.values[c] = p[c] * (dy.values[c] - mean);
  }
  return out;
}

/** Returns the gradient by max-pooling's input x: each dy goes to the first of the largest voxels of its 2×2×2, in order. */
export function maxPoolGradient(x: Features, dy: Features): Features {
  const { channels } = x;
  const [, ny, nx] = dy.shape;
  const out = like(x);
  for (let index = 0; index < dy.values.length; index++) {
    const channel = index % channels;
    const voxel = (index - channel) / channels;
    const first = [Math.floor(voxel / (ny * nx)), Math.floor(voxel / nx) % ny, voxel % nx];
    let best = -1;
    for (let corner = 0; corner < 8; corner++) {
      const [z, y, x0] = first.map((place, axis) => 2 * place + ((corner >> (2 - axis)) & 1));
      const at = ((z * 2 * ny + y) * 2 * nx + x0) * channels + channel;
      if (best < 0 || x.values[at] > x.values[best]) best = at;
    }
    out.values[best] = dy.values[index];
  }
  return out;
}

/** Returns the gradient by nearest up-sampling's input: the sum over the eight voxels that it went to. */
export function nearestUpGradient(dUp: Features): Features {
  const { channels, values } = dUp;
  const [nz, ny, nx] = dUp.shape;
  const shape: Shape3 = [nz / 2, ny / 2, nx / 2];
  const sums = new Float64Array(values.length / 8);
  for (let voxel = 0, from = 0; from < values.length; voxel++) {
    const [z, y, x] = [Math.floor(voxel / (ny * nx)), Math.floor(voxel / nx) % ny, voxel % nx];
    const to = (((z >> 1) * shape[1] + (y >> 1)) * shape[2] + (x >> 1)) * channels;
    for (let c = 0; c < channels; c++, from++) sums[to + c] += values[from];
  }
  return { shape, channels, values: Float32Array.from(sums) };
}

/** Returns the parts of a gradient by joined inputs: the opposite of `concatenate`. */
export function separate(joined: Features, channels: readonly number[]): Features[] {
  let offset = 0;
  return channels.map((own) => {
    const first = offset;
    offset += own;
    const voxels = joined.values.length / joined.channels;
    const values = new Float32Array(voxels * own);
    for (let voxel = 0; voxel < voxels; voxel++) {
      const from = voxel * joined.channels + first;
      values.set(joined.values.subarray(from, from + own), voxel * own);
    }
    return { shape: joined.shape, channels: own, values };
  });
}
