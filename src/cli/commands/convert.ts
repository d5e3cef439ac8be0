import { CONVERT } from "../../core/operations/convert";
import { checkParams } from "../../core/task/params";
import { checkOutputs } from "../check-outputs";
import { type Command, hasFlag, JSON_FLAG, OUT_FLAG, requiredFlag } from "../command";
import { paramFlags, paramsFromFlags } from "../param-flags";
import { runOperation } from "../run-operation";
import { withVolume } from "../with-volume";

export const convertCommand: Command = {
  name: "convert",
  summary: CONVERT.summary,
  operands: ["FILE"],
  flags: { out: OUT_FLAG, ...paramFlags(CONVERT.params), json: JSON_FLAG },
  run: (args, io) =>
    withVolume(args.operands[0], io, async (volume) => {
      const out = requiredFlag(args, "out");
      const params = checkParams(CONVERT.params, paramsFromFlags(CONVERT.params, args), volume.meta.shape);
      await checkOutputs([["--out", out]], args.operands, io);
      const { output, provenance } = await runOperation(CONVERT, { volume }, params, io, {
        fileFor: () => out,
        inputNames: [volume.meta.name],
        backend: "none",
      });
      const text = `${out}: ${[...output.shape].reverse().join(" × ")} voxels (x, y, z)`;
      io.stdout.write(`${hasFlag(args, "json") ? JSON.stringify({ out, ...output, provenance }) : text}\n`);
    }),
};
