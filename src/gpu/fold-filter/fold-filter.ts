import { bindBuffers, kernelPipelineNow } from "../kernel-pipeline";
import type { KernelRun } from "../paced-queue";
import code from "./fold-filter.wgsl?raw";

const THREADS = 64;
const FLOPS_PER_VALUE = 100;

/** Of each tap of the output along an axis, the taps of the input that are added: bit i stands for tap i. */
type Masks = readonly number[];

interface Folding {
  /** Taps of the input along an axis. */
  readonly tapsIn: number;
  readonly masks: Masks;
  /** Whether rows and columns change places. */
  readonly transpose: boolean;
}

/** What the kernels need from a filter; taps in the order z, y, x. */
export const FOLDINGS = {
  /** [3, 3, 3, in, out] → the filter of the convolution that gives the input's gradient: [3, 3, 3, out, in]. */
  flip: { tapsIn: 3, masks: [0b100, 0b010, 0b001], transpose: true },
  /** [2, 2, 2, in, out] → w0 + w1, w0, w1 along each axis: [3, 3, 3, in, out], for the up-convolution. */
  upconv: { tapsIn: 2, masks: [0b11, 0b01, 0b10], transpose: false },
  /** [2, 2, 2, in, out] → w1, w0 + w1, w0 along each axis: [3, 3, 3, out, in], for its gradient by the input. */
  upconvGradient: { tapsIn: 2, masks: [0b10, 0b11, 0b01], transpose: true },
  /** [3, 3, 3, out, in], sums with dz at 2m − 1, 2m, 2m + 1 → the gradient by the filter [2, 2, 2, in, out]. */
  upconvFilter: { tapsIn: 3, masks: [0b110, 0b011], transpose: true },
  /** [1, 1, 1, in, class] → [class, in], for the last layer. */
  classify: { tapsIn: 1, masks: [0b1], transpose: true },
} as const satisfies Record<string, Folding>;

interface FoldFilterArgs {
  readonly input: GPUBuffer;
  /** Of a tap of the input: [rows, columns]. */
  readonly shape: readonly [number, number];
  /** Of the input's rows, only these: the first, and how many. All where absent. */
  readonly rows?: readonly [number, number];
  readonly output: GPUBuffer;
}

/** Writes a filter in another layout: [taps, rows, columns], or [taps, columns, rows] where transposed. */
export function foldFilter(device: GPUDevice, folding: Folding, args: FoldFilterArgs): KernelRun {
  const { tapsIn, masks, transpose } = folding;
  const [allRows, columns] = args.shape;
  const [firstRow, rows] = args.rows ?? [0, allRows];
  const pipeline = kernelPipelineNow(device, "fold-filter", code, {});
  const length = masks.length ** 3 * rows * columns;
  return {
    flops: FLOPS_PER_VALUE * length,
    slabs: 1,
    encode({ pass, uniform }) {
      const shape = transpose ? [columns, rows] : [rows, columns];
      const strides = transpose ? [1, columns] : [columns, 1];
      const params = new Uint32Array(12);
      params.set(masks);
      params.set([tapsIn, masks.length, ...shape, firstRow * columns, allRows * columns, ...strides], 3);
      pass.setPipeline(pipeline);
      pass.setBindGroup(0, bindBuffers(device, pipeline, [uniform(params.buffer), args.input, args.output]));
      pass.dispatchWorkgroups(Math.ceil(length / THREADS));
    },
  };
}
