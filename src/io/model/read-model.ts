import { z } from "zod";
import { FormatError } from "../../core/errors";
import type { Model, ModelManifest } from "../../core/nn/model";
import { readSafetensors } from "../safetensors/read-safetensors";

const classSchema = z.object({
  label: z.number().int().min(0).max(127),
  name: z.string().min(1),
  color: z
    .string()
    .regex(/^#[0-9a-f]{6}$/i)
    .optional(),
  radiusAngstrom: z.number().positive().optional(),
  minVoxels: z.number().nonnegative().optional(),
});

const manifestSchema = z.object({
  name: z.string().min(1),
  architecture: z.literal("deepfinder-2019"),
  classes: z.array(classSchema).min(2),
  voxelSizeAngstrom: z.number().positive().nullable(),
  proteinIsBright: z.boolean(),
  normalization: z.literal("volume mean 0, std 1"),
  weights: z.string().min(1),
  trainedOn: z.string(),
  licence: z.string(),
  measured: z.record(z.string(), z.record(z.string(), z.number())).optional(),
  training: z.record(z.string(), z.unknown()).optional(),
});

/**
 * Returns the manifest of a model; fields that Tomoscope does not know are left out. Throws "bad-header" naming the field that
 * is wrong. Classes must be labelled 0, 1, 2, … in order, since the network's outputs are.
 */
export function readManifest(json: unknown): ModelManifest {
  const parsed = manifestSchema.safeParse(json);
  if (!parsed.success) {
    const [{ path, message }] = parsed.error.issues;
    const sentence = `The model's manifest is wrong at ${path.join(".") || "its top"}: ${message}.`;
    throw new FormatError("bad-header", sentence, { path: path.join(".") });
  }
  const labels = parsed.data.classes.map(({ label }) => label);
  if (labels.some((label, i) => label !== i)) {
    const sentence = `The model's manifest labels its classes ${labels.join(", ")}; they must be 0, 1, 2, … in order.`;
    throw new FormatError("bad-header", sentence, { labels });
  }
  return parsed.data;
}

/** Returns a model from its manifest (parsed JSON) and the bytes of its weights file (safetensors). */
export function readModel(manifestJson: unknown, weightsBytes: Uint8Array): Model {
  return { manifest: readManifest(manifestJson), weights: readSafetensors(weightsBytes) };
}
