import { ComputeError } from "../errors";
import type { Point3 } from "../volume/shape";
import { electronsOf } from "./electrons-of";
import type { AtomicStructure, BeadModel, DensityMap, Structure } from "./structure";

/**
 * Returns a structure's centre of mass in ångström, in its own frame (a map's: index × voxel size): weighted by electrons, in
 * a map by what is above 0, so that noise about 0 in a wide box does not throw it out. Throws "bad-input" where there is
 * no mass.
 */
export function centreOfMass(structure: Structure): Point3 {
  const [mass, x, y, z] = structure.kind === "map" ? mapMoments(structure) : pointMoments(structure);
  if (mass > 0) return { x: x / mass, y: y / mass, z: z / mass };
  const what = { atoms: "atom with electrons", beads: "bead with electrons", map: "voxel above 0" };
  throw new ComputeError("bad-input", `${structure.name} has no ${what[structure.kind]}.`, {});
}

type Moments = readonly [mass: number, x: number, y: number, z: number];

function pointMoments(structure: AtomicStructure | BeadModel): Moments {
  const { positionsAngstrom: at } = structure;
  const electrons = electronsOf(structure);
  let [mass, x, y, z] = [0, 0, 0, 0];
  for (let i = 0; i < electrons.length; i++) {
    mass += electrons[i];
    x += electrons[i] * at[3 * i];
    y += electrons[i] * at[3 * i + 1];
    z += electrons[i] * at[3 * i + 2];
  }
  return [mass, x, y, z];
}

function mapMoments({ values, shape: [nz, ny, nx], voxelSizeAngstrom: size }: DensityMap): Moments {
  let [mass, x, y, z] = [0, 0, 0, 0];
  for (let k = 0, i = 0; k < nz; k++)
    for (let j = 0; j < ny; j++) {
      let rowMass = 0;
      for (let n = 0; n < nx; n++, i++) {
        const value = Math.max(0, values[i]);
        rowMass += value;
        x += value * n;
      }
      mass += rowMass;
      y += rowMass * j;
      z += rowMass * k;
    }
  return [mass, x * size, y * size, z * size];
}
