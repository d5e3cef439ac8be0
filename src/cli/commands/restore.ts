import { RESTORE } from "../../core/operations/restore";
import { checkParams } from "../../core/task/params";
import { checkOutputs } from "../check-outputs";
import { type Command, flagValue, hasFlag, JSON_FLAG, OUT_FLAG, requiredFlag } from "../command";
import { paramFlags, paramsFromFlags } from "../param-flags";
import { runOperation } from "../run-operation";
import { writeTextFile } from "../text-files";
import { BACKEND_FLAGS, withBackend } from "../with-backend";
import { withVolume } from "../with-volume";

/** Below this the chain hardly moved: its mean is close to its first sample, and its deviation says nothing. */
const FEW_ACCEPTED = 0.1;

export const restoreCommand: Command = {
  name: "restore",
  summary: RESTORE.summary,
  operands: ["FILE"],
  flags: {
    out: OUT_FLAG,
    std: { value: "FILE", help: "Where the deviation of the samples goes: how sure each voxel is." },
    trace: { value: "FILE", help: "Where the energy of every iteration goes, as JSON." },
    ...BACKEND_FLAGS,
    ...paramFlags(RESTORE.params),
    json: JSON_FLAG,
  },
  run: (args, io) =>
    withVolume(args.operands[0], io, async (volume) => {
      const out = requiredFlag(args, "out");
      const std = flagValue(args, "std");
      const traceFile = flagValue(args, "trace");
      const params = checkParams(RESTORE.params, paramsFromFlags(RESTORE.params, args), volume.meta.shape);
      const outputs = [["--out", out] as const, ["--std", std] as const, ["--trace", traceFile] as const];
      await checkOutputs(outputs, args.operands, io);
      const { output, provenance } = await withBackend(args, (backend) =>
        runOperation(RESTORE, { volume, backend }, params, io, {
          fileFor: ({ role }) => (role === "restored" ? out : std),
          inputNames: [volume.meta.name],
          backend: backend.description,
        }),
      );
      const { trace, ...result } = output;
      if (traceFile) await writeTextFile(traceFile, `${JSON.stringify(trace)}\n`, io);
      if (result.acceptanceRate < FEW_ACCEPTED)
        io.stderr.write(
          "Few samples were accepted, so the deviation says little: take a longer burn-in, in which β rises, or a larger --beta.\n",
        );
      if (hasFlag(args, "json")) {
        io.stdout.write(`${JSON.stringify({ out, std, trace: traceFile, ...result, provenance })}\n`);
        return;
      }
      const size = [...result.boxShape].reverse().join(" × ");
      const accepted = `${Math.round(100 * result.acceptanceRate)} % accepted`;
      io.stdout.write(
        [
          `${out}: ${size} voxels (x, y, z), ${params.iterations} iterations in ${provenance.seconds.toFixed(1)} s, ${provenance.backend}`,
          `  noise level ${result.sigma.toPrecision(3)}, β ${result.beta.toPrecision(3)}, ${accepted}`,
          "",
        ].join("\n"),
      );
    }),
};
