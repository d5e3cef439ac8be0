import type { TensorInfo } from "@tensorflow/tfjs-core";
import type { HostBackend } from "./reference-kernels";

/** The kernels of a trainer beside the network's, each registered with tfjs for its backends. */
export const TRAINER_KERNELS = {
  /**
   * What losses are made of: sums over voxels of f(p), where p is the probability of a class and f its logarithm or itself.
   * → sums [2·classes + 1]: of every class over the voxels of that class, then over all voxels, and last the number of voxels
   * whose most probable class (the first of equal ones) is their own, which has no gradient.
   */
  classSums: "NetworkClassSums",
  /** → the gradient by the probabilities; `slopes` is that by the sums. */
  classSumsGradient: "NetworkClassSumsGradient",
  /** A step of Adam (Kingma & Ba 2015, arXiv:1412.6980), all tensors being of one length. → weights, first, second */
  adam: "NetworkAdam",
} as const;

interface ClassSumsInputs {
  /** [batch, z, y, x, class] */
  readonly probabilities: TensorInfo;
  /** i32 [voxel] */
  readonly labels: TensorInfo;
}

interface ClassSumsAttributes {
  readonly logarithm: boolean;
}

interface AdamInputs {
  readonly gradient: TensorInfo;
  readonly weights: TensorInfo;
  readonly first: TensorInfo;
  readonly second: TensorInfo;
}

interface AdamAttributes {
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  /** Learning rate over 1 − β₁ᵗ in step t. */
  readonly rate: number;
  /** 1 over 1 − β₂ᵗ. */
  readonly secondScale: number;
}

/** One implementation of all; calls are synchronous, as tfjs's are. */
export type TrainerKernelSet<Backend> = {
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
  readonly adam: (backend: Backend, inputs: AdamInputs, attributes: AdamAttributes) => TensorInfo[];
};

/** Smaller probabilities count as this: their logarithm is still a number, and one over them too. */
const SMALLEST = 1e-37;

/** The kernels for tensors in memory: the specification, and fast enough for every backend on the CPU. */
export const HOST_TRAINER_KERNELS: TrainerKernelSet<HostBackend> = {
  classSums(backend, inputs, { logarithm }) {
    const { classCount, p, label } = probabilitiesOf(backend, inputs);
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

  classSumsGradient(backend, inputs, { logarithm }) {
    const { classCount, p, label } = probabilitiesOf(backend, inputs);
    const slopes = floatsOf(backend, inputs.slopes);
    const out = new Float32Array(p.length);
    for (let voxel = 0, i = 0; voxel < label.length; voxel++)
      for (let c = 0; c < classCount; c++, i++) {
        const slope = slopes[classCount + c] + (c === label[voxel] ? slopes[c] : 0);
        out[i] = logarithm ? slope / Math.max(p[i], SMALLEST) : slope;
      }
    return [backend.makeTensorInfo([...inputs.probabilities.shape], "float32", out)];
  },

  adam(backend, inputs, { beta1, beta2, epsilon, rate, secondScale }) {
    const gradient = floatsOf(backend, inputs.gradient);
    const [weights, first, second] = [inputs.weights, inputs.first, inputs.second].map((info) =>
      floatsOf(backend, info).slice(),
    );
    for (let i = 0; i < gradient.length; i++) {
      const g = gradient[i];
      first[i] += (1 - beta1) * (g - first[i]);
      second[i] += (1 - beta2) * (g * g - second[i]);
      weights[i] -= (rate * first[i]) / (Math.sqrt(second[i] * secondScale) + epsilon);
    }
    return [weights, first, second].map((values) =>
      backend.makeTensorInfo([values.length], "float32", values),
    );
  },
};

function floatsOf(backend: HostBackend, { dataId }: TensorInfo): Float32Array {
  return backend.data.get(dataId).values as Float32Array;
}

function probabilitiesOf(backend: HostBackend, { probabilities, labels }: ClassSumsInputs) {
  return {
    classCount: probabilities.shape[4],
    p: floatsOf(backend, probabilities),
    label: backend.data.get(labels.dataId).values as Int32Array,
  };
}
