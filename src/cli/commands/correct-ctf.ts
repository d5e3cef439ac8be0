import { basename } from "node:path";
import { CORRECT_CTF } from "../../core/operations/correct-ctf";
import { checkParams } from "../../core/task/params";
import { knownVoxelSizeAngstrom } from "../../core/volume/volume";
import { readTilts } from "../../io/tilts/read-tilts";
import { checkOutputs } from "../check-outputs";
import { type Command, flagValue, hasFlag, JSON_FLAG, OUT_FLAG, requiredFlag } from "../command";
import { paramFlags, paramsFromFlags } from "../param-flags";
import { runOperation } from "../run-operation";
import { readTextFile } from "../text-files";
import { BACKEND_FLAGS, withBackend } from "../with-backend";
import { withVolume } from "../with-volume";

export const correctCtfCommand: Command = {
  name: "correct-ctf",
  summary: CORRECT_CTF.summary,
  operands: ["STACK"],
  flags: {
    out: OUT_FLAG,
    tilts: {
      value: "FILE",
      help: "The tilts of the images; an .mdoc may give their defoci and pixel size too.",
    },
    ...paramFlags(CORRECT_CTF.params),
    ...BACKEND_FLAGS,
    json: JSON_FLAG,
  },
  run: (args, io) =>
    withVolume(args.operands[0], io, async (stack) => {
      const out = requiredFlag(args, "out");
      const tilts = flagValue(args, "tilts");
      const given = paramsFromFlags(CORRECT_CTF.params, args);
      const known = tilts === undefined ? null : readTilts(await readTextFile(tilts, io), basename(tilts));
      // The header knows better: the stack may be binned since.
      const { x, y } = stack.meta.voxelSizeAngstrom;
      if (known?.pixelSizeAngstrom && knownVoxelSizeAngstrom({ x, y, z: x }) === null)
        given.pixelSizeAngstrom ??= known.pixelSizeAngstrom;
      const params = checkParams(CORRECT_CTF.params, given);
      await checkOutputs([["--out", out]], [...args.operands, tilts], io);
      const { output, provenance } = await withBackend(args, (backend) =>
        runOperation(
          CORRECT_CTF,
          {
            stack,
            tiltsDeg: known?.tiltsDeg ?? null,
            defociMicrometre: known?.defociMicrometre ?? null,
            backend,
          },
          params,
          io,
          {
            fileFor: () => out,
            inputNames: [stack.meta.name, ...(tilts === undefined ? [] : [basename(tilts)])],
            backend: backend.description,
          },
        ),
      );
      if (hasFlag(args, "json")) {
        io.stdout.write(`${JSON.stringify({ out, ...output, provenance })}\n`);
        return;
      }
      const [count, height, width] = output.shape;
      const { seconds } = provenance;
      io.stdout.write(
        `${out}: ${count} ${count === 1 ? "image" : "images"} of ${width} × ${height} in ${seconds.toFixed(1)} s, ${provenance.backend}\n`,
      );
    }),
};
