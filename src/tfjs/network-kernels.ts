import type { TensorInfo } from "@tensorflow/tfjs-core";

/**
 * The kernels that we add to tfjs, each registered for its backends ("webgpu" ours in WGSL; "cpu" ours in WebAssembly, or the
 * reference). Tensors are f32, channels last: features [batch, z, y, x, channel] of any sides (cubes of 12 are 3 wide at the
 * coarsest level; what is pooled has even sides), filters [kz, ky, kx, channel in, channel out], biases [channel out]. A
 * gradient kernel gives its outputs in the order of its inputs' names here; `dy` is the gradient of the loss by `y`.
 */
export const KERNELS = {
  /** 3×3×3, 'same', bias, ReLU; of one input or two, whose channels lie side by side. → y */
  conv3d: "NetworkConv3d",
  /** → da (absent for `wantsInput: false`), db (where there is b), dfilter, dbias */
  conv3dGradient: "NetworkConv3dGradient",
  /** Nearest up-sampling by 2, 2×2×2 'same' (padded after), bias, ReLU. → y */
  upconv: "NetworkUpconv",
  /** → dx, dfilter, dbias */
  upconvGradient: "NetworkUpconvGradient",
  /** Max-pooling 2×2×2. → y */
  maxPool: "NetworkMaxPool",
  /** All of dy goes to the first of equal voxels of a window, in the order z, y, x. → dx */
  maxPoolGradient: "NetworkMaxPoolGradient",
  /** 1×1×1 to the classes, bias, softmax. → probabilities [batch, z, y, x, class] */
  classify: "NetworkClassify",
  /** → dx, dfilter, dbias */
  classifyGradient: "NetworkClassifyGradient",
} as const;

/** What the kernels take, by their names in KERNELS. */
export interface KernelInputs {
  conv3d: { a: TensorInfo; b?: TensorInfo; filter: TensorInfo; bias: TensorInfo };
  conv3dGradient: { a: TensorInfo; b?: TensorInfo; filter: TensorInfo; y: TensorInfo; dy: TensorInfo };
  upconv: { x: TensorInfo; filter: TensorInfo; bias: TensorInfo };
  upconvGradient: { x: TensorInfo; filter: TensorInfo; y: TensorInfo; dy: TensorInfo };
  maxPool: { x: TensorInfo };
  maxPoolGradient: { x: TensorInfo; y: TensorInfo; dy: TensorInfo };
  classify: { x: TensorInfo; filter: TensorInfo; bias: TensorInfo };
  /** `y` are the probabilities. */
  classifyGradient: { x: TensorInfo; filter: TensorInfo; y: TensorInfo; dy: TensorInfo };
}

/** What a kernel is told beside its inputs. */
export interface KernelAttributes {
  /** Of conv3dGradient: false for the network's first layer, whose input is data. */
  readonly wantsInput?: boolean;
}

/** One implementation of all kernels; `outputs` as told at each name. Calls are synchronous, as tfjs's are. */
export type NetworkKernelSet<Backend> = {
  readonly [Name in keyof KernelInputs]: (
    backend: Backend,
    inputs: KernelInputs[Name],
    attributes: KernelAttributes,
  ) => TensorInfo[];
};
