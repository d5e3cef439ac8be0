import { DISTANCES } from "../../core/operations/distances";
import { checkParams } from "../../core/task/params";
import { particleFormatOf } from "../../io/particle-formats";
import { distancesCsv } from "../../io/scores/score-csv";
import { checkOutputs } from "../check-outputs";
import { type Command, flagValue, requiredFlag } from "../command";
import { paramFlags, paramsFromFlags } from "../param-flags";
import { runOperation } from "../run-operation";
import { readTextFile, writeTextFile } from "../text-files";
import { withVolume } from "../with-volume";

export const distancesCommand: Command = {
  name: "distances",
  summary: DISTANCES.summary,
  operands: ["PARTICLES"],
  flags: {
    labels: { value: "FILE", help: "The label map that the class is a label of." },
    ...paramFlags(DISTANCES.params),
    out: {
      short: "o",
      value: "FILE",
      help: "Where the table goes: CSV with the distance of each particle in Å. Without it the table is printed.",
    },
  },
  run(args, io) {
    const [particlesFile] = args.operands;
    return withVolume(requiredFlag(args, "labels"), io, async (labels) => {
      const out = flagValue(args, "out");
      await checkOutputs([["--out", out]], [particlesFile, flagValue(args, "labels")], io);
      const params = checkParams(DISTANCES.params, paramsFromFlags(DISTANCES.params, args));
      const { name, shape, voxelSizeAngstrom } = labels.meta;
      const format = particleFormatOf(particlesFile);
      const text = await readTextFile(particlesFile, io);
      const { particles } = format.read(text, { volumeName: name, shape, voxelSizeAngstrom, classes: [] });
      const { output } = await runOperation(DISTANCES, { labels, points: particles }, params, io, {
        fileFor: () => undefined,
        inputNames: [name],
        backend: "none",
      });
      const csv = distancesCsv(particles, output.distancesAngstrom);
      if (out === undefined) io.stdout.write(csv);
      else {
        await writeTextFile(out, csv, io);
        io.stdout.write(`${out}: ${particles.length} particles\n`);
      }
    });
  },
};
