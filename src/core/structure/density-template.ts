import { ComputeError } from "../errors";
import type { Point3 } from "../volume/shape";
import { centreOfMass } from "./centre-of-mass";
import { densityOnGrid } from "./density-on-grid";
import { sigmaOfResolution } from "./sigma-of-resolution";
import type { AtomicStructure, BeadModel, DensityMap, DensityTemplate, Structure } from "./structure";

/** Past a Gaussian's end nothing is left: the tightest cube that holds all. */
const REACH_SIGMAS = 4;
/** Voxels of a map below this share of its maximum are background, as far as the size of the cube goes. */
const BACKGROUND_SHARE = 1e-3;
/** 1 GB of voxels. */
const MOST_VOXELS = 2 ** 28;

export interface TemplateOptions {
  readonly voxelSizeAngstrom: number;
  readonly resolutionAngstrom: number;
  /** Voxels per side, odd; by default just enough for the whole density. */
  readonly side?: number;
}

/**
 * Returns a structure's density (`densityOnGrid`) on a cube whose middle voxel is its centre of mass. Throws "bad-input" for a
 * structure without mass and "bad-parameter" for a side that is not odd, or a cube beyond 2²⁸ voxels.
 */
export function densityTemplate(structure: Structure, options: TemplateOptions): DensityTemplate {
  const { voxelSizeAngstrom, resolutionAngstrom } = options;
  const centre = centreOfMass(structure);
  const side = options.side ?? tightSide(structure, centre, options);
  if (!Number.isInteger(side) || side < 1 || side % 2 === 0)
    throw new ComputeError("bad-parameter", `The side must be an odd number of voxels, not ${side}.`, {
      side,
    });
  if (side ** 3 > MOST_VOXELS) {
    const most = Math.floor(Math.cbrt(MOST_VOXELS));
    const sentence = `${structure.name} at ${voxelSizeAngstrom} Å per voxel needs a cube of ${side} voxels per side, of at most ${most}: take a larger voxel size.`;
    throw new ComputeError("bad-parameter", sentence, { side, voxelSizeAngstrom });
  }
  const toCorner = ((side - 1) / 2) * voxelSizeAngstrom;
  const grid = {
    shape: [side, side, side],
    voxelSizeAngstrom,
    originAngstrom: { x: centre.x - toCorner, y: centre.y - toCorner, z: centre.z - toCorner },
  } as const;
  const values = densityOnGrid(structure, grid, resolutionAngstrom);
  return { name: structure.name, values, side, voxelSizeAngstrom };
}

/** The odd side of the smallest cube about the centre that holds the density with what the low pass adds around it. */
function tightSide(structure: Structure, centre: Point3, options: TemplateOptions): number {
  const { voxelSizeAngstrom, resolutionAngstrom } = options;
  const blur = Math.max(sigmaOfResolution(resolutionAngstrom), voxelSizeAngstrom / 2);
  const half =
    structure.kind === "map" ? mapReach(structure, centre, blur) : pointReach(structure, centre, blur);
  return 2 * Math.ceil(half / voxelSizeAngstrom) + 1;
}

function pointReach(structure: AtomicStructure | BeadModel, centre: Point3, blur: number): number {
  const { positionsAngstrom: at } = structure;
  const middle = [centre.x, centre.y, centre.z];
  const sigmas = structure.kind === "beads" ? structure.sigmasAngstrom : null;
  let reach = 0;
  for (let i = 0; i < at.length; i++) {
    const sigma = sigmas ? Math.hypot(sigmas[Math.floor(i / 3)], blur) : blur;
    reach = Math.max(reach, Math.abs(at[i] - middle[i % 3]) + REACH_SIGMAS * sigma);
  }
  return reach;
}

function mapReach(map: DensityMap, centre: Point3, blur: number): number {
  const { values, voxelSizeAngstrom: size } = map;
  const [nz, ny, nx] = map.shape;
  let most = 0;
  for (let i = 0; i < values.length; i++) most = Math.max(most, values[i]);
  let reach = 0;
  for (let z = 0, i = 0; z < nz; z++)
    for (let y = 0; y < ny; y++)
      for (let x = 0; x < nx; x++, i++) {
        if (Math.abs(values[i]) <= BACKGROUND_SHARE * most) continue;
        const along = Math.max(
          Math.abs(x * size - centre.x),
          Math.abs(y * size - centre.y),
          Math.abs(z * size - centre.z),
        );
        reach = Math.max(reach, along);
      }
  return reach + REACH_SIGMAS * blur;
}
