import { ComputeError } from "../../core/errors";
import { createDecisions } from "../../core/restore/decisions";
import { createFidelity, type Fidelity } from "../../core/restore/energies";
import { holdSign } from "../../core/restore/hold-sign";
import type { MwrKernelSpec, MwrKernels } from "../../core/restore/mwr-kernels";
import { voxelCount } from "../../core/volume/shape";
import type { WasmRuntime } from "../runtime";
import { createWasmDenoiser } from "./wasm-denoise";
import { createWasmProjection, type WasmProjection } from "./wasm-projection";

/** Voxels that one item of a job takes where voxels are independent; a multiple of 4. */
const BLOCK = 16_384;
/** Vectors may read this far beyond the last voxel. */
const PADDING_BYTES = 64;
const LEAST_SIDE = 8;

/**
 * Returns the steps of the chain in WebAssembly: the same operations with the same roundings as the reference, on any number of
 * threads. A handle is a pointer. Memory comes from `runtime`'s stack and goes back on `dispose`, so nothing else may be
 * allocated there in between. Sides must be at least 8.
 */
export function createWasmMwrKernels(runtime: WasmRuntime, spec: MwrKernelSpec): MwrKernels<number> {
  const { shape, sign, breathe } = spec;
  if (Math.min(...shape) < LEAST_SIDE)
    throw new ComputeError(
      "bad-input",
      `A box needs at least ${LEAST_SIDE} voxels per side, not ${shape.join(" × ")}.`,
    );
  const voxels = voxelCount(shape);
  const blocks = Math.ceil(voxels / BLOCK);
  const start = runtime.mark();
  const allocate = () => runtime.alloc(4 * voxels + PADDING_BYTES);

  const projection = createWasmProjection(runtime, spec, allocate);
  const energyOf = createEnergy(runtime, spec, projection, allocate);
  const takeNoise = createWasmDenoiser(runtime, spec.denoiser, shape);
  const decisions = createDecisions();
  const copy = (from: number, to: number) => runtime.f32(to, voxels).set(runtime.f32(from, voxels));

  return {
    allocate,
    async addNoise(x, sigma, seed, iteration, out) {
      runtime.parallel("addNoise", blocks, x, out, voxels, BLOCK, sigma, seed, iteration);
    },
    project: projection.project,
    async denoise(z, sigma, out) {
      await takeNoise(z, out, sigma, breathe);
      if (sign) holdSign(runtime.f32(out, voxels), sign);
    },
    async begin(x) {
      decisions.begin(await energyOf(x));
    },
    async decide(proposal, current, slack) {
      if (decisions.accepts(await energyOf(proposal), slack)) copy(proposal, current);
    },
    outcomes: async () => decisions.takeOutcomes(),
    async accumulate(x, n, mean, m2, mode) {
      runtime.parallel("accumulate", blocks, x, mean, m2, voxels, BLOCK, 1 / n);
      if (decisions.isLongestRun()) copy(x, mode);
    },
    async copy(from, to) {
      copy(from, to);
    },
    async load(values, to) {
      runtime.f32(to, voxels).set(values);
    },
    read: async (from) => Float32Array.from(runtime.f32(from, voxels)),
    readSection: async (from, z) => {
      const section = shape[1] * shape[2];
      return Float32Array.from(runtime.f32(from + 4 * z * section, section));
    },
    readDecisions: async () => decisions.read(),
    loadDecisions: async (state) => decisions.load(state),
    dispose: () => runtime.release(start),
  };
}

/** Energies other than "l2" are told by core's functions, of volumes that the projection degraded. */
function createEnergy(
  runtime: WasmRuntime,
  { energy, shape }: MwrKernelSpec,
  { project, meanSquare }: WasmProjection,
  allocate: () => number,
): (z: number) => Promise<number> {
  if (energy === "l2") return async (z) => meanSquare(z);
  const voxels = voxelCount(shape);
  const scratch = allocate();
  const projected = runtime.f32(scratch, voxels);
  const degraded = new Float32Array(voxels);
  let compared: { readonly measured: Float32Array; readonly fidelity: Fidelity } | null = null;
  const compare = async () => {
    projected.fill(0);
    await project(scratch);
    const measured = Float32Array.from(projected);
    return { measured, fidelity: createFidelity(energy, measured) };
  };

  return async (z) => {
    compared ??= await compare();
    const { measured, fidelity } = compared;
    const values = runtime.f32(z, voxels);
    projected.set(values);
    await project(scratch);
    // What the projection took away is the sample's sampled part, and what it put there the measured one's.
    for (let i = 0; i < voxels; i++) degraded[i] = values[i] - projected[i] + measured[i];
    return fidelity(degraded);
  };
}
