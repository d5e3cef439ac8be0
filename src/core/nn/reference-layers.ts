import type { Shape3 } from "../volume/shape";
import type { Tensor } from "./model";

/** Features of a tile: [z, y, x, channel], channel fastest. */
export interface Features {
  readonly shape: Shape3;
  readonly channels: number;
  readonly values: Float32Array<ArrayBuffer>;
}

function empty(shape: Shape3, channels: number): Features {
  return { shape, channels, values: new Float32Array(shape[0] * shape[1] * shape[2] * channels) };
}

/**
 * Convolves one row (z, y) of `input` into `out`: out[v] = bias + Σ weight[tap]·input[v + tap], sums in f64. Zeros lie
 * beyond the border; a kernel of side k reaches from −⌊(k − 1)/2⌋ to ⌊k/2⌋, so an even one is padded after only.
 */
export function convolveRow(
  input: Features,
  weight: Tensor,
  bias: Tensor,
  z: number,
  y: number,
  out: Features,
  rectify: boolean,
): void {
  const [nz, ny, nx] = input.shape;
  const kernel = weight.shape[0];
  const before = Math.floor((kernel - 1) / 2);
  const { channels: cin, values: source } = input;
  const { channels: cout, values: target } = out;
  const sum = new Float64Array(cout);
  for (let x = 0; x < nx; x++) {
    sum.set(bias.values);
    for (let tap = 0; tap < kernel ** 3; tap++) {
      const tz = z + Math.floor(tap / kernel ** 2) - before;
      const ty = y + (Math.floor(tap / kernel) % kernel) - before;
      const tx = x + (tap % kernel) - before;
      if (tz < 0 || ty < 0 || tx < 0 || tz >= nz || ty >= ny || tx >= nx) continue;
      const voxel = ((tz * ny + ty) * nx + tx) * cin;
      for (let i = 0; i < cin; i++) {
        const value = source[voxel + i];
        if (value === 0) continue; // half of what follows a ReLU
        const row = (tap * cin + i) * cout;
        for (let o = 0; o < cout; o++) sum[o] += value * weight.values[row + o];
      }
    }
    const voxel = ((z * ny + y) * nx + x) * cout;
    for (let o = 0; o < cout; o++) target[voxel + o] = rectify ? Math.max(0, sum[o]) : sum[o];
  }
}

/** Returns the largest value of every 2×2×2 voxels; sides must be even. */
export function maxPool(input: Features): Features {
  const { channels, values } = input;
  const [nz, ny, nx] = input.shape;
  const out = empty([nz / 2, ny / 2, nx / 2], channels);
  out.values.fill(Number.NEGATIVE_INFINITY);
  let from = 0;
  for (let z = 0; z < nz; z++) {
    for (let y = 0; y < ny; y++) {
      for (let x = 0; x < nx; x++) {
        const to = (((z >> 1) * (ny >> 1) + (y >> 1)) * (nx >> 1) + (x >> 1)) * channels;
        for (let c = 0; c < channels; c++, from++)
          out.values[to + c] = Math.max(out.values[to + c], values[from]);
      }
    }
  }
  return out;
}

/** Returns the input with each voxel repeated twice along each axis. */
export function nearestUp(input: Features): Features {
  const { channels, values } = input;
  const [nz, ny, nx] = input.shape;
  const out = empty([2 * nz, 2 * ny, 2 * nx], channels);
  let to = 0;
  for (let z = 0; z < 2 * nz; z++) {
    for (let y = 0; y < 2 * ny; y++) {
      for (let x = 0; x < 2 * nx; x++, to += channels) {
        const from = (((z >> 1) * ny + (y >> 1)) * nx + (x >> 1)) * channels;
        out.values.set(values.subarray(from, from + channels), to);
      }
    }
  }
  return out;
}

/** Returns the inputs, which have one shape, side by side as channels. */
export function concatenate(inputs: readonly Features[]): Features {
  if (inputs.length === 1) return inputs[0];
  const channels = inputs.reduce((sum, input) => sum + input.channels, 0);
  const out = empty(inputs[0].shape, channels);
  let offset = 0;
  for (const { channels: own, values } of inputs) {
    for (let voxel = 0; voxel * own < values.length; voxel++)
      out.values.set(values.subarray(voxel * own, (voxel + 1) * own), voxel * channels + offset);
    offset += own;
  }
  return out;
}

/** Turns the channels of every voxel into probabilities: exp(v) / Σ exp(v), in place. */
export function softmax({ channels, values }: Features): void {
  for (let voxel = 0; voxel < values.length; voxel += channels) {
    const of = values.subarray(voxel, voxel + channels);
    const largest = Math.max(...of);
    let total = 0;
    for (const value of of) total += Math.exp(value - largest);
    for (let c = 0; c < channels; c++) of[c] = Math.exp(of[c] - largest) / total;
  }
}
