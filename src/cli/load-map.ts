import { resolve } from "node:path";
import { densityTemplate } from "../core/structure/density-template";
import type { DensityMap } from "../core/structure/structure";
import { openStructure } from "../io/structure/open-structure";
import type { CliIo } from "./command";
import { fileSource } from "./file-source";

/** The grid and the resolution that coordinates are brought to. */
export interface MapOfCoordinates {
  readonly voxelSizeAngstrom: number;
  readonly resolutionAngstrom: number;
}

/**
 * Returns the map at a path of the user as it stands, or the density of the coordinates there, in electrons per voxel, on a cube
 * about their centre of mass.
 */
export async function loadMap(path: string, grid: MapOfCoordinates, io: CliIo): Promise<DensityMap> {
  const source = await fileSource(resolve(io.cwd, path));
  try {
    const structure = await openStructure(source, {
      signal: io.signal,
      onNote: (sentence) => io.stderr.write(`${sentence}\n`),
    });
    if (structure.kind === "map") return structure;
    const { name, values, side, voxelSizeAngstrom } = densityTemplate(structure, grid);
    const perVoxel = voxelSizeAngstrom ** 3;
    return {
      kind: "map",
      name,
      values: values.map((value) => value * perVoxel),
      shape: [side, side, side],
      voxelSizeAngstrom,
    };
  } finally {
    await source.close();
  }
}
