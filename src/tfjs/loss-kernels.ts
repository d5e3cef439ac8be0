import type { TensorInfo } from "@tensorflow/tfjs-core";
import type { HostBackend } from "./reference-kernels";

/**
 * What losses are made of: sums over voxels of f(p), where p is the probability of a class and f its logarithm or itself.
 * `sums` is [2·classes + 1]: of every class over the voxels of that class, then over all voxels, and last the number of voxels
 * whose most probable class (the first of equal ones) is their own, which has no gradient.
 */
export const LOSS_KERNELS = {
  /** → sums */
  classSums: "NetworkClassSums",
  /** → the gradient by the probabilities; `slopes` is that by the sums. */
  classSumsGradient: "NetworkClassSumsGradient",
} as const;

interface ClassSumsInputs {
  /** [batch, z, y, x, class] */
  readonly probabilities: TensorInfo;
  /** i32 [voxel] */
  readonly labels: TensorInfo;
}

export interface ClassSumsAttributes {
  readonly logarithm: boolean;
}

export type LossKernelSet<Backend> = {
  readonly classSums: (
    backend: Backend,
    inputs: ClassSumsInputs,
    attributes: ClassSumsAttributes,
  ) => TensorInfo[];
  readonly classSumsGradient: (
    backend: Backend,
    inputs: ClassSumsInputs & { readonly slopes: TensorInfo },
    attributes: ClassSumsAttributes,
  ) => TensorInfo[];
};

/** Smaller probabilities count as this: their logarithm is still a number, and one over them too. */
const SMALLEST = 1e-37;

/** The kernels of losses for tensors in memory: the specification, and fast enough for every backend on the CPU. */
export const HOST_LOSS_KERNELS: LossKernelSet<HostBackend> = {
  classSums: (backend, inputs, { logarithm }) => {
    const { classCount, p, label } = valuesOf(backend, inputs);
    const sums = new Float64Array(2 * classCount + 1);
    for (let voxel = 0; voxel < label.length; voxel++) {
      const first = voxel * classCount;
      let best = 0;
      for (let c = 0; c < classCount; c++) {
        if (p[first + c] > p[first + best]) best = c;
        const value = logarithm ? Math.log(Math.max(p[first + c], SMALLEST)) : p[first + c];
        sums[classCount + c] += value;
        if (c === label[voxel]) sums[c] += value;
      }
      if (best === label[voxel]) sums[2 * classCount]++;
    }
    return [backend.makeTensorInfo([sums.length], "float32", Float32Array.from(sums))];
  },

  classSumsGradient: (backend, inputs, { logarithm }) => {
    const { classCount, p, label } = valuesOf(backend, inputs);
    const slopes = backend.data.get(inputs.slopes.dataId).values as Float32Array;
    const out = new Float32Array(p.length);
    for (let voxel = 0, i = 0; voxel < label.length; voxel++)
      for (let c = 0; c < classCount; c++, i++) {
        const slope = slopes[classCount + c] + (c === label[voxel] ? slopes[c] : 0);
        out[i] = logarithm ? slope / Math.max(p[i], SMALLEST) : slope;
      }
    return [backend.makeTensorInfo([...inputs.probabilities.shape], "float32", out)];
  },
};

function valuesOf(backend: HostBackend, { probabilities, labels }: ClassSumsInputs) {
  return {
    classCount: probabilities.shape[4],
    p: backend.data.get(probabilities.dataId).values as Float32Array,
    label: backend.data.get(labels.dataId).values as Int32Array,
  };
}
