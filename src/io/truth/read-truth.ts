import { z } from "zod";
import type { TruthParticle } from "../../core/metrics/evaluate";
import { parseJson } from "../json/parse-json";

const schema = z.object({
  unit: z.literal("voxel").optional(),
  particles: z.array(
    z.object({
      label: z.int().nonnegative(),
      name: z.string().optional(),
      x: z.number(),
      y: z.number(),
      z: z.number(),
      quat_xyzw: z.tuple([z.number(), z.number(), z.number(), z.number()]).optional(),
    }),
  ),
});

/**
 * Returns the particles of a truth file: JSON with `particles`, each with label and x, y, z in voxels from the corner, and
 * optionally a name and a quaternion (reference → tomogram). Our own particle lists fit too. Throws FormatError naming the
 * field that is wrong.
 */
export function readTruth(text: string): readonly TruthParticle[] {
  return parseJson(text, schema, "list of true particles").particles.map(
    ({ label, name, x, y, z, quat_xyzw }) => ({
      label,
      name: name ?? `class ${label}`,
      x,
      y,
      z,
      rotation: quat_xyzw ? { x: quat_xyzw[0], y: quat_xyzw[1], z: quat_xyzw[2], w: quat_xyzw[3] } : null,
    }),
  );
}
