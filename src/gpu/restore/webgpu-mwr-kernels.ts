import { denoise as denoiseOnHost } from "../../core/denoise/denoise";
import { periodicSpectrum } from "../../core/fourier/periodic-plus-smooth";
import { halfSpectrumShape } from "../../core/fourier/real-fft3";
import type { MwrKernelSpec, MwrKernels, MwrOutcome } from "../../core/restore/mwr-kernels";
import { voxelCount } from "../../core/volume/shape";
import { BufferSet } from "../buffer-set";
import type { GpuDevice } from "../device";
import { withErrorScopes } from "../error-scopes";
import { createDepthKernel, createGpuFourier3 } from "../fourier/gpu-fourier3";
import { createWebGpuFourier3 } from "../fourier/webgpu-fourier3";
import { flushNow, keepUp, submitNow } from "../immediate-queue";
import type { KernelRun } from "../paced-queue";
import { readBytes, readFloats } from "../read-floats";
import { writeFloats } from "../write-floats";
import { createGpuDenoiser } from "./gpu-denoiser";
import { createVoxelKernels, MOST_OUTCOMES, OUTCOMES_START } from "./voxel-kernels";

/** As many as the chain allocates are made at the start, where lack of memory shows. */
const VOLUMES = 6;

/**
 * Returns the steps of the chain on the GPU, for shapes of `gpuFourierFits`; a handle is a buffer. Steps are queued and return
 * before they are done, so an iteration needs no answer; what reads waits. A denoiser that has no kernels runs on the
 * host. Throws ComputeError "out-of-memory" where the GPU has no room for six volumes, the spectra and the denoiser's
 * own; what reads throws "backend-failed" where the device was lost.
 */
export async function createWebGpuMwrKernels(
  gpu: GpuDevice,
  spec: MwrKernelSpec,
): Promise<MwrKernels<GPUBuffer>> {
  const { device } = gpu;
  const { shape, breathe } = spec;
  const voxels = voxelCount(shape);
  const coefficients = voxelCount(halfSpectrumShape(shape));
  const measuredSpectrum = await transformMeasured(gpu, spec);
  const [fourier, projectKernel, energyKernel, denoiser] = await Promise.all([
    createGpuFourier3(device, shape),
    createDepthKernel(device, shape, "project"),
    createDepthKernel(device, shape, "energy"),
    createGpuDenoiser(gpu, shape, spec.denoiser),
  ]);

  const volumeBytes = 16 * Math.ceil(voxels / 4);
  const sectionBytes = 4 * shape[1] * shape[2];
  const held = new BufferSet(device);
  const [spectrum, measured, sampled, shares, state, section, ...volumes] = await held.take([
    Math.max(16, fourier.spectrumBytes),
    Math.max(16, fourier.spectrumBytes),
    Math.max(16, 4 * coefficients),
    Math.max(16, 4 * energyKernel.groups),
    OUTCOMES_START + 8 * MOST_OUTCOMES,
    Math.max(16, sectionBytes),
    ...Array.from({ length: VOLUMES }, () => volumeBytes),
  ]);
  writeFloats(device, measured, measuredSpectrum);
  writeFloats(device, sampled, Float32Array.from(spec.sampled));
  writeFloats(device, state, Float32Array.of(Number.POSITIVE_INFINITY));
  const kernels = await createVoxelKernels(device, voxels, state);

  const more: GPUBuffer[] = [];
  let allocationFault: unknown = null;
  const allocateMore = (): GPUBuffer => {
    const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_DST | GPUBufferUsage.COPY_SRC;
    const made = withErrorScopes(device, "allocating a volume", () => {
      more.push(device.createBuffer({ size: volumeBytes, usage }));
    });
    made.catch((error) => {
      allocationFault ??= error;
    });
    return more[more.length - 1];
  };

  const enqueue = async (runs: readonly KernelRun[]) => {
    if (allocationFault) throw allocationFault;
    submitNow(device, runs);
    await keepUp(device);
  };
  const copyBytes = (from: GPUBuffer, start: number, to: GPUBuffer, bytes: number) => {
    flushNow(device);
    const encoder = device.createCommandEncoder();
    encoder.copyBufferToBuffer(from, start, to, 0, bytes);
    device.queue.submit([encoder.finish()]);
  };
  const load = (values: Float32Array, to: GPUBuffer) => {
    flushNow(device);
    writeFloats(device, to, values);
  };
  const reading = <Result>(work: () => Promise<Result>) =>
    withErrorScopes(device, "restoring the missing wedge", work);

  /** Of what was decided: read already, and how many the state holds. */
  let outcomes: MwrOutcome[] = [];
  let unread = 0;
  const readOutcomes = async () => {
    if (unread === 0) return;
    const words = new Float32Array(await readBytes(device, state, OUTCOMES_START + 8 * unread));
    for (let i = OUTCOMES_START / 4; i < words.length; i += 2)
      outcomes.push({ energy: words[i], accepted: words[i + 1] === 1 });
    unread = 0;
  };
  const scoring = (z: GPUBuffer): readonly KernelRun[] => [
    ...fourier.forwardXy(z, spectrum),
    energyKernel.run([spectrum, measured, sampled, shares]),
  ];
  const decide = async (z: GPUBuffer, slack: number | null, then: readonly KernelRun[]) => {
    if (unread === MOST_OUTCOMES) await readOutcomes();
    const energy = { shares, count: energyKernel.groups, scale: 1 / voxels ** 2 };
    await enqueue([...scoring(z), kernels.decide(energy, slack, unread), ...then]);
    unread++;
  };

  return {
    allocate: () => volumes.pop() ?? allocateMore(),
    addNoise: (x, sigma, seed, iteration, out) => enqueue([kernels.addNoise(x, sigma, seed, iteration, out)]),
    project: (z) =>
      enqueue([
        ...fourier.forwardXy(z, spectrum),
        projectKernel.run([spectrum, measured, sampled]),
        ...fourier.inverseXy(spectrum, z),
      ]),
    async denoise(z, sigma, out) {
      if (denoiser) return enqueue(denoiser.runs(z, out, sigma));
      const values = await reading(() => readFloats(device, z, voxels));
      load(await denoiseOnHost(values, shape, sigma, spec.denoiser, breathe), out);
    },
    begin: (x) => decide(x, null, []),
    decide: (proposal, current, slack) => decide(proposal, slack, [kernels.select(proposal, current)]),
    outcomes: () =>
      reading(async () => {
        await readOutcomes();
        const taken = outcomes;
        outcomes = [];
        return taken;
      }),
    accumulate: (x, n, mean, m2, mode) => enqueue(kernels.accumulate(x, n, mean, m2, mode)),
    async copy(from, to) {
      copyBytes(from, 0, to, volumeBytes);
    },
    async load(values, to) {
      load(values, to);
    },
    read: (from) => reading(() => readFloats(device, from, voxels)),
    readSection: (from, z) =>
      reading(() => {
        copyBytes(from, z * sectionBytes, section, sectionBytes);
        return readFloats(device, section, sectionBytes / 4);
      }),
    readDecisions: () =>
      reading(async () => {
        const bytes = await readBytes(device, state, 12);
        const [energy] = new Float32Array(bytes);
        const [, run, longestRun] = new Uint32Array(bytes);
        return { energy, run, longestRun };
      }),
    async loadDecisions({ energy, run, longestRun }) {
      const words = new ArrayBuffer(12);
      new Float32Array(words)[0] = energy;
      new Uint32Array(words).set([run, longestRun], 1);
      load(new Float32Array(words), state);
      outcomes = [];
      unread = 0;
    },
    dispose() {
      flushNow(device);
      for (const kernel of [fourier, projectKernel, energyKernel]) kernel.dispose();
      denoiser?.dispose();
      held.free();
      for (const buffer of more) buffer.destroy();
    },
  };
}

/** The half spectrum of the measured volume, or of its periodic part. */
async function transformMeasured(
  gpu: GpuDevice,
  { shape, measured, transform }: MwrKernelSpec,
): Promise<Float32Array> {
  const fourier = await createWebGpuFourier3(gpu, shape);
  try {
    return transform === "pp-fft"
      ? await periodicSpectrum(measured, fourier)
      : await fourier.forward(measured);
  } finally {
    fourier.dispose();
  }
}
