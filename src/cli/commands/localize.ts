import type { ModelManifest } from "../../core/nn/model";
import { LOCALIZE } from "../../core/operations/localize";
import { checkParams } from "../../core/task/params";
import { particleFormatOf } from "../../io/particle-formats";
import { particleJson } from "../../io/particle-json/particle-json";
import type { FileVolume } from "../../io/volume/file-volume";
import { checkOutputs } from "../check-outputs";
import { type Command, flagValue, hasFlag, JSON_FLAG, UsageError } from "../command";
import { defaultModel, loadManifest, MODEL_FLAG } from "../load-model";
import { paramFlags, paramsFromFlags } from "../param-flags";
import { runOperation } from "../run-operation";
import { writeTextFile } from "../text-files";
import { withVolume } from "../with-volume";

/** A threshold for a class that is never looked for would be ignored silently. */
function checkLabels(given: readonly string[], { name, classes }: ModelManifest): void {
  const particles = classes.filter(({ radiusAngstrom }) => radiusAngstrom !== undefined);
  const known = particles.map(({ label }) => String(label));
  const unknown = given.find((label) => !known.includes(label));
  if (unknown === undefined) return;
  const sentence = `--min-voxels names class ${unknown}; the particles of the model "${name}" are ${known.join(", ")}.`;
  throw new UsageError(sentence);
}

export const localizeCommand: Command = {
  name: "localize",
  summary: LOCALIZE.summary,
  operands: ["LABELS"],
  flags: {
    out: {
      short: "o",
      value: "FILE",
      help: "Where the list goes: .json, .star, .xml or .csv. Without it the list is printed as JSON.",
    },
    model: MODEL_FLAG,
    score: {
      value: "FILE",
      help: "The probabilities that `segment --score` wrote, for the particles' scores.",
    },
    tomogram: { value: "NAME", help: "The tomogram that the list is of (default the label map's name)." },
    ...paramFlags(LOCALIZE.params),
    json: { help: `${JSON_FLAG.help} How many particles of each class there are, and how it was done.` },
  },
  run: (args, io) =>
    withVolume(args.operands[0], io, async (labels) => {
      const out = flagValue(args, "out");
      const scoreFile = flagValue(args, "score");
      await checkOutputs([["--out", out]], [...args.operands, scoreFile], io);
      const format = out === undefined ? particleJson : particleFormatOf(out);
      const params = checkParams(LOCALIZE.params, paramsFromFlags(LOCALIZE.params, args));
      const model = await loadManifest(flagValue(args, "model") ?? (await defaultModel(labels.meta, io)), io);
      const { classes } = model;
      checkLabels(Object.keys(params.minVoxels), model);
      const localize = (score: FileVolume | null) =>
        runOperation(
          LOCALIZE,
          { labels, score, classes, volumeName: flagValue(args, "tomogram") ?? labels.meta.name },
          params,
          io,
          {
            fileFor: () => undefined,
            inputNames: [labels.meta.name, ...(score ? [score.meta.name] : [])],
            backend: "none",
          },
        );
      const { output, provenance } = await (scoreFile ? withVolume(scoreFile, io, localize) : localize(null));
      const { list } = output;
      if (out === undefined) {
        io.stdout.write(format.write(list));
        return;
      }
      await writeTextFile(out, format.write(list), io);
      const counts = list.classes
        .map(({ label, name }) => ({
          label,
          name,
          found: list.particles.filter((p) => p.label === label).length,
        }))
        .filter(({ found }) => found > 0);
      io.stdout.write(
        hasFlag(args, "json")
          ? `${JSON.stringify({ out, particles: list.particles.length, classes: counts, provenance })}\n`
          : `${out}: ${list.particles.length} particles${counts.map(({ name, found }) => `\n  ${found} ${name}`).join("")}\n`,
      );
    }),
};
