import type { Point3 } from "../volume/shape";
import type { LabelRuns } from "./label-runs";

/** Rounds to the nearest whole number, ties to the even one, as numpy does. */
function roundTiesToEven(value: number): number {
  const below = Math.floor(value);
  const rest = value - below;
  if (rest !== 0.5) return rest < 0.5 ? below : below + 1;
  return below % 2 === 0 ? below : below + 1;
}

function voxelsOf({ shape: [nz, ny], rowOffsets, starts, ends }: LabelRuns): Point3[] {
  const voxels: Point3[] = [];
  for (let z = 0, row = 0; z < nz; z++)
    for (let y = 0; y < ny; y++, row++)
      for (let run = rowOffsets[row]; run < rowOffsets[row + 1]; run++)
        for (let x = starts[run]; x < ends[run]; x++) voxels.push({ x, y, z });
  return voxels;
}

/**
 * Returns where scikit-learn's MeanShift with bin seeding begins: one seed for each cube of the bandwidth's side that holds
 * a voxel, at multiples of the bandwidth in float32; the voxels themselves where no cube holds two.
 */
export function meanShiftSeeds(runs: LabelRuns, bandwidth: number): Point3[] {
  const { shape, rowOffsets, starts, ends } = runs;
  // Voxels more than half a bandwidth apart never share a cube: below 1 each has its own.
  if (bandwidth <= 1) return voxelsOf(runs);
  const [nz, ny, nx] = shape;
  const bins = (n: number) =>
    Int32Array.from({ length: n }, (_, index) => roundTiesToEven(index / bandwidth));
  const [binZ, binY, binX] = [bins(nz), bins(ny), bins(nx)];
  const width = binX[nx - 1] + 1;
  /** The cubes of one layer that hold a voxel. */
  const layer = new Uint8Array((binY[ny - 1] + 1) * width);
  const at = (bin: number) => Math.fround(bin * Math.fround(bandwidth));
  const seeds: Point3[] = [];
  for (let z = 0, row = 0; z < nz; z++) {
    for (let y = 0; y < ny; y++, row++)
      for (let run = rowOffsets[row]; run < rowOffsets[row + 1]; run++)
        // Cubes are wider than a voxel, so a run touches each between its first and its last.
        for (let bin = binX[starts[run]]; bin <= binX[ends[run] - 1]; bin++) layer[binY[y] * width + bin] = 1;
    if (z + 1 < nz && binZ[z + 1] === binZ[z]) continue;
    layer.forEach((holds, bin) => {
      if (holds) seeds.push({ x: at(bin % width), y: at(Math.floor(bin / width)), z: at(binZ[z]) });
    });
    layer.fill(0);
  }
  return seeds.length === runs.voxels ? voxelsOf(runs) : seeds;
}
