import { z } from "zod";
import type { ParticleFormat } from "../../core/particles/particle-format";
import type { ParticleList } from "../../core/particles/particle-list";
import { parseJson } from "../json/parse-json";

const point = z.object({ x: z.number(), y: z.number(), z: z.number() });
const label = z.int().nonnegative();

const schema = z.object({
  format: z.literal("tomoscope-particles"),
  version: z.literal(1),
  volumeName: z.string(),
  shape: z.tuple([z.int().nonnegative(), z.int().nonnegative(), z.int().nonnegative()]),
  voxelSizeAngstrom: point,
  classes: z.array(
    z.object({
      label,
      name: z.string(),
      color: z.string().optional(),
      radiusAngstrom: z.number().optional(),
      minVoxels: z.number().optional(),
    }),
  ),
  particles: z.array(
    point.extend({
      id: z.int(),
      label,
      sizeVoxels: z.number().nullable(),
      score: z.number().nullable(),
      rotation: point.extend({ w: z.number() }).nullable(),
    }),
  ),
});

/** Our own file: keeps all that a list has. The frame given for reading is not needed. */
export const particleJson: ParticleFormat = {
  id: "json",
  label: "Tomoscope JSON",
  extension: ".json",
  mimeType: "application/json",
  note: "Keeps everything: positions in voxels, classes, sizes, scores, rotations.",
  write(list) {
    return `${JSON.stringify({ format: "tomoscope-particles", version: 1, ...list }, null, 1)}\n`;
  },
  read(text): ParticleList {
    const {
      format: _format,
      version: _version,
      ...list
    } = parseJson(text, schema, "Tomoscope particle list");
    return list;
  },
};
