import type { Tensor } from "../../core/nn/model";
import type { Features } from "../../core/nn/reference-layers";
import { wholeGroups } from "../network/pack-weights";
import { takesWinograd } from "../network/winograd-weights";
import type { WasmRuntime } from "../runtime";
import {
  ALL_TAPS,
  addConvolutionGradient,
  createConvolutionSums,
  readConvolutionSums,
} from "./convolution-sums";
import {
  addCorrelation,
  addToBiasSums,
  createBiasSums,
  createFilterSums,
  readBiasSums,
  readFilterSums,
} from "./filter-gradient";
import { loadVolume, type PaddedVolume, storeVolume } from "./padded-volume";
import { convolve, convolveSpread, convolveUp } from "./run-convolution";
import { spread } from "./spread-volume";
import { foldUpGradient, transposeConvolution, transposeUpConvolution } from "./transposed-weights";

/** A layer's samples: what it takes and gives, its output's gradient with them. */
export interface LayerSample {
  readonly inputs: readonly Features[];
  readonly y: Features;
  readonly dy: Features;
}

export interface WeightGradients {
  readonly filter: Float32Array<ArrayBuffer>;
  readonly bias: Float32Array<ArrayBuffer>;
}

/** Computes a 3×3×3 convolution with bias and ReLU of one sample into `y`. */
export function runConvolution(
  runtime: WasmRuntime,
  inputs: readonly Features[],
  filter: Tensor,
  bias: Float32Array,
  y: Features,
): void {
  const mark = runtime.mark();
  const volumes = inputs.map((input) => loadVolume(runtime, input));
  const out = inputs.every(({ channels }) => takesWinograd(channels))
    ? convolveSpread(
        runtime,
        volumes.map((volume) => spread(runtime, volume, "spreadRow")),
        filter,
        bias,
      )
    : convolve(runtime, volumes, filter, { shape: y.shape, stride: 1, bias });
  storeVolume(runtime, out, y);
  runtime.release(mark);
}

/** Computes an up-step with bias and ReLU of one sample into `y`. */
export function runUpConvolution(
  runtime: WasmRuntime,
  x: Features,
  filter: Tensor,
  bias: Float32Array,
  y: Features,
): void {
  const mark = runtime.mark();
  storeVolume(runtime, convolveUp(runtime, loadVolume(runtime, x), filter, bias), y);
  runtime.release(mark);
}

/**
 * Returns the gradients of a batch by filter and bias, and writes those by the inputs, sample by sample; those of samples
 * without `gradients` are not computed.
 */
export function runConvolutionGradient(
  runtime: WasmRuntime,
  batch: readonly LayerSample[],
  filter: Tensor,
  gradients: readonly (readonly Features[])[],
): WeightGradients {
  const cout = filter.shape[4];
  const channels = batch[0].inputs.map((input) => input.channels);
  const mark = runtime.mark();
  const filterSums = channels.map((count) => createConvolutionSums(runtime, count, cout));
  const biasSums = createBiasSums(runtime, wholeGroups(cout));
  for (const [index, { inputs, y, dy }] of batch.entries()) {
    const sampleMark = runtime.mark();
    const dz = loadRectifiedGradient(runtime, y, dy);
    addToBiasSums(runtime, biasSums, dz);
    addConvolutionGradient(runtime, filterSums, inputs, dz);
    if (gradients[index].length > 0) {
      const spreadDz = spread(runtime, dz, "spreadRow");
      let channel = 0;
      for (const to of gradients[index]) {
        const inputMark = runtime.mark();
        const kernel = transposeConvolution(filter, channel, to.channels);
        storeVolume(runtime, convolveSpread(runtime, [spreadDz], kernel, null), to);
        channel += to.channels;
        runtime.release(inputMark);
      }
    }
    runtime.release(sampleMark);
  }
  const parts = filterSums.map((sums, i) => readConvolutionSums(runtime, sums, channels[i], cout));
  const bias = readBiasSums(runtime, biasSums, cout);
  runtime.release(mark);
  return { filter: joinInputs(parts, channels, cout), bias };
}

/** As runConvolutionGradient, of an up-step with one input. */
export function runUpConvolutionGradient(
  runtime: WasmRuntime,
  batch: readonly LayerSample[],
  filter: Tensor,
  gradients: readonly Features[],
): WeightGradients {
  const [, , , cin, cout] = filter.shape;
  const kernel = transposeUpConvolution(filter);
  const mark = runtime.mark();
  const filterSums = createFilterSums(runtime, ALL_TAPS, wholeGroups(cout), wholeGroups(cin));
  const biasSums = createBiasSums(runtime, wholeGroups(cout));
  for (const [index, { inputs, y, dy }] of batch.entries()) {
    const sampleMark = runtime.mark();
    const dz = loadRectifiedGradient(runtime, y, dy);
    addToBiasSums(runtime, biasSums, dz);
    addCorrelation(runtime, filterSums, dz, loadVolume(runtime, inputs[0], wholeGroups(cin)), 2);
    const to = gradients[index];
    storeVolume(runtime, convolve(runtime, [dz], kernel, { shape: to.shape, stride: 2, bias: null }), to);
    runtime.release(sampleMark);
  }
  const sums = readFilterSums(runtime, filterSums, cout, cin);
  const bias = readBiasSums(runtime, biasSums, cout);
  runtime.release(mark);
  return { filter: foldUpGradient(sums, cin, cout), bias };
}

/** Returns the gradient before a ReLU, in whole groups of channels. */
function loadRectifiedGradient(runtime: WasmRuntime, y: Features, dy: Features): PaddedVolume {
  const stored = wholeGroups(dy.channels);
  const dz = loadVolume(runtime, dy, stored);
  const mark = runtime.mark();
  const output = loadVolume(runtime, y, stored);
  const [nz, ny] = dz.shape;
  const { pointer, rowBytes } = dz;
  runtime.parallel("maskRow", nz * (ny + 2), pointer, rowBytes, output.pointer, rowBytes, rowBytes / 4);
  runtime.release(mark);
  return dz;
}

/** Returns a filter [3, 3, 3, all inputs' channels, cout] from those of each input. */
function joinInputs(
  parts: readonly Float32Array<ArrayBuffer>[],
  channels: readonly number[],
  cout: number,
): Float32Array<ArrayBuffer> {
  if (parts.length === 1) return parts[0];
  const joined = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let to = 0;
  for (let tap = 0; tap < 27; tap++) {
    for (const [i, part] of parts.entries()) {
      const length = channels[i] * cout;
      joined.set(part.subarray(tap * length, (tap + 1) * length), to);
      to += length;
    }
  }
  return joined;
}
