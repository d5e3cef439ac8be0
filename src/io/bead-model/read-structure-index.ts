import { z } from "zod";
import type { BeadModelEntry } from "../../core/structure/bead-model-entry";
import { parseJson } from "../json/parse-json";

const pointSchema = z.object({ x: z.number(), y: z.number(), z: z.number() });

const entrySchema = z.object({
  id: z.string().regex(/^\w+$/),
  name: z.string().min(1),
  pdbId: z.string().length(4),
  file: z.string().regex(/^\w+\.beads$/),
  beads: z.number().int().positive(),
  massKda: z.number().positive(),
  electrons: z.number().positive(),
  radiusAngstrom: z.number().positive(),
  symmetry: z.string().min(1),
  source: z.object({
    kind: z.enum(["map", "coordinates"]),
    file: z.string().min(1),
    voxelSizeAngstrom: z.number().positive(),
    originVoxels: pointSchema,
    part: z.object({ nearer: pointSchema, than: pointSchema }).optional(),
  }),
  fscAt20Angstrom: z.number().min(-1).max(1),
  fscAtNyquist: z.number().min(-1).max(1),
  resolutionAt05Angstrom: z.number().positive(),
});

/** Returns the entries of the library of structures from the text of its index; throws FormatError naming the field that is wrong. */
export function readStructureIndex(text: string): readonly BeadModelEntry[] {
  return parseJson(text, z.array(entrySchema), "index of structures");
}
