import { basename, resolve } from "node:path";
import { DENSITY } from "../../core/operations/density";
import type { Structure } from "../../core/structure/structure";
import { checkParams } from "../../core/task/params";
import { openStructure } from "../../io/structure/open-structure";
import { checkOutputs } from "../check-outputs";
import {
  type CliIo,
  type Command,
  flagValue,
  hasFlag,
  JSON_FLAG,
  OUT_FLAG,
  type ParsedArgs,
  requiredFlag,
  UsageError,
} from "../command";
import { fileSource } from "../file-source";
import { paramFlags, paramsFromFlags } from "../param-flags";
import { runOperation } from "../run-operation";

export const densityCommand: Command = {
  name: "density",
  summary: DENSITY.summary,
  operands: ["STRUCTURE"],
  flags: {
    out: OUT_FLAG,
    mask: { value: "FILE", help: "Where the mask goes: 1 where the particle is." },
    assembly: {
      value: "N|none",
      help: "The biological assembly that a PDB or mmCIF file describes, or its atoms as they stand. (default the first, if any)",
    },
    ...paramFlags(DENSITY.params),
    json: JSON_FLAG,
  },
  async run(args, io) {
    const out = requiredFlag(args, "out");
    const mask = flagValue(args, "mask");
    const params = checkParams(DENSITY.params, paramsFromFlags(DENSITY.params, args));
    const assembly = assemblyOf(args);
    await checkOutputs([["--out", out] as const, ["--mask", mask] as const], args.operands, io);
    const notes: string[] = [];
    const onNote = (note: string) => notes.push(note);
    const structure = await readStructure(args.operands[0], { assembly, onNote }, io);
    const { output, provenance } = await runOperation(DENSITY, { structure }, params, io, {
      fileFor: ({ role }) => (role === "map" ? out : mask),
      inputNames: [basename(args.operands[0])],
      backend: "none",
    });
    if (hasFlag(args, "json")) {
      io.stdout.write(`${JSON.stringify({ out, mask, ...output, notes, provenance })}\n`);
      return;
    }
    const { side, electrons, maskVoxels } = output;
    const { voxelSizeAngstrom: size, resolutionAngstrom } = params;
    io.stdout.write(
      [
        `${out}: ${side} × ${side} × ${side} voxels of ${size} Å at ${resolutionAngstrom} Å, ${Math.round(electrons)} electrons`,
        ...(mask
          ? [`${mask}: ${maskVoxels} voxels inside, ${Math.round(maskVoxels * (size / 10) ** 3)} nm³`]
          : []),
        ...notes.map((note) => `  ${note}`),
        "",
      ].join("\n"),
    );
  },
};

function assemblyOf(args: ParsedArgs): number | "none" | undefined {
  const text = flagValue(args, "assembly");
  if (text === undefined || text === "none") return text;
  if (/^[1-9]\d*$/.test(text)) return Number(text);
  throw new UsageError(`--assembly needs a number from 1 on, or none, not "${text}".`);
}

async function readStructure(
  path: string,
  options: { readonly assembly: number | "none" | undefined; onNote(note: string): void },
  io: CliIo,
): Promise<Structure> {
  const source = await fileSource(resolve(io.cwd, path));
  try {
    return await openStructure(source, { ...options, signal: io.signal });
  } finally {
    await source.close();
  }
}
