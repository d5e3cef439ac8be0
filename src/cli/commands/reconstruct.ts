import { basename } from "node:path";
import { RECONSTRUCT } from "../../core/operations/reconstruct";
import { checkParams } from "../../core/task/params";
import { readTilts } from "../../io/tilts/read-tilts";
import { checkOutputs } from "../check-outputs";
import { type Command, hasFlag, JSON_FLAG, OUT_FLAG, requiredFlag } from "../command";
import { paramFlags, paramsFromFlags } from "../param-flags";
import { runOperation } from "../run-operation";
import { readTextFile } from "../text-files";
import { BACKEND_FLAGS, withBackend } from "../with-backend";
import { withVolume } from "../with-volume";

export const reconstructCommand: Command = {
  name: "reconstruct",
  summary: RECONSTRUCT.summary,
  operands: ["STACK"],
  flags: {
    tilts: {
      value: "FILE",
      help: "The tilts of the images, in the order of the stack: .tlt, .rawtlt, a list of degrees, or SerialEM's .mdoc.",
    },
    out: OUT_FLAG,
    ...paramFlags(RECONSTRUCT.params),
    ...BACKEND_FLAGS,
    json: JSON_FLAG,
  },
  run: (args, io) =>
    withVolume(args.operands[0], io, async (stack) => {
      const out = requiredFlag(args, "out");
      const tiltsFile = requiredFlag(args, "tilts");
      const given = paramsFromFlags(RECONSTRUCT.params, args);
      const { tiltsDeg, pixelSizeAngstrom } = readTilts(
        await readTextFile(tiltsFile, io),
        basename(tiltsFile),
      );
      // The header knows better: the stack may be binned since.
      if (pixelSizeAngstrom && !(stack.meta.voxelSizeAngstrom.x > 0))
        given.pixelSizeAngstrom ??= pixelSizeAngstrom;
      const params = checkParams(RECONSTRUCT.params, given);
      await checkOutputs([["--out", out]], [...args.operands, tiltsFile], io);
      const { output, provenance } = await withBackend(args, (backend) =>
        runOperation(RECONSTRUCT, { stack, tiltsDeg, backend }, params, io, {
          fileFor: () => out,
          inputNames: [stack.meta.name, basename(tiltsFile)],
          backend: backend.description,
        }),
      );
      if (hasFlag(args, "json")) {
        io.stdout.write(`${JSON.stringify({ out, ...output, provenance })}\n`);
        return;
      }
      const [nz, ny, nx] = output.shape;
      const { seconds } = provenance;
      io.stdout.write(
        `${out}: ${nx} × ${ny} × ${nz} voxels of ${output.tiltsDeg.length} ${output.tiltsDeg.length === 1 ? "image" : "images"} in ${seconds.toFixed(1)} s, ${provenance.backend}\n`,
      );
    }),
};
