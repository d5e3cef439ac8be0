import type { TensorInfo } from "@tensorflow/tfjs-core";
import { ComputeError } from "../../core/errors";
import {
  classifyGradientSupports,
  createClassifyGradient,
} from "../../gpu/classify-gradient/classify-gradient";
import { createConv1SoftmaxNow } from "../../gpu/conv1-softmax/conv1-softmax";
import { FOLDINGS, foldFilter } from "../../gpu/fold-filter/fold-filter";
import { createMaxPoolNow } from "../../gpu/max-pool/max-pool";
import { maxPoolGradient as maxPoolGradientRun } from "../../gpu/max-pool-gradient/max-pool-gradient";
import { partialSums } from "../../gpu/partial-sums/partial-sums";
import type { KernelInputs } from "../network-kernels";
import type { SharedQueueBackend } from "../shared-queue-backend";
import { stackOf } from "./convolve";
import { channelsOf, gridOf, KernelTensors, voxelsOf } from "./tensor-buffers";

/** Max-pooling 2×2×2. → y */
export function maxPool(backend: SharedQueueBackend, { x }: KernelInputs["maxPool"]): TensorInfo[] {
  const tensors = new KernelTensors(backend);
  const [samples, nz, ny, nx] = gridOf(x);
  const y = tensors.output([samples, nz / 2, ny / 2, nx / 2, channelsOf(x)]);
  const [input, output] = [x, y].map((info) => stackOf(tensors.map(info), gridOf(info)));
  tensors.submit([createMaxPoolNow(tensors.device).run(input, output)]);
  return [y];
}

/** → dx */
export function maxPoolGradient(
  backend: SharedQueueBackend,
  { x, y, dy }: KernelInputs["maxPoolGradient"],
): TensorInfo[] {
  const tensors = new KernelTensors(backend);
  const dx = tensors.output(x.shape);
  const [xBuffer, yBuffer, dyBuffer, dxBuffer] = [x, y, dy, dx].map((info) => tensors.buffer(info));
  const run = maxPoolGradientRun(tensors.device, {
    x: xBuffer,
    y: yBuffer,
    dy: dyBuffer,
    dx: dxBuffer,
    shape: gridOf(y),
    channels: channelsOf(y),
  });
  tensors.submit([run]);
  return [dx];
}

/** 1×1×1 to the classes, bias, softmax. → probabilities */
export function classify(backend: SharedQueueBackend, inputs: KernelInputs["classify"]): TensorInfo[] {
  const { x, filter, bias } = inputs;
  const tensors = new KernelTensors(backend);
  const { device } = tensors;
  const [channels, classes] = [channelsOf(x), channelsOf(filter)];
  const grid = gridOf(x);
  const y = tensors.output([...grid, classes]);
  const weights = tensors.scratch(channels * classes);
  const shape = [channels, classes] as const;
  const fold = foldFilter(device, FOLDINGS.classify, {
    input: tensors.buffer(filter),
    shape,
    output: weights,
  });
  const run = createConv1SoftmaxNow(device).run({
    input: stackOf(tensors.map(x), grid),
    weights,
    bias: tensors.buffer(bias),
    output: stackOf(tensors.map(y), grid),
  });
  tensors.submit([fold, run]);
  return [y];
}

/** → dx, dfilter, dbias. Throws ComputeError "bad-input" for more than some 100 classes. */
export function classifyGradient(
  backend: SharedQueueBackend,
  { x, filter, y, dy }: KernelInputs["classifyGradient"],
): TensorInfo[] {
  const tensors = new KernelTensors(backend);
  const { device } = tensors;
  const [channels, classes] = [channelsOf(x), channelsOf(filter)];
  if (!classifyGradientSupports(channels, classes)) {
    const sentence = `The GPU cannot train ${classes} classes from ${channels} channels.`;
    throw new ComputeError("bad-input", sentence, { channels, classes });
  }
  const dx = tensors.output(x.shape);
  const dfilter = tensors.output(filter.shape);
  const dbias = tensors.output([classes]);
  const kernel = createClassifyGradient(device, voxelsOf(gridOf(x)), channels, classes);
  const { shares } = kernel;
  const stride = (channels + 1) * classes;
  const partials = tensors.scratch(shares * stride);
  const run = kernel.run({
    x: tensors.buffer(x),
    filter: tensors.buffer(filter),
    p: tensors.buffer(y),
    dp: tensors.buffer(dy),
    dx: tensors.buffer(dx),
    partials,
  });
  const sums = [
    { first: 0, count: channels * classes, output: tensors.buffer(dfilter) },
    { first: channels * classes, count: classes, output: tensors.buffer(dbias) },
  ].map((part) => partialSums(device, { partials, shares, stride, ...part }));
  tensors.submit([run, ...sums]);
  return [dx, dfilter, dbias];
}
