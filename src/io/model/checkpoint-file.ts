import { z } from "zod";
import { FormatError } from "../../core/errors";
import type { Tensor, Weights } from "../../core/nn/model";
import type { TrainingRecipe } from "../../core/train/training-recipe";
import type { Checkpoint } from "../../core/train/training-state";
import { parseJson } from "../json/parse-json";
import { readSafetensors } from "../safetensors/read-safetensors";
import { writeSafetensors } from "../safetensors/write-safetensors";
import { classScore } from "../scores/class-score";

/** Beside the weights, under their own names, a checkpoint holds them with one of these before. */
const FIRST = "adam.first.";
const SECOND = "adam.second.";
const BEST = "best.";
const FORMAT = "tomoscope-checkpoint-1";

const validation = z.object({
  step: z.int(),
  loss: z.number().nullable(),
  accuracy: z.number().nullable(),
  scores: z.record(z.string(), classScore).nullable(),
  meanF1: z.number().nullable(),
});
const state = z.object({
  step: z.int().min(0),
  adamSteps: z.int().min(0),
  /** Read again as it was written, to be compared with the recipe that goes on. */
  recipe: z.custom<TrainingRecipe>((value) => typeof value === "object" && value !== null),
  best: validation.nullable(),
  points: z.array(
    z.object({ step: z.int(), loss: z.number(), accuracy: z.number(), learningRate: z.number() }),
  ),
  validations: z.array(validation),
});
const header = z.object({ __metadata__: z.object({ format: z.literal(FORMAT), state: z.string() }) });

const prefixed = (prefix: string, tensors: Weights): [string, Tensor][] =>
  [...tensors].map(([name, tensor]) => [prefix + name, tensor]);

/** Returns a checkpoint as a safetensors file: weights, Adam's moments, the best weights, and all else in its metadata. */
export function writeCheckpoint(checkpoint: Checkpoint): Uint8Array<ArrayBuffer> {
  const { recipe, step, weights, adam, best, points, validations } = checkpoint;
  const kept = { step, adamSteps: adam.steps, recipe, best: best ? best.point : null, points, validations };
  const tensors = new Map([
    ...weights,
    ...prefixed(FIRST, adam.first),
    ...prefixed(SECOND, adam.second),
    ...(best ? prefixed(BEST, best.weights) : []),
  ]);
  return writeSafetensors(tensors, {
    dtype: "F32",
    metadata: { format: FORMAT, state: JSON.stringify(kept) },
  });
}

/** Returns a checkpoint from its file. Throws FormatError naming what is wrong. */
export function readCheckpoint(bytes: Uint8Array): Checkpoint {
  const tensors = readSafetensors(bytes);
  const { step, adamSteps, recipe, best, points, validations } = readState(bytes);
  const isOther = (name: string) => [FIRST, SECOND, BEST].some((prefix) => name.startsWith(prefix));
  const under = (prefix: string): Weights =>
    new Map(
      [...tensors]
        .filter(([name]) => name.startsWith(prefix))
        .map(([name, tensor]) => [name.slice(prefix.length), tensor]),
    );
  return {
    recipe,
    step,
    weights: new Map([...tensors].filter(([name]) => !isOther(name))),
    adam: { steps: adamSteps, first: under(FIRST), second: under(SECOND) },
    best: best && { point: best, weights: under(BEST) },
    points,
    validations,
  };
}

function readState(bytes: Uint8Array) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const json = new TextDecoder().decode(bytes.subarray(8, 8 + Number(view.getBigUint64(0, true))));
  const parsed = header.safeParse(JSON.parse(json)); // readSafetensors has read it before
  if (!parsed.success) {
    const sentence = "This is no checkpoint of a training: it holds tensors, but not the state of one.";
    throw new FormatError("not-this-format", sentence);
  }
  return parseJson(parsed.data.__metadata__.state, state, "checkpoint of a training");
}
