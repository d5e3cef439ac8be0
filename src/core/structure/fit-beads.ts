import { ComputeError } from "../errors";
import type { TaskContext } from "../task/task";
import { type Point3, voxelCount } from "../volume/shape";
import { PARAMS_PER_BEAD } from "./fit-gaussians";
import { halfShifted } from "./fit-half-shift";
import { createFitResidual } from "./fit-residual";
import { fitSeeds } from "./fit-seeds";
import type { BeadModel, DensityMap } from "./structure";

/** Narrower beads would be lumps between the samples that they fit. */
const SIGMA_RANGE_VOXELS = [0.65, 4] as const;
/** What a map of a complex has at the 4 to 10 Å per voxel that beads can follow. */
const MOST_VOXELS = 256 ** 3;

/** Adam (Kingma and Ba 2015, arXiv 1412.6980), with steps that fall to nothing as half a cosine. */
const MEAN_DECAY = 0.9;
const SQUARE_DECAY = 0.99;
const NO_DIVISION_BY_ZERO = 1e-12;
/** The first step of each number of a row: positions and deviation in voxels, the logarithm of the integral. */
const FIRST_STEPS = [0.05, 0.05, 0.05, 0.05, 0.03];
const DEFAULT_ITERATIONS = 300;

export interface FitBeadsOptions {
  /** How many beads, from 1; fewer come out where the map has fewer voxels above background. */
  readonly count: number;
  /** The integrals of all beads together, whatever the scale of the map. */
  readonly electrons: number;
  readonly iterations?: number;
}

export interface BeadFit {
  readonly model: BeadModel;
  /** Where the model's origin, its centre of mass, lies in the map, in voxels. */
  readonly origin: Point3;
}

/**
 * Returns the sum of Gaussians that comes nearest to a map, at its voxels and half-way between them: least squares over
 * positions, integrals (above 0) and deviations (0.65 to 4 voxels), begun from a k-means of the density. The same map gives the
 * same beads.
 * Throws "bad-input" for a map without a voxel above 0 or of more than 256³, "bad-parameter" for a count below 1. Costs
 * 2000σ³ per bead and iteration, σ in voxels: 2,000 beads on a ribosome at 10 Å take 10 s.
 */
export async function fitBeads(
  map: DensityMap,
  { count, electrons, iterations = DEFAULT_ITERATIONS }: FitBeadsOptions,
  context: Pick<TaskContext, "onProgress" | "breathe">,
): Promise<BeadFit> {
  check(map, count, electrons);
  const [leastSigma, largestSigma] = SIGMA_RANGE_VOXELS;
  const params = await fitSeeds(map.values, map.shape, count, SIGMA_RANGE_VOXELS, context.breathe);
  // Between the voxels too: beads in step with the voxels make a wave there that the voxels alone do not see.
  const residuals = [
    createFitResidual(map.values, map.shape),
    createFitResidual(halfShifted(map.values, map.shape), map.shape, 0.5),
  ];
  const gradient = new Float64Array(params.length);
  const means = new Float64Array(params.length);
  const squares = new Float64Array(params.length);
  for (let done = 0; done < iterations; done++) {
    gradient.fill(0);
    for (const residual of residuals) {
      residual.update(params);
      await context.breathe();
      residual.addGradient(params, gradient);
      await context.breathe();
    }
    const rate = (1 + Math.cos((Math.PI * done) / iterations)) / 2;
    const unbias = Math.sqrt(1 - SQUARE_DECAY ** (done + 1)) / (1 - MEAN_DECAY ** (done + 1));
    for (let i = 0; i < params.length; i++) {
      means[i] += (1 - MEAN_DECAY) * (gradient[i] - means[i]);
      squares[i] += (1 - SQUARE_DECAY) * (gradient[i] ** 2 - squares[i]);
      const step = rate * unbias * FIRST_STEPS[i % PARAMS_PER_BEAD];
      params[i] -= (step * means[i]) / (Math.sqrt(squares[i]) + NO_DIVISION_BY_ZERO);
    }
    for (let i = 4; i < params.length; i += PARAMS_PER_BEAD)
      params[i] = Math.min(largestSigma, Math.max(leastSigma, params[i]));
    context.onProgress({ done: done + 1, total: iterations, note: `step ${done + 1} of ${iterations}` });
  }
  return asModel(map, params, electrons);
}

function check({ name, values, shape }: DensityMap, count: number, electrons: number): void {
  if (!(count >= 1))
    throw new ComputeError("bad-parameter", `A fit needs 1 bead or more, not ${count}.`, { count });
  if (!(electrons > 0 && Number.isFinite(electrons)))
    throw new ComputeError("bad-parameter", `The electrons must be above 0, not ${electrons}.`, {
      electrons,
    });
  if (voxelCount(shape) > MOST_VOXELS) {
    const sentence = `${name} has ${shape.join(" × ")} voxels; beads are fitted to at most 256³: crop or bin it first.`;
    throw new ComputeError("bad-input", sentence, { shape });
  }
  if (!values.some((value) => value > 0))
    throw new ComputeError("bad-input", `${name} has no voxel above 0: there is nothing to fit.`, { name });
}

function asModel({ name, voxelSizeAngstrom }: DensityMap, params: Float64Array, electrons: number): BeadFit {
  const beads = params.length / PARAMS_PER_BEAD;
  const origin = [0, 0, 0];
  let total = 0;
  for (let at = 0; at < params.length; at += PARAMS_PER_BEAD) {
    const integral = Math.exp(params[at + 3]);
    total += integral;
    for (let axis = 0; axis < 3; axis++)
      origin[axis] += (params[at + axis] - origin[axis]) * (integral / total);
  }
  const model: BeadModel = {
    kind: "beads",
    name,
    positionsAngstrom: new Float32Array(3 * beads),
    electrons: new Float32Array(beads),
    sigmasAngstrom: new Float32Array(beads),
  };
  for (let i = 0; i < beads; i++) {
    const [x, y, z, logIntegral, sigma] = params.subarray(PARAMS_PER_BEAD * i);
    const about = [x, y, z].map((at, axis) => (at - origin[axis]) * voxelSizeAngstrom);
    model.positionsAngstrom.set(about, 3 * i);
    model.electrons[i] = (Math.exp(logIntegral) / total) * electrons;
    model.sigmasAngstrom[i] = sigma * voxelSizeAngstrom;
  }
  return { model, origin: { x: origin[0], y: origin[1], z: origin[2] } };
}
