import { fillNormal } from "../random/philox";
import { centreOfMass } from "../structure/centre-of-mass";
import { densityOnGrid } from "../structure/density-on-grid";
import type { DensityMap, Structure } from "../structure/structure";

/** Of the thesis's data set A, and of what the structures are filed at. */
const VOXEL_ANGSTROM = 5;
const RESOLUTION_ANGSTROM = 10;
/** Fewer voxels per side would cut the proteasome off: they are larger then. */
const LEAST_WHOLE_SIDE = 40;
/** A map's particle is where it is above this share of its maximum. */
const PARTICLE_SHARE = 0.2;
/** Not one of the chains' streams, which count iterations. */
const NOISE_STREAM = 0xffff_fffe;

/**
 * Returns data set A of the thesis without noise and wedge (section 2.6.1): a structure's density in the middle of a cube of
 * `side` voxels, scaled so that its maximum is 1. Coordinates and beads come at 5 Å per voxel, and more where the cube has fewer
 * than 40; maps as they stand, cut or padded about the middle of what is above a fifth of the maximum.
 */
export function dataSetA(structure: Structure, side: number): Float32Array<ArrayBuffer> {
  return scaledToOne(structure.kind === "map" ? middleOfMap(structure, side) : onGrid(structure, side));
}

/** Returns a volume with white noise of deviation `sigma` added, the same in proportion for every sigma. */
export function withNoise(values: Float32Array, sigma: number, seed: number): Float32Array<ArrayBuffer> {
  const noise = new Float32Array(values.length);
  fillNormal(noise, seed, NOISE_STREAM);
  return noise.map((normal, i) => values[i] + sigma * normal);
}

function onGrid(structure: Structure, side: number): Float32Array<ArrayBuffer> {
  const centre = centreOfMass(structure);
  const enlarged = Math.max(1, LEAST_WHOLE_SIDE / side);
  const voxelSizeAngstrom = VOXEL_ANGSTROM * enlarged;
  const toCorner = (side / 2) * voxelSizeAngstrom;
  const grid = {
    shape: [side, side, side],
    voxelSizeAngstrom,
    originAngstrom: { x: centre.x - toCorner, y: centre.y - toCorner, z: centre.z - toCorner },
  } as const;
  return densityOnGrid(structure, grid, RESOLUTION_ANGSTROM * enlarged);
}

function middleOfMap({ values, shape: [nz, ny, nx] }: DensityMap, side: number): Float32Array<ArrayBuffer> {
  const least = PARTICLE_SHARE * values.reduce((most, value) => Math.max(most, value), 0);
  const sums = [0, 0, 0];
  let count = 0;
  values.forEach((value, i) => {
    if (value <= least) return;
    count++;
    sums[0] += Math.floor(i / (ny * nx));
    sums[1] += Math.floor(i / nx) % ny;
    sums[2] += i % nx;
  });
  const [z0, y0, x0] = sums.map((sum) => Math.round(sum / Math.max(1, count)) - Math.floor(side / 2));
  const cube = new Float32Array(side ** 3);
  const isWithin = (at: number, length: number) => at >= 0 && at < length;
  for (let z = 0, i = 0; z < side; z++)
    for (let y = 0; y < side; y++)
      for (let x = 0; x < side; x++, i++)
        if (isWithin(z0 + z, nz) && isWithin(y0 + y, ny) && isWithin(x0 + x, nx))
          cube[i] = values[((z0 + z) * ny + y0 + y) * nx + x0 + x];
  return cube;
}

function scaledToOne(values: Float32Array<ArrayBuffer>): Float32Array<ArrayBuffer> {
  const most = values.reduce((a, b) => Math.max(a, b), 0);
  return most > 0 ? values.map((value) => value / most) : values;
}
