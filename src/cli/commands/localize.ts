import { writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import { LOCALIZE } from "../../core/operations/localize";
import { checkParams } from "../../core/task/params";
import { particleFormatOf } from "../../io/particle-formats";
import { particleJson } from "../../io/particle-json/particle-json";
import type { FileVolume } from "../../io/volume/file-volume";
import { type Command, flagValue, hasFlag, JSON_FLAG } from "../command";
import { DEFAULT_MODEL, loadManifest, MODEL_FLAG } from "../load-model";
import { paramFlags, paramsFromFlags } from "../param-flags";
import { runOperation } from "../run-operation";
import { withVolume } from "../with-volume";

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
      const format = out === undefined ? particleJson : particleFormatOf(out);
      const params = checkParams(LOCALIZE.params, paramsFromFlags(LOCALIZE.params, args));
      const { classes } = await loadManifest(flagValue(args, "model") ?? DEFAULT_MODEL, io);
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
      const scoreFile = flagValue(args, "score");
      const { output, provenance } = await (scoreFile ? withVolume(scoreFile, io, localize) : localize(null));
      const { list } = output;
      if (out === undefined) {
        io.stdout.write(format.write(list));
        return;
      }
      await writeFile(resolve(io.cwd, out), format.write(list));
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
