import { adam } from "../gpu/adam/adam";
import { classSums, classSumsGradient, classSumsShares } from "../gpu/class-sums/class-sums";
import { partialSums } from "../gpu/partial-sums/partial-sums";
import type { SharedQueueBackend } from "./shared-queue-backend";
import type { TrainerKernelSet } from "./trainer-kernels";
import { channelsOf, gridOf, KernelTensors, voxelsOf } from "./webgpu/tensor-buffers";

/** The trainer's kernels on tfjs's "webgpu" backend, which has our device. They are deterministic. */
export const WEBGPU_TRAINER_KERNELS: TrainerKernelSet<SharedQueueBackend> = {
  classSums(backend, { probabilities, labels }, { logarithm }) {
    const tensors = new KernelTensors(backend);
    const classCount = channelsOf(probabilities);
    const spec = { voxels: voxelsOf(gridOf(probabilities)), classCount, logarithm };
    const [shares, stride] = [classSumsShares(spec), 2 * classCount + 1];
    const sums = tensors.output([stride]);
    const partials = tensors.scratch(shares * stride);
    const inputs = { probabilities: tensors.buffer(probabilities), labels: tensors.buffer(labels) };
    const output = tensors.buffer(sums);
    tensors.submit([
      classSums(tensors.device, spec, { ...inputs, partials }),
      partialSums(tensors.device, { partials, shares, stride, first: 0, count: stride, output }),
    ]);
    return [sums];
  },

  classSumsGradient(backend, { probabilities, labels, slopes }, { logarithm }) {
    const tensors = new KernelTensors(backend);
    const classCount = channelsOf(probabilities);
    const spec = { voxels: voxelsOf(gridOf(probabilities)), classCount, logarithm };
    const gradient = tensors.output(probabilities.shape);
    const run = classSumsGradient(tensors.device, spec, {
      probabilities: tensors.buffer(probabilities),
      labels: tensors.buffer(labels),
      slopes: tensors.buffer(slopes),
      output: tensors.buffer(gradient),
    });
    tensors.submit([run]);
    return [gradient];
  },

  adam(backend, { gradient, weights, first, second }, numbers) {
    const tensors = new KernelTensors(backend);
    const before = [weights, first, second];
    const after = before.map(({ shape }) => tensors.output(shape));
    const buffersOf = ([w, m, v]: typeof before) => ({
      weights: tensors.buffer(w),
      first: tensors.buffer(m),
      second: tensors.buffer(v),
    });
    const [from, to] = [buffersOf(before), buffersOf(after)];
    const [count] = weights.shape;
    tensors.submit([adam(tensors.device, count, numbers, tensors.buffer(gradient), from, to)]);
    return after;
  },
};
