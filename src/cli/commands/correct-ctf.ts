import { CORRECT_CTF } from "../../core/operations/correct-ctf";
import { checkParams } from "../../core/task/params";
import { checkOutputs } from "../check-outputs";
import { type Command, hasFlag, JSON_FLAG, OUT_FLAG, requiredFlag } from "../command";
import { paramFlags, paramsFromFlags } from "../param-flags";
import { runOperation } from "../run-operation";
import { BACKEND_FLAGS, withBackend } from "../with-backend";
import { withVolume } from "../with-volume";

export const correctCtfCommand: Command = {
  name: "correct-ctf",
  summary: CORRECT_CTF.summary,
  operands: ["STACK"],
  flags: { out: OUT_FLAG, ...paramFlags(CORRECT_CTF.params), ...BACKEND_FLAGS, json: JSON_FLAG },
  run: (args, io) =>
    withVolume(args.operands[0], io, async (stack) => {
      const out = requiredFlag(args, "out");
      const params = checkParams(CORRECT_CTF.params, paramsFromFlags(CORRECT_CTF.params, args));
      await checkOutputs([["--out", out]], args.operands, io);
      const { output, provenance } = await withBackend(args, (backend) =>
        runOperation(CORRECT_CTF, { stack, tiltsDeg: null, defociMicrometre: null, backend }, params, io, {
          fileFor: () => out,
          inputNames: [stack.meta.name],
          backend: backend.description,
        }),
      );
      if (hasFlag(args, "json")) {
        io.stdout.write(`${JSON.stringify({ out, ...output, provenance })}\n`);
        return;
      }
      const [count, height, width] = output.shape;
      const { seconds } = provenance;
      io.stdout.write(
        `${out}: ${count} images of ${width} × ${height} in ${seconds.toFixed(1)} s, ${provenance.backend}\n`,
      );
    }),
};
