import type { TaskContext } from "../task/task";
import type { Shape3 } from "../volume/shape";

/** Bits of a coordinate in the Morton order. */
const MORTON_BITS = 10;
const LLOYD_ROUNDS = 8;
const VOXELS_PER_BREATH = 4096;
/** Voxels below this share of the maximum are left out: the tails of Gaussians need no bead of their own. */
const LEAST_SHARE = 1e-3;

/** Sums over the voxels of a cluster: value, value·x, value·y, value·z, value·r². */
const SUMS = 5;

/**
 * Returns the beads to begin a fit with, in rows as addGaussians takes them: the clusters of a k-means over the voxels above background,
 * weighted by value, each as a Gaussian of its mass and spread. It begins with pieces of equal mass along a Morton curve, so
 * that the same map gives the same beads. There are fewer than `count` where there are fewer such voxels. Sides end at 1024
 * voxels; costs 8 distances per voxel and bead.
 */
export async function fitSeeds(
  values: Float32Array,
  [, ny, nx]: Shape3,
  count: number,
  [leastSigma, largestSigma]: readonly [number, number],
  breathe: TaskContext["breathe"],
): Promise<Float64Array<ArrayBuffer>> {
  const least = LEAST_SHARE * values.reduce((a, b) => Math.max(a, b), 0);
  const voxels: { x: number; y: number; z: number; value: number; key: number; cluster: number }[] = [];
  let total = 0;
  values.forEach((value, i) => {
    if (!(value > least)) return;
    const [x, y, z] = [i % nx, Math.floor(i / nx) % ny, Math.floor(i / (nx * ny))];
    voxels.push({ x, y, z, value, key: mortonKey(x, y, z), cluster: 0 });
    total += value;
  });
  voxels.sort((a, b) => a.key - b.key);
  const beads = Math.min(count, voxels.length);
  let before = 0;
  for (const voxel of voxels) {
    voxel.cluster = Math.min(beads - 1, Math.floor(((before + voxel.value / 2) / total) * beads));
    before += voxel.value;
  }

  const sums = new Float64Array(SUMS * beads);
  const centres = new Float64Array(3 * beads);
  const takeSums = () => {
    sums.fill(0);
    for (const { x, y, z, value, cluster } of voxels) {
      const at = SUMS * cluster;
      sums[at] += value;
      sums[at + 1] += value * x;
      sums[at + 2] += value * y;
      sums[at + 3] += value * z;
      sums[at + 4] += value * (x * x + y * y + z * z);
    }
    // An empty cluster has its centre nowhere and stays empty.
    for (let i = 0; i < beads; i++)
      for (let axis = 0; axis < 3; axis++)
        centres[3 * i + axis] = sums[SUMS * i + 1 + axis] / sums[SUMS * i] || Infinity;
  };
  takeSums();
  for (let round = 0; round < LLOYD_ROUNDS; round++) {
    for (const [i, voxel] of voxels.entries()) {
      if (i % VOXELS_PER_BREATH === 0) await breathe();
      voxel.cluster = nearestCentre(centres, voxel);
    }
    takeSums();
  }

  const rows: number[] = [];
  for (let i = 0; i < beads; i++) {
    const mass = sums[SUMS * i];
    if (mass === 0) continue;
    const centre = centres.subarray(3 * i, 3 * i + 3);
    const spread = sums[SUMS * i + 4] / mass - centre.reduce((square, c) => square + c * c, 0);
    const sigma = Math.sqrt(Math.max(0, spread) / 3);
    rows.push(...centre, Math.log(mass), Math.min(largestSigma, Math.max(leastSigma, sigma)));
  }
  return Float64Array.from(rows);
}

/** The bits of the coordinates interleaved: voxels near in this order are near in space. */
function mortonKey(x: number, y: number, z: number): number {
  let key = 0;
  for (let bit = MORTON_BITS - 1; bit >= 0; bit--)
    key = key * 8 + ((z >> bit) & 1) * 4 + ((y >> bit) & 1) * 2 + ((x >> bit) & 1);
  return key;
}

function nearestCentre(centres: Float64Array, { x, y, z }: { x: number; y: number; z: number }): number {
  let nearest = 0;
  let least = Infinity;
  for (let at = 0; at < centres.length; at += 3) {
    const distance = (centres[at] - x) ** 2 + (centres[at + 1] - y) ** 2 + (centres[at + 2] - z) ** 2;
    if (distance < least) {
      least = distance;
      nearest = at / 3;
    }
  }
  return nearest;
}
