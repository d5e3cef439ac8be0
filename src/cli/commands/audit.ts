import { AUDIT } from "../../core/operations/audit";
import { placeInOriginal } from "../../core/operations/audit-box";
import { checkParams } from "../../core/task/params";
import type { Point3 } from "../../core/volume/shape";
import { knownVoxelSizeAngstrom, type VolumeReader, type VolumeRole } from "../../core/volume/volume";
import type { AuditDocument } from "../../io/audit/audit-document";
import { auditJson } from "../../io/audit/audit-json";
import { auditPage } from "../../io/audit/audit-page";
import { pagePdf } from "../../io/page/page-pdf";
import { pageSvg } from "../../io/page/page-svg";
import { checkOutputs } from "../check-outputs";
import {
  type CliIo,
  type Command,
  flagValue,
  hasFlag,
  JSON_FLAG,
  type ParsedArgs,
  UsageError,
} from "../command";
import { paramFlags, paramsFromFlags } from "../param-flags";
import { runOperation } from "../run-operation";
import { writeBinaryFile, writeTextFile } from "../text-files";
import { BACKEND_FLAGS, withBackend } from "../with-backend";
import { withVolume } from "../with-volume";

const OUTPUT_FLAGS = ["out", "figures", "change", "uncertain"] as const;

/** Where the restored volume lies in the original, as the flag says; undefined without it. */
function placeOf(args: ParsedArgs): Point3 | undefined {
  const text = flagValue(args, "at");
  if (text === undefined) return undefined;
  const [z, y, x, ...more] = text.split(",").map((part) => (part.trim() === "" ? Number.NaN : Number(part)));
  if ([z, y, x].every(Number.isInteger) && more.length === 0) return { x, y, z };
  throw new UsageError(`--at needs three whole numbers Z,Y,X, not "${text}".`);
}

/** Hands the volume of a flag to `use`, or null where it was not given. */
function withOptional<Result>(
  path: string | undefined,
  io: CliIo,
  use: (volume: VolumeReader | null) => Promise<Result>,
): Promise<Result> {
  return path === undefined ? use(null) : withVolume(path, io, use);
}

async function writePage(path: string, document: AuditDocument, io: CliIo): Promise<void> {
  const page = auditPage(document);
  if (/\.svg$/i.test(path)) await writeTextFile(path, pageSvg(page), io);
  else await writeBinaryFile(path, await pagePdf(page), io);
}

async function audit(
  args: ParsedArgs,
  io: CliIo,
  volumes: {
    readonly original: VolumeReader;
    readonly restored: VolumeReader;
    readonly reference: VolumeReader | null;
    readonly std: VolumeReader | null;
  },
): Promise<void> {
  const { original, restored, reference, std } = volumes;
  const params = checkParams(AUDIT.params, paramsFromFlags(AUDIT.params, args), restored.meta.shape);
  const place = placeOf(args) ?? placeInOriginal(original.meta, restored.meta);
  const files: Partial<Record<VolumeRole, string | undefined>> = {
    "measured-change": flagValue(args, "change"),
    uncertain: flagValue(args, "uncertain"),
  };
  const { output, provenance } = await withBackend(args, (backend) =>
    runOperation(AUDIT, { ...volumes, place, backend }, params, io, {
      fileFor: ({ role }) => files[role],
      inputNames: [original, restored, reference, std].flatMap((volume) =>
        volume ? [volume.meta.name] : [],
      ),
      backend: backend.description,
    }),
  );
  const document: AuditDocument = {
    output,
    names: {
      original: original.meta.name,
      restored: restored.meta.name,
      reference: reference?.meta.name ?? null,
      std: std?.meta.name ?? null,
    },
    voxelSizeAngstrom: knownVoxelSizeAngstrom(original.meta.voxelSizeAngstrom),
    provenance,
    day: new Date().toISOString().slice(0, 10),
  };
  const page = flagValue(args, "out");
  if (page) await writePage(page, document, io);
  const figures = flagValue(args, "figures");
  if (figures) await writeTextFile(figures, auditJson(document), io);
  const isJson = hasFlag(args, "json");
  io.stdout.write(isJson ? auditJson(document) : `${output.verdict.map(({ text }) => text).join("\n")}\n`);
}

export const auditCommand: Command = {
  name: "audit",
  summary: AUDIT.summary,
  operands: ["ORIGINAL", "RESTORED"],
  flags: {
    reference: { value: "FILE", help: "The specimen as it is, where it is known: FSC and cFSC against it." },
    std: { value: "FILE", help: "The deviation of the restored volume, voxel by voxel." },
    at: {
      value: "Z,Y,X",
      help: "Where the restored volume's first voxel lies in the original (default as the headers' origins say).",
    },
    out: { short: "o", value: "FILE", help: "Where the page for reviewers goes: .pdf or .svg." },
    figures: { value: "FILE", help: "Where every figure and curve goes, as JSON." },
    change: {
      value: "FILE",
      help: "Where the map of what was changed goes: the difference, where it was measured.",
    },
    uncertain: {
      value: "FILE",
      help: "Where the mask goes that is 1 where the deviation exceeds the signal.",
    },
    ...BACKEND_FLAGS,
    ...paramFlags(AUDIT.params),
    json: JSON_FLAG,
  },
  async run(args, io) {
    const [original, restored] = args.operands;
    const [reference, std] = [flagValue(args, "reference"), flagValue(args, "std")];
    const page = flagValue(args, "out");
    if (page !== undefined && !/\.(pdf|svg)$/i.test(page))
      throw new UsageError(`--out needs a .pdf or an .svg, not "${page}".`);
    if (flagValue(args, "uncertain") !== undefined && std === undefined)
      throw new UsageError("--uncertain needs a deviation: give one with --std.");
    const outputs = OUTPUT_FLAGS.map((flag) => [`--${flag}`, flagValue(args, flag)] as const);
    await checkOutputs(outputs, [original, restored, reference, std], io);
    await withVolume(original, io, (ofOriginal) =>
      withVolume(restored, io, (ofRestored) =>
        withOptional(reference, io, (ofReference) =>
          withOptional(std, io, (ofStd) =>
            audit(args, io, {
              original: ofOriginal,
              restored: ofRestored,
              reference: ofReference,
              std: ofStd,
            }),
          ),
        ),
      ),
    );
  },
};
