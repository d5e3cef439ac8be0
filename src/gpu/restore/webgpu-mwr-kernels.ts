import type { MwrKernelSpec, MwrKernels } from "../../core/restore/mwr-kernels";
import { voxelCount } from "../../core/volume/shape";
import type { GpuDevice } from "../device";
import { flushNow, keepUp, submitNow } from "../immediate-queue";
import type { KernelRun } from "../paced-queue";
import { createGpuDecisions } from "./gpu-decisions";
import { createGpuDenoiser } from "./gpu-denoiser";
import { createGpuProjection } from "./gpu-projection";
import { createGpuVolumes, type GpuVolumes } from "./gpu-volumes";
import { hostEnergy, hostProjection } from "./host-steps";
import { createVoxelKernels, type EnergyShares } from "./voxel-kernels";

/** A step that is queued, or done on the host. */
interface Steps {
  project(z: GPUBuffer): Promise<void>;
  denoise(z: GPUBuffer, sigma: number, out: GPUBuffer): Promise<void>;
  /** Returns where the energy will be. */
  score(z: GPUBuffer): Promise<EnergyShares>;
}

type Enqueue = (runs: readonly KernelRun[]) => Promise<void>;
type Keep = <Part extends { dispose(): void } | null>(part: Part) => Part;

/**
 * Returns the steps of the chain on the GPU, for shapes of `gpuFourierFits` and denoisers of `denoisesOnGpu`; a handle is a buffer.
 * Steps are queued and return before they are done, so an iteration needs no answer; what reads waits. Energies and transforms
 * that have no kernels run on the host. Throws ComputeError "out-of-memory" where the GPU has no room for six volumes, two
 * spectra and what the denoiser needs; what reads throws "backend-failed" where the device was lost.
 */
export async function createWebGpuMwrKernels(
  gpu: GpuDevice,
  spec: MwrKernelSpec,
): Promise<MwrKernels<GPUBuffer>> {
  const parts: { dispose(): void }[] = [];
  const dispose = () => {
    flushNow(gpu.device);
    for (const part of parts) part.dispose();
  };
  try {
    return await createKernels(gpu, spec, dispose, (part) => {
      if (part) parts.push(part);
      return part;
    });
  } catch (error) {
    dispose();
    throw error;
  }
}

async function createKernels(
  gpu: GpuDevice,
  spec: MwrKernelSpec,
  dispose: () => void,
  keep: Keep,
): Promise<MwrKernels<GPUBuffer>> {
  const { device } = gpu;
  const { sign } = spec;
  const volumes = keep(await createGpuVolumes(device, spec.shape));
  const decisions = keep(await createGpuDecisions(device));
  const kernels = await createVoxelKernels(device, voxelCount(spec.shape), decisions.state);
  const enqueue: Enqueue = async (runs) => {
    volumes.check();
    submitNow(device, runs);
    await keepUp(device);
  };
  const { project, denoise, score } = await createSteps(gpu, spec, volumes, enqueue, keep);
  const decide = async (z: GPUBuffer, slack: number | null, then: readonly KernelRun[]) => {
    const energy = await score(z);
    await enqueue([kernels.decide(energy, slack, await decisions.nextSlot()), ...then]);
  };

  return {
    allocate: volumes.allocate,
    addNoise: (x, sigma, seed, iteration, out) => enqueue([kernels.addNoise(x, sigma, seed, iteration, out)]),
    project,
    async denoise(z, sigma, out) {
      await denoise(z, sigma, out);
      if (sign) await enqueue([kernels.holdSign[sign](out)]);
    },
    begin: (x) => decide(x, null, []),
    decide: (proposal, current, slack) => decide(proposal, slack, [kernels.select(proposal, current)]),
    outcomes: decisions.takeOutcomes,
    accumulate: (x, n, mean, m2, mode) => enqueue(kernels.accumulate(x, n, mean, m2, mode)),
    async copy(from, to) {
      volumes.copy(from, to);
    },
    async load(values, to) {
      volumes.load(values, to);
    },
    read: volumes.read,
    readSection: volumes.readSection,
    readDecisions: decisions.read,
    async loadDecisions(state) {
      decisions.load(state);
    },
    dispose,
  };
}

async function createSteps(
  gpu: GpuDevice,
  spec: MwrKernelSpec,
  volumes: GpuVolumes,
  enqueue: Enqueue,
  keep: Keep,
): Promise<Steps> {
  const fourier = keep(spec.transform === "dct" ? null : await createGpuProjection(gpu, spec));
  const denoiser = keep(await createGpuDenoiser(gpu, spec.shape, spec.denoiser));
  const denoise: Steps["denoise"] = (z, sigma, out) => enqueue(denoiser.runs(z, out, sigma));
  if (fourier && spec.energy === "l2")
    return {
      denoise,
      project: (z) => enqueue(fourier.project(z)),
      async score(z) {
        await enqueue(fourier.score(z));
        return fourier.meanSquare;
      },
    };

  const { project, meanSquare } = fourier
    ? { project: (z: GPUBuffer) => enqueue(fourier.project(z)), meanSquare: null }
    : hostProjection(spec, volumes);
  const energyOf = spec.energy === "l2" && meanSquare ? meanSquare : hostEnergy(spec, volumes, project);
  const shares = volumes.allocate();
  return {
    denoise,
    project,
    async score(z) {
      volumes.load(Float32Array.of(await energyOf(z)), shares);
      return { shares, count: 1, scale: 1 };
    },
  };
}
