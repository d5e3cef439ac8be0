import { rm } from "node:fs/promises";
import { resolve } from "node:path";
import type { FinishedSections } from "../../core/operations/label-volumes";
import { SEGMENT } from "../../core/operations/segment";
import { checkParams } from "../../core/task/params";
import { checkOutputs } from "../check-outputs";
import { type Command, flagValue, hasFlag, JSON_FLAG, OUT_FLAG, requiredFlag } from "../command";
import { defaultModel, loadModel, MODEL_FLAG } from "../load-model";
import { paramFlags, paramsFromFlags } from "../param-flags";
import { runOperation } from "../run-operation";
import { jobName, keepUnfinished, type Unfinished, unfinishedName, withUnfinished } from "../unfinished";
import { BACKEND_FLAGS, withBackend } from "../with-backend";
import { withVolume } from "../with-volume";

// Whether the probabilities are kept follows from --score.
const { saveScore: _, ...FLAGGED_PARAMS } = SEGMENT.params;

/** The file of a class's probability: labels.mrc brings labels-class2.mrc. */
function classFile(labelsFile: string, label: number): string {
  return `${labelsFile.replace(/\.mrc$/i, "")}-class${label}.mrc`;
}

/** Volumes in the order in which the command names its results: labels, then the score if there is one, then the classes. */
function asFinished({ sections, volumes }: Unfinished, hasScore: boolean): FinishedSections {
  const [labels, ...others] = volumes;
  return {
    sections,
    labels,
    score: hasScore ? others[0] : null,
    classes: hasScore ? others.slice(1) : others,
  };
}

export const segmentCommand: Command = {
  name: "segment",
  summary: SEGMENT.summary,
  operands: ["FILE"],
  flags: {
    out: OUT_FLAG,
    model: MODEL_FLAG,
    score: { value: "FILE", help: "Where the probability of each voxel's label goes." },
    ...BACKEND_FLAGS,
    ...paramFlags(FLAGGED_PARAMS),
    "class-probabilities": {
      help: "Keep the probability of every class too, beside the labels: labels.mrc brings labels-class0.mrc and so on.",
    },
    continue: {
      help: "Go on from what a cancelled run left beside the results (labels.mrc.part); from the beginning if it left nothing.",
    },
    json: JSON_FLAG,
  },
  run: (args, io) =>
    withVolume(args.operands[0], io, async (volume) => {
      const out = requiredFlag(args, "out");
      const score = flagValue(args, "score");
      const given = { ...paramsFromFlags(FLAGGED_PARAMS, args), saveScore: score !== undefined };
      const params = checkParams(SEGMENT.params, given, volume.meta.shape);
      const model = await loadModel(flagValue(args, "model") ?? (await defaultModel(volume.meta, io)), io);
      const { classes, trainedOn } = model.manifest;
      const classFiles = params.classProbabilities ? classes.map(({ label }) => classFile(out, label)) : [];
      const ofClasses = classFiles.map((path) => ["--class-probabilities", path] as const);
      await checkOutputs([["--out", out], ["--score", score], ...ofClasses], args.operands, io);
      const results = [out, ...(score === undefined ? [] : [score]), ...classFiles];
      const { memory: _memory, ...ofJob } = params;
      const job = jobName(volume.meta, model.manifest, ofJob);
      const classFilesLeft = [...classFiles];
      const run = (finished: FinishedSections | null) =>
        withBackend(args, (backend) =>
          runOperation(SEGMENT, { volume, model, backend, finished }, params, io, {
            fileFor({ role }) {
              if (role === "labels") return out;
              if (role === "score") return score;
              return classFilesLeft.shift(); // the operation opens them in the order of the classes
            },
            inputNames: [volume.meta.name, `model ${model.manifest.name}`],
            backend: backend.description,
            unfinished: keepUnfinished(job, out),
          }),
        );
      const { output, provenance } = hasFlag(args, "continue")
        ? await withUnfinished(results, job, io, async (unfinished) =>
            run(unfinished && asFinished(unfinished, score !== undefined)),
          )
        : await run(null);
      if (hasFlag(args, "continue"))
        for (const path of results) await rm(resolve(io.cwd, unfinishedName(path)), { force: true });
      if (hasFlag(args, "json")) {
        const perClass = classes.map(({ label, name }) => ({
          label,
          name,
          voxels: output.voxelsPerClass[label],
          ...(classFiles.length > 0 ? { probability: classFiles[label] } : {}),
        }));
        io.stdout.write(
          `${JSON.stringify({ out, score, classes: perClass, tiles: output.tiles, resampledToAngstrom: output.resampledToAngstrom, provenance })}\n`,
        );
        return;
      }
      const voxels = classes.map(
        ({ label, name }) => `  ${String(output.voxelsPerClass[label]).padStart(10)} ${name}`,
      );
      const how = `${output.tiles} tile${output.tiles === 1 ? "" : "s"} in ${provenance.seconds.toFixed(1)} s, ${provenance.backend}`;
      const scale = output.resampledToAngstrom;
      const resampled =
        scale === null
          ? []
          : [`The network saw the volume resampled to ${scale} Å; the labels are at its own voxels.`];
      io.stdout.write(
        [`${out}: ${how}`, ...voxels, ...resampled, `The model was trained on ${trainedOn}.`, ""].join("\n"),
      );
    }),
};
