import { ComputeError } from "../errors";
import type { Shape3 } from "../volume/shape";
import { BM4D, kaiserCube, matchThreshold, referencePositions } from "./bm4d-plan";

const f32 = Math.fround;
const SIDE = BM4D.cubeSide;
const CUBE = SIDE ** 3;
const RADIUS = BM4D.searchRadius;
const ROOT_HALF = f32(Math.SQRT1_2);

/**
 * Returns the volume denoised by BM4D for white noise of deviation `sigma`, for data whose range is about 1: each reference
 * cube of 4³ is grouped with up to 15 similar ones nearby, the group is transformed by a 4-D Haar wavelet, coefficients
 * below 2.7 sigma are zeroed, and the cubes go back weighted by how sparse their group was. Values should lie about
 * zero in the background: a full group whose mean is below 0.084 sigma becomes 0. The sign does not matter. The input is
 * kept; sides must be at least 4; `breathe` is called after each row of cubes.
 *
 * Every operation is rounded to f32 in a fixed order, so that the WebAssembly twin groups the same cubes.
 * Source: Maggioni et al. 2013, doi 10.1109/TIP.2012.2210725.
 */
export async function bm4d(
  values: Float32Array,
  shape: Shape3,
  sigma: number,
  breathe: () => Promise<void>,
): Promise<Float32Array<ArrayBuffer>> {
  if (Math.min(...shape) < SIDE)
    throw new ComputeError(
      "bad-input",
      `BM4D needs at least ${SIDE} voxels per side, not ${shape.join(" × ")}.`,
    );
  if (!(sigma > 0)) return Float32Array.from(values);
  const [positionsZ, positionsY, positionsX] = shape.map(referencePositions);
  const group = createGroup(values, shape, sigma);
  const classes = BM4D.classesPerAxis;
  for (let classZ = 0; classZ < classes; classZ++)
    for (let classY = 0; classY < classes; classY++)
      for (let z = classZ; z < positionsZ.length; z += classes)
        for (let y = classY; y < positionsY.length; y += classes) {
          for (const x of positionsX) group.denoiseAround(positionsZ[z], positionsY[y], x);
          await breathe();
        }
  return group.estimate();
}

/** The work on one group of similar cubes, and the sums that all groups add to. */
function createGroup(values: Float32Array, shape: Shape3, sigma: number) {
  const [nz, ny, nx] = shape;
  const cubes = new Float32Array(BM4D.maxGroup * CUBE);
  const starts = new Int32Array(BM4D.maxGroup);
  const distances = new Float32Array(BM4D.maxGroup);
  const weights = kaiserCube();
  const sums = new Float32Array(values.length);
  const totals = new Float32Array(values.length);
  const largestDistance = f32(CUBE * matchThreshold(sigma));
  const threshold = f32(BM4D.hardThreshold * sigma);
  const offsets = Int32Array.from(
    { length: CUBE },
    (_, i) => ((i >> 4) * ny + ((i >> 2) & 3)) * nx + (i & 3),
  );

  /** Sum of squared differences of two cubes: four sums along x, added crosswise, as four lanes would. */
  const distance = (a: number, b: number): number => {
    let s0 = 0;
    let s1 = 0;
    let s2 = 0;
    let s3 = 0;
    for (let i = 0; i < CUBE; i += SIDE) {
      const at = offsets[i];
      const d0 = f32(values[a + at] - values[b + at]);
      const d1 = f32(values[a + at + 1] - values[b + at + 1]);
      const d2 = f32(values[a + at + 2] - values[b + at + 2]);
      const d3 = f32(values[a + at + 3] - values[b + at + 3]);
      s0 = f32(s0 + f32(d0 * d0));
      s1 = f32(s1 + f32(d1 * d1));
      s2 = f32(s2 + f32(d2 * d2));
      s3 = f32(s3 + f32(d3 * d3));
    }
    return f32(f32(s0 + s2) + f32(s1 + s3));
  };

  /** Fills `starts` with the reference and the most similar cubes, nearest first; returns how many (a power of two). */
  const match = (z: number, y: number, x: number): number => {
    const reference = (z * ny + y) * nx + x;
    starts[0] = reference;
    let count = 1;
    for (let cz = Math.max(0, z - RADIUS); cz <= Math.min(nz - SIDE, z + RADIUS); cz++)
      for (let cy = Math.max(0, y - RADIUS); cy <= Math.min(ny - SIDE, y + RADIUS); cy++)
        for (let cx = Math.max(0, x - RADIUS); cx <= Math.min(nx - SIDE, x + RADIUS); cx++) {
          const candidate = (cz * ny + cy) * nx + cx;
          if (candidate === reference) continue;
          const d = distance(reference, candidate);
          const full = count === BM4D.maxGroup;
          if (d > largestDistance || (full && d >= distances[count - 1])) continue;
          let slot = full ? count - 1 : count++;
          for (; slot > 1 && distances[slot - 1] > d; slot--) {
            distances[slot] = distances[slot - 1];
            starts[slot] = starts[slot - 1];
          }
          distances[slot] = d;
          starts[slot] = candidate;
        }
    return 2 ** Math.floor(Math.log2(count));
  };

  /** Zeroes small coefficients; returns how many stay, at least 1. */
  const shrink = (count: number): number => {
    let kept = 0;
    for (let i = 0; i < count * CUBE; i++) {
      if (Math.abs(cubes[i]) < threshold) cubes[i] = 0;
      else kept++;
    }
    return Math.max(kept, 1);
  };

  return {
    denoiseAround(z: number, y: number, x: number): void {
      const count = match(z, y, x);
      for (let c = 0; c < count; c++)
        for (let i = 0; i < CUBE; i++) cubes[c * CUBE + i] = values[starts[c] + offsets[i]];
      for (let c = 0; c < count; c++) for (const step of [16, 4, 1]) haar4Cube(cubes, c * CUBE, step);
      haarAcross(cubes, count);
      const weight = f32(1 / shrink(count));
      inverseHaarAcross(cubes, count);
      for (let c = 0; c < count; c++) {
        for (const step of [1, 4, 16]) inverseHaar4Cube(cubes, c * CUBE, step);
        for (let i = 0; i < CUBE; i++) {
          const voxelWeight = f32(weight * weights[i]);
          const at = starts[c] + offsets[i];
          sums[at] += f32(voxelWeight * cubes[c * CUBE + i]);
          totals[at] += voxelWeight;
        }
      }
    },
    estimate: () => sums.map((sum, i) => sum / totals[i]),
  };
}

/** The orthonormal 4-point Haar transform along one axis of a cube. */
function haar4Cube(cubes: Float32Array, start: number, step: number): void {
  for (let i = 0; i < CUBE; i++) {
    if ((i / step) & 3) continue;
    const a = start + i;
    const b = a + step;
    const c = b + step;
    const d = c + step;
    const low = f32(cubes[a] + cubes[b]);
    const high = f32(cubes[a] - cubes[b]);
    const low2 = f32(cubes[c] + cubes[d]);
    const high2 = f32(cubes[c] - cubes[d]);
    cubes[a] = f32(low + low2) * 0.5;
    cubes[b] = f32(low - low2) * 0.5;
    cubes[c] = high * ROOT_HALF;
    cubes[d] = high2 * ROOT_HALF;
  }
}

function inverseHaar4Cube(cubes: Float32Array, start: number, step: number): void {
  for (let i = 0; i < CUBE; i++) {
    if ((i / step) & 3) continue;
    const a = start + i;
    const b = a + step;
    const c = b + step;
    const d = c + step;
    const low = f32(f32(cubes[a] + cubes[b]) * 0.5);
    const low2 = f32(f32(cubes[a] - cubes[b]) * 0.5);
    const high = f32(cubes[c] * ROOT_HALF);
    const high2 = f32(cubes[d] * ROOT_HALF);
    cubes[a] = low + high;
    cubes[b] = low - high;
    cubes[c] = low2 + high2;
    cubes[d] = low2 - high2;
  }
}

/** The orthonormal Haar transform across the cubes of a group, in place: pairs, pairs of pairs, … */
function haarAcross(cubes: Float32Array, count: number): void {
  for (let gap = 1; gap < count; gap *= 2)
    for (let c = 0; c < count; c += 2 * gap) butterfly(cubes, c * CUBE, (c + gap) * CUBE);
}

function inverseHaarAcross(cubes: Float32Array, count: number): void {
  for (let gap = count / 2; gap >= 1; gap /= 2)
    for (let c = 0; c < count; c += 2 * gap) butterfly(cubes, c * CUBE, (c + gap) * CUBE);
}

/** (a, b) → ((a + b), (a − b)) / √2, which is its own inverse. */
function butterfly(cubes: Float32Array, a: number, b: number): void {
  for (let i = 0; i < CUBE; i++) {
    const sum = f32(cubes[a + i] + cubes[b + i]);
    const difference = f32(cubes[a + i] - cubes[b + i]);
    cubes[a + i] = sum * ROOT_HALF;
    cubes[b + i] = difference * ROOT_HALF;
  }
}
