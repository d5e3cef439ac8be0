import { denoise } from "../denoise/denoise";
import { fillNormal } from "../random/philox";
import { voxelCount } from "../volume/shape";
import { createDecisions } from "./decisions";
import { createFidelity } from "./energies";
import { holdSign } from "./hold-sign";
import type { MwrKernelSpec, MwrKernels } from "./mwr-kernels";
import { createProjection, type Projection } from "./projection";

const f32 = Math.fround;

/**
 * Returns the steps of the chain in plain TypeScript: the specification that every backend is tested against. Operations
 * are rounded to f32 in a fixed order, so that an exact twin is possible.
 */
export function createReferenceMwrKernels(spec: MwrKernelSpec): MwrKernels<Float32Array> {
  const { shape, breathe } = spec;
  const voxels = voxelCount(shape);
  const projection = createProjection(spec);
  const energyOf = createEnergy(spec, projection);
  const normal = new Float32Array(voxels);
  const decisions = createDecisions();

  return {
    allocate: () => new Float32Array(voxels),
    async addNoise(x, sigma, seed, iteration, out) {
      fillNormal(normal, seed, iteration);
      const level = f32(sigma);
      for (let i = 0; i < voxels; i++) out[i] = x[i] + f32(level * normal[i]);
    },
    project: (z) => projection.project(z, breathe),
    async denoise(z, sigma, out) {
      out.set(await denoise(z, shape, sigma, spec.denoiser, breathe));
      if (spec.sign) holdSign(out, spec.sign);
    },
    async begin(x) {
      decisions.begin(energyOf(x));
    },
    async decide(proposal, current, slack) {
      if (decisions.accepts(energyOf(proposal), slack)) current.set(proposal);
    },
    outcomes: async () => decisions.takeOutcomes(),
    async accumulate(x, n, mean, m2, mode) {
      const share = f32(1 / n);
      for (let i = 0; i < voxels; i++) {
        const difference = f32(x[i] - mean[i]);
        mean[i] += f32(difference * share);
        m2[i] += f32(difference * f32(x[i] - mean[i]));
      }
      if (decisions.isLongestRun()) mode.set(x);
    },
    async copy(from, to) {
      to.set(from);
    },
    async load(values, to) {
      to.set(values);
    },
    read: async (from) => Float32Array.from(from),
    readSection: async (from, z) => from.slice(z * shape[1] * shape[2], (z + 1) * shape[1] * shape[2]),
    readDecisions: async () => decisions.read(),
    loadDecisions: async (state) => decisions.load(state),
    dispose() {},
  };
}

function createEnergy({ energy, shape }: MwrKernelSpec, projection: Projection): (z: Float32Array) => number {
  if (energy === "l2") return projection.meanSquare;
  const degraded = new Float32Array(voxelCount(shape));
  projection.degradeMeasured(degraded);
  const fidelity = createFidelity(energy, Float32Array.from(degraded));
  return (z) => {
    projection.degrade(z, degraded);
    return fidelity(degraded);
  };
}
