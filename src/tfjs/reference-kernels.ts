import type { TensorInfo } from "@tensorflow/tfjs-core";
import type { Tensor } from "../core/nn/model";
import {
  convolutionGradient,
  maxPoolGradient,
  nearestUpGradient,
  rectifierGradient,
  separate,
  softmaxGradient,
  type WeightGradients,
} from "../core/nn/reference-gradients";
import {
  concatenate,
  convolveRow,
  type Features,
  maxPool,
  nearestUp,
  softmax,
} from "../core/nn/reference-layers";
import type { NetworkKernelSet } from "./network-kernels";

/** What the reference needs of a backend that holds tensors in memory; tfjs's "cpu" has it. */
export interface HostBackend {
  readonly data: { get(dataId: object): { values?: unknown } };
  makeTensorInfo(shape: number[], dtype: "float32", values: Float32Array): TensorInfo;
}

/** The kernels in plain TypeScript, sample by sample: the specification of the others. */
export const REFERENCE_KERNELS: NetworkKernelSet<HostBackend> = {
  conv3d: (backend, { a, b, filter, bias }) => {
    const tensors = [filter, bias].map((info) => tensorOf(backend, info));
    return [mapSamples(backend, b ? [a, b] : [a], (inputs) => convolve(concatenate(inputs), tensors, true))];
  },

  conv3dGradient: (backend, { a, b, filter, y, dy }, { wantsInput = true }) => {
    const inputs = b ? [a, b] : [a];
    return convolutionGradients(backend, inputs, filter, [y, dy], wantsInput, (of, [yOf, dyOf], gradient) => {
      const joined = gradient(concatenate(of), rectifierGradient(yOf, dyOf));
      return (
        joined &&
        separate(
          joined,
          of.map(({ channels }) => channels),
        )
      );
    });
  },

  upconv: (backend, { x, filter, bias }) => {
    const tensors = [filter, bias].map((info) => tensorOf(backend, info));
    return [mapSamples(backend, [x], ([of]) => convolve(nearestUp(of), tensors, true))];
  },

  upconvGradient: (backend, { x, filter, y, dy }) =>
    convolutionGradients(backend, [x], filter, [y, dy], true, ([of], [yOf, dyOf], gradient) => {
      const dUp = gradient(nearestUp(of), rectifierGradient(yOf, dyOf));
      return dUp && [nearestUpGradient(dUp)];
    }),

  maxPool: (backend, { x }) => [mapSamples(backend, [x], ([of]) => maxPool(of))],

  maxPoolGradient: (backend, { x, dy }) => [
    mapSamples(backend, [x, dy], ([of, dyOf]) => maxPoolGradient(of, dyOf)),
  ],

  classify: (backend, { x, filter, bias }) => {
    const tensors = [filter, bias].map((info) => tensorOf(backend, info));
    const classified = mapSamples(backend, [x], ([of]) => {
      const sums = convolve(of, tensors, false);
      softmax(sums);
      return sums;
    });
    return [classified];
  },

  classifyGradient: (backend, { x, filter, y, dy }) =>
    convolutionGradients(backend, [x], filter, [y, dy], true, ([of], [yOf, dyOf], gradient) => {
      const dx = gradient(of, softmaxGradient(yOf, dyOf));
      return dx && [dx];
    }),
};

function tensorOf(backend: HostBackend, { dataId, shape }: TensorInfo): Tensor {
  return { shape, values: backend.data.get(dataId).values as Float32Array };
}

/** Returns the samples of a batch as features that share its memory. */
function samplesOf(backend: HostBackend, info: TensorInfo): Features[] {
  const [batch, nz, ny, nx, channels] = info.shape;
  const values = tensorOf(backend, info).values as Float32Array<ArrayBuffer>;
  const length = nz * ny * nx * channels;
  return Array.from({ length: batch }, (_, sample) => ({
    shape: [nz, ny, nx] as const,
    channels,
    values: values.subarray(sample * length, (sample + 1) * length),
  }));
}

/** Returns features as a tensor of the backend. */
function batchOf(backend: HostBackend, samples: readonly Features[]): TensorInfo {
  const { shape, channels, values } = samples[0];
  const joined = new Float32Array(samples.length * values.length);
  samples.forEach((sample, index) => {
    joined.set(sample.values, index * values.length);
  });
  return backend.makeTensorInfo([samples.length, ...shape, channels], "float32", joined);
}

function mapSamples(
  backend: HostBackend,
  infos: readonly TensorInfo[],
  compute: (of: Features[]) => Features,
): TensorInfo {
  const batches = infos.map((info) => samplesOf(backend, info));
  return batchOf(
    backend,
    batches[0].map((_, sample) => compute(batches.map((batch) => batch[sample]))),
  );
}

function convolve(input: Features, [weight, bias]: readonly Tensor[], rectify: boolean): Features {
  const [nz, ny, nx] = input.shape;
  const channels = bias.values.length;
  const out: Features = { shape: input.shape, channels, values: new Float32Array(nz * ny * nx * channels) };
  for (let row = 0; row < nz * ny; row++)
    convolveRow(input, weight, bias, Math.floor(row / ny), row % ny, out, rectify);
  return out;
}

/** Returns the gradients by each input, where wanted, the filter and the bias, summed over the samples. */
function convolutionGradients(
  backend: HostBackend,
  inputs: readonly TensorInfo[],
  filter: TensorInfo,
  outputs: readonly TensorInfo[],
  wantsInput: boolean,
  compute: (
    inputs: Features[],
    outputs: Features[],
    gradient: (input: Features, dSum: Features) => Features | null,
  ) => Features[] | null,
): TensorInfo[] {
  const weight = tensorOf(backend, filter);
  const outChannels = weight.shape[4];
  const sums: WeightGradients = {
    weight: new Float64Array(weight.values.length),
    bias: new Float64Array(outChannels),
  };
  const inputBatches = inputs.map((info) => samplesOf(backend, info));
  const outputBatches = outputs.map((info) => samplesOf(backend, info));
  const bySample = inputBatches[0].map((_, sample) =>
    compute(
      inputBatches.map((batch) => batch[sample]),
      outputBatches.map((batch) => batch[sample]),
      (input, dSum) => convolutionGradient(input, weight, dSum, sums, wantsInput),
    ),
  );
  const tensor = (shape: number[], values: Float64Array) =>
    backend.makeTensorInfo(shape, "float32", Float32Array.from(values));
  return [
    ...(wantsInput
      ? inputs.map((_, index) =>
          batchOf(
            backend,
            bySample.map((of) => of![index]),
          ),
        )
      : []),
    tensor([...weight.shape], sums.weight),
    tensor([outChannels], sums.bias),
  ];
}
