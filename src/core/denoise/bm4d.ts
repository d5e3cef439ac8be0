import { ComputeError } from "../errors";
import type { DenoiserSpec } from "../restore/mwr-kernels";
import type { Shape3 } from "../volume/shape";
import {
  BM4D,
  BM4D_PROFILES,
  type Bm4dProfile,
  kaiserCube,
  matchThreshold,
  referencePositions,
  wienerMatchThreshold,
} from "./bm4d-plan";
import { type CubeMatcher, createCubeMatcher, cubeOffsets } from "./cube-matcher";
import { DCT, HAAR, inverseTransformGroup, transformGroup } from "./cube-transforms";

const f32 = Math.fround;
const SIDE = BM4D.cubeSide;
const CUBE = SIDE ** 3;

type Breathe = () => Promise<void>;

/** How a stage finds its groups and what it makes of one. */
interface Stage {
  readonly matcher: CubeMatcher;
  /** Leaves the denoised cubes of a group in `cubes`; returns the group's weight, in (0, 1]. */
  filter(cubes: Float32Array, count: number): number;
}

/**
 * Returns the volume denoised by BM4D for white noise of deviation `sigma`, for data whose range is about 1: each reference
 * cube of 4³ is grouped with up to 15 similar ones nearby, the group is transformed by a 4-D Haar wavelet, coefficients
 * below 2.7 sigma are zeroed, and the cubes go back weighted by how sparse their group was. With `wiener` a second stage
 * follows: groups are found anew in that estimate, whose coefficients (cosine transform, Haar across the group) tell how much
 * of each coefficient of the noisy group is signal.
 *
 * Values should lie about zero in the background: a full group whose mean is below 0.084 sigma becomes 0, and the Wiener
 * stage draws small means towards 0. The sign does not matter. The input is kept; sides must be at least 4; `breathe` is called
 * after each row of cubes.
 *
 * Every operation is rounded to f32 in a fixed order, so that the WebAssembly twin groups the same cubes.
 * Source: Maggioni et al. 2013, doi 10.1109/TIP.2012.2210725.
 */
export async function bm4d(
  values: Float32Array,
  shape: Shape3,
  sigma: number,
  breathe: Breathe,
  { profile = "lc", wiener = false }: Pick<DenoiserSpec, "profile" | "wiener"> = {},
): Promise<Float32Array<ArrayBuffer>> {
  if (Math.min(...shape) < SIDE)
    throw new ComputeError(
      "bad-input",
      `BM4D needs at least ${SIDE} voxels per side, not ${shape.join(" × ")}.`,
    );
  if (!(sigma > 0)) return Float32Array.from(values);
  const plan = BM4D_PROFILES[profile];
  const basic = await runStage(hardThresholding(values, shape, sigma, plan), shape, plan, breathe);
  if (!wiener) return basic;
  return runStage(wienerFiltering(values, basic, shape, sigma, plan), shape, plan, breathe);
}

/** Denoises the group of every reference cube, class by class, and returns the weighted mean of what they say of each voxel. */
async function runStage(
  { matcher, filter }: Stage,
  shape: Shape3,
  { classesPerAxis, maxGroup, maxWienerGroup }: Bm4dProfile,
  breathe: Breathe,
): Promise<Float32Array<ArrayBuffer>> {
  const [positionsZ, positionsY, positionsX] = shape.map(referencePositions);
  const cubes = new Float32Array(Math.max(maxGroup, maxWienerGroup) * CUBE);
  const aggregate = createAggregate(shape);
  for (let classZ = 0; classZ < classesPerAxis; classZ++)
    for (let classY = 0; classY < classesPerAxis; classY++)
      for (let z = classZ; z < positionsZ.length; z += classesPerAxis)
        for (let y = classY; y < positionsY.length; y += classesPerAxis) {
          for (const x of positionsX) {
            const count = matcher.match(positionsZ[z], positionsY[y], x);
            const weight = filter(cubes, count);
            aggregate.add(cubes, matcher.starts, count, weight);
          }
          await breathe();
        }
  return aggregate.mean();
}

function hardThresholding(
  values: Float32Array,
  shape: Shape3,
  sigma: number,
  { searchRadius, maxGroup }: Bm4dProfile,
): Stage {
  const matcher = createCubeMatcher(values, shape, searchRadius, maxGroup, CUBE * matchThreshold(sigma));
  const gather = createGather(values, shape, matcher.starts);
  const threshold = f32(BM4D.hardThreshold * sigma);
  return {
    matcher,
    filter(cubes, count) {
      gather(cubes, count);
      transformGroup(cubes, count, HAAR);
      const kept = shrink(cubes, count, threshold);
      inverseTransformGroup(cubes, count, HAAR);
      return f32(1 / kept);
    },
  };
}

/** Zeroes coefficients below `threshold`; returns how many stay, at least 1. */
function shrink(cubes: Float32Array, count: number, threshold: number): number {
  let kept = 0;
  for (let i = 0; i < count * CUBE; i++) {
    if (Math.abs(cubes[i]) < threshold) cubes[i] = 0;
    else kept++;
  }
  return Math.max(kept, 1);
}

function wienerFiltering(
  values: Float32Array,
  basic: Float32Array,
  shape: Shape3,
  sigma: number,
  { searchRadius, maxWienerGroup }: Bm4dProfile,
): Stage {
  const largest = CUBE * wienerMatchThreshold(sigma);
  const matcher = createCubeMatcher(basic, shape, searchRadius, maxWienerGroup, largest);
  const gather = createGather(values, shape, matcher.starts);
  const gatherBasic = createGather(basic, shape, matcher.starts);
  const guide = new Float32Array(maxWienerGroup * CUBE);
  const variance = f32(sigma * sigma);
  return {
    matcher,
    filter(cubes, count) {
      gather(cubes, count);
      gatherBasic(guide, count);
      transformGroup(cubes, count, DCT);
      transformGroup(guide, count, DCT);
      const power = attenuate(cubes, guide, count, variance);
      inverseTransformGroup(cubes, count, DCT);
      return f32(BM4D.leastWienerPower / power);
    },
  };
}

/**
 * Multiplies each coefficient by its share of signal e² / (e² + σ²), e being that of the guide; returns the sum of the squared
 * shares, at least 0.25. The sum runs over four lanes along y.
 */
function attenuate(cubes: Float32Array, guide: Float32Array, count: number, variance: number): number {
  const sums = new Float32Array(SIDE);
  for (let plane = 0; plane < count * CUBE; plane += 16)
    for (let x = 0; x < SIDE; x++)
      for (let y = 0; y < SIDE; y++) {
        const i = plane + SIDE * y + x;
        const signal = f32(guide[i] * guide[i]);
        const share = f32(signal / f32(signal + variance));
        cubes[i] *= share;
        sums[y] += f32(share * share);
      }
  return Math.max(f32(f32(sums[0] + sums[2]) + f32(sums[1] + sums[3])), BM4D.leastWienerPower);
}

/** Returns what copies the cubes of a group out of `values`. */
function createGather(values: Float32Array, shape: Shape3, starts: Int32Array) {
  const offsets = cubeOffsets(shape);
  return (cubes: Float32Array, count: number): void => {
    for (let c = 0; c < count; c++)
      for (let i = 0; i < CUBE; i++) cubes[c * CUBE + i] = values[starts[c] + offsets[i]];
  };
}

/** The weighted sums that all groups add to. */
function createAggregate(shape: Shape3) {
  const voxels = shape[0] * shape[1] * shape[2];
  const sums = new Float32Array(voxels);
  const totals = new Float32Array(voxels);
  const offsets = cubeOffsets(shape);
  const window = kaiserCube();
  return {
    add(cubes: Float32Array, starts: Int32Array, count: number, weight: number): void {
      for (let c = 0; c < count; c++)
        for (let i = 0; i < CUBE; i++) {
          const voxelWeight = f32(weight * window[i]);
          const at = starts[c] + offsets[i];
          sums[at] += f32(voxelWeight * cubes[c * CUBE + i]);
          totals[at] += voxelWeight;
        }
    },
    mean: () => sums.map((sum, i) => sum / totals[i]),
  };
}
