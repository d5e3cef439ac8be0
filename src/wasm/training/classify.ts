import type { Tensor } from "../../core/nn/model";
import type { Features } from "../../core/nn/reference-layers";
import { packBias, packClassifier, packConvolution, wholeGroups } from "../network/pack-weights";
import type { WasmRuntime } from "../runtime";
import type { LayerSample, WeightGradients } from "./convolution";
import {
  addCorrelation,
  addToBiasSums,
  createBiasSums,
  createFilterSums,
  readBiasSums,
  readFilterSums,
} from "./filter-gradient";
import { storeValues } from "./run-convolution";

/** Voxels of an item of work: a multiple of 4. */
const BLOCK = 256;
/** Values that classifyRow writes beyond a row. */
const ROOM = 4;

/** Computes the class probabilities of one sample into `y`: convolution 1×1×1, bias, softmax. */
export function runClassify(
  runtime: WasmRuntime,
  x: Features,
  filter: Tensor,
  bias: Tensor,
  y: Features,
): void {
  const mark = runtime.mark();
  const classCount = y.channels;
  const packed = packClassifier(filter, bias);
  const weights = storeValues(runtime, packed.weights);
  const biasPointer = storeValues(runtime, packed.bias);
  const blocks = blocksOf(x);
  const input = storeBlocks(runtime, x.values, x.channels, blocks);
  const rowLength = BLOCK * classCount;
  const out = runtime.alloc(4 * blocks * (rowLength + ROOM));
  runtime.parallel(
    "classifyRow",
    blocks,
    input,
    4 * BLOCK * x.channels,
    x.channels,
    weights,
    biasPointer,
    classCount,
    out,
    4 * (rowLength + ROOM),
    BLOCK,
  );
  for (let block = 0; block < blocks; block++) {
    const start = block * rowLength;
    const length = Math.min(rowLength, y.values.length - start);
    y.values.set(runtime.f32(out + 4 * block * (rowLength + ROOM), length), start);
  }
  runtime.release(mark);
}

/** Returns the gradients of a batch by filter and bias, and writes those by the input, sample by sample. */
export function runClassifyGradient(
  runtime: WasmRuntime,
  batch: readonly LayerSample[],
  filter: Tensor,
  gradients: readonly Features[],
): WeightGradients {
  const [, , , cin, classCount] = filter.shape;
  const padded = wholeGroups(classCount);
  const stored = wholeGroups(cin);
  const mark = runtime.mark();
  const weights = storeValues(runtime, packTransposed(filter, padded));
  const zeros = storeValues(runtime, packBias(new Float32Array(cin)));
  const filterSums = createFilterSums(runtime, { z: 1, y: 1, x: 1 }, cin, padded);
  const biasSums = createBiasSums(runtime, padded);
  for (const [index, { inputs, y, dy }] of batch.entries()) {
    const sampleMark = runtime.mark();
    const [x] = inputs;
    const blocks = blocksOf(x);
    const input = rowsOf(storeBlocks(runtime, x.values, cin, blocks), cin, blocks);
    const [probabilities, slope] = [y, dy].map(({ values }) =>
      storeBlocks(runtime, values, classCount, blocks),
    );
    const dz = rowsOf(runtime.alloc(4 * blocks * BLOCK * padded), padded, blocks);
    runtime.parallel("softmaxGradientRow", blocks, probabilities, slope, classCount, dz.first, padded, BLOCK);
    addCorrelation(runtime, filterSums, input, dz);
    addToBiasSums(runtime, biasSums, dz);
    const out = runtime.alloc(4 * blocks * BLOCK * stored);
    runtime.parallel(
      "classifyInputGradientRow",
      blocks,
      dz.first,
      padded,
      weights,
      zeros,
      out,
      stored,
      BLOCK,
    );
    writeChannels(runtime, out, stored, gradients[index]);
    runtime.release(sampleMark);
  }
  const result = {
    filter: readFilterSums(runtime, filterSums, cin, classCount),
    bias: readBiasSums(runtime, biasSums, classCount),
  };
  runtime.release(mark);
  return result;
}

const blocksOf = ({ values, channels }: Features) => Math.ceil(values.length / channels / BLOCK);

/** Returns a pointer to a copy of values in whole blocks of voxels, zeros after the last. */
function storeBlocks(runtime: WasmRuntime, values: Float32Array, channels: number, blocks: number): number {
  const length = blocks * BLOCK * channels;
  const pointer = runtime.alloc(4 * length);
  const copy = runtime.f32(pointer, length);
  copy.set(values);
  copy.fill(0, values.length);
  return pointer;
}

/** Blocks of voxels as a volume without a border. */
function rowsOf(first: number, channels: number, blocks: number) {
  const rowBytes = 4 * BLOCK * channels;
  return { shape: [blocks, 1, BLOCK] as const, channels, first, rowBytes, planeBytes: rowBytes };
}

/** Returns the weights of the input gradient as [cin / 8][padded classes][8]. */
function packTransposed({ shape, values }: Tensor, padded: number): Float32Array {
  const [, , , cin, classCount] = shape;
  const transposed = new Float32Array(padded * cin);
  for (let channel = 0; channel < cin; channel++)
    for (let label = 0; label < classCount; label++)
      transposed[label * cin + channel] = values[channel * classCount + label];
  return packConvolution({ shape: [1, 1, 1, padded, cin], values: transposed }, 0, padded);
}

function writeChannels(runtime: WasmRuntime, from: number, stored: number, to: Features): void {
  const { channels, values } = to;
  const voxels = values.length / channels;
  if (stored === channels) values.set(runtime.f32(from, values.length));
  else
    for (let voxel = 0; voxel < voxels; voxel++)
      values.set(runtime.f32(from + 4 * voxel * stored, channels), voxel * channels);
}
