import { basename } from "node:path";
import { ComputeError } from "../../core/errors";
import { measureWedge } from "../../core/fourier/measure-wedge";
import { wedgeOfTilts } from "../../core/fourier/wedge";
import { RESTORE } from "../../core/operations/restore";
import { restoreOutputs } from "../../core/operations/restore-outputs";
import type { RestoreParams } from "../../core/operations/restore-params";
import { checkParams } from "../../core/task/params";
import { boxShape, middleOf, wholeBox } from "../../core/volume/shape";
import type { VolumeReader } from "../../core/volume/volume";
import { readTilts } from "../../io/tilts/read-tilts";
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
import { paramFlags, paramsFromFlags } from "../param-flags";
import { runOperation } from "../run-operation";
import { readTextFile, writeTextFile } from "../text-files";
import { BACKEND_FLAGS, withBackend } from "../with-backend";
import { withVolume } from "../with-volume";

/** Below this the chain hardly moved: its mean is close to its first sample, and its deviation says nothing. */
const FEW_ACCEPTED = 0.1;

/** At most so many voxels per side about the middle show the tilts. */
const MEASURED_SIDE = 256;

/** Returns the tilt range that a list or the spectrum tells, null where neither is asked. */
async function knownTilts(volume: VolumeReader, tiltAxis: "x" | "y", args: ParsedArgs, io: CliIo) {
  const file = flagValue(args, "tilts");
  const isMeasured = hasFlag(args, "measure-tilts");
  const given = ["tilts", "measure-tilts", "tilt"].filter((name) => hasFlag(args, name));
  if ((file !== undefined || isMeasured) && given.length > 1)
    throw new UsageError(`--${given[0]} and --${given[1]} both tell the tilt range: give one.`);
  if (file !== undefined) {
    const { tiltsDeg } = readTilts(await readTextFile(file, io), basename(file));
    return wedgeOfTilts(tiltsDeg, tiltAxis);
  }
  if (!isMeasured) return null;
  const middle = middleOf(wholeBox(volume.meta.shape), MEASURED_SIDE);
  const wedge = measureWedge(await volume.readBox(middle), boxShape(middle), tiltAxis);
  if (wedge) return wedge;
  const sentence = `The spectrum of ${volume.meta.name} shows no missing wedge about ${tiltAxis}: give the tilts by --tilt.`;
  throw new ComputeError("bad-input", sentence);
}

/** Returns where single samples go: beside the restored volume, under names that say what they are. */
function sampleFiles(out: string, params: RestoreParams): ReadonlyMap<string, string> {
  const [, stem, extension] = /^(.*?)(\.[^./\\]*)?$/.exec(out) ?? [];
  const suffixes = restoreOutputs(params)
    .filter(({ role }) => role !== "restored" && role !== "std")
    .map(({ suffix }) => suffix);
  return new Map(suffixes.map((suffix) => [`-${suffix}.mrc`, `${stem}-${suffix}${extension ?? ""}`]));
}

export const restoreCommand: Command = {
  name: "restore",
  summary: RESTORE.summary,
  operands: ["FILE"],
  flags: {
    out: OUT_FLAG,
    std: { value: "FILE", help: "Where the deviation of the samples goes: how sure each voxel is." },
    trace: { value: "FILE", help: "Where the energy of every iteration goes, as JSON." },
    tilts: {
      value: "FILE",
      help: "The tilts of the series (.tlt, .rawtlt, .mdoc), whose range is taken instead of --tilt.",
    },
    "measure-tilts": { help: "Take the tilt range that the spectrum shows, instead of --tilt." },
    ...BACKEND_FLAGS,
    ...paramFlags(RESTORE.params),
    json: JSON_FLAG,
  },
  run: (args, io) =>
    withVolume(args.operands[0], io, async (volume) => {
      const out = requiredFlag(args, "out");
      const std = flagValue(args, "std");
      const traceFile = flagValue(args, "trace");
      const given = checkParams(RESTORE.params, paramsFromFlags(RESTORE.params, args), volume.meta.shape);
      const wedge = await knownTilts(volume, given.tiltAxis, args, io);
      const params: RestoreParams = wedge ? { ...given, tilt: [wedge.minTiltDeg, wedge.maxTiltDeg] } : given;
      const samples = sampleFiles(out, params);
      const outputs = [
        ["--out", out],
        ["--std", std],
        ["--trace", traceFile],
      ] as const;
      const ofSamples = [...samples.values()].map((file) => ["A sample", file] as const);
      await checkOutputs([...outputs, ...ofSamples], args.operands, io);
      const { output, provenance: made } = await withBackend(args, (backend, renewBackend) =>
        runOperation(RESTORE, { volume, backend, renewBackend }, params, io, {
          fileFor: ({ role, name }) => {
            if (role === "restored") return out;
            return role === "std" ? std : samples.get(name.slice(name.lastIndexOf(`-${role}`)));
          },
          inputNames: [volume.meta.name],
          backend: backend.description,
        }),
      );
      const { trace, remarks, ...result } = output;
      const provenance = remarks.length > 0 ? { ...made, remarks } : made;
      if (traceFile) await writeTextFile(traceFile, `${JSON.stringify(trace)}\n`, io);
      const isStopped = result.finishedBlocks < result.blocks;
      if (isStopped) for (const remark of remarks) io.stderr.write(`Cancelled: ${remark}\n`);
      else if (result.iterations < params.iterations)
        io.stderr.write(`Cancelled: the samples of ${result.iterations} iterations are the result.\n`);
      if (result.acceptanceRate !== null && result.acceptanceRate < FEW_ACCEPTED)
        io.stderr.write(
          "Few samples were accepted, so the deviation says little: take a longer burn-in, in which β rises, or a larger --beta.\n",
        );
      const files = { out, std, samples: [...samples.values()], trace: traceFile };
      if (hasFlag(args, "json")) {
        io.stdout.write(`${JSON.stringify({ ...files, ...result, provenance })}\n`);
        return;
      }
      const size = [...result.boxShape].reverse().join(" × ");
      const ofAll = isStopped ? `${result.finishedBlocks} of ${result.blocks}` : result.blocks;
      const blocks = result.blocks > 1 ? ` in ${ofAll} blocks` : "";
      const accepted =
        result.acceptanceRate === null
          ? ""
          : `, β ${result.beta.toPrecision(3)}, ${Math.round(100 * result.acceptanceRate)} % accepted`;
      io.stdout.write(
        [
          `${out}: ${size} voxels (x, y, z)${blocks}, ${result.iterations} iterations in ${provenance.seconds.toFixed(1)} s, ${provenance.backend}`,
          `  tilts ${params.tilt.map((tilt) => Number(tilt.toFixed(2))).join(" to ")}°`,
          `  noise level ${result.sigma.toPrecision(3)}${accepted}`,
          "",
        ].join("\n"),
      );
    }),
};
