import { AbortError } from "../../core/errors";
import type { Statistics } from "../../core/volume/volume";
import type { FileVolume } from "../../io/volume/file-volume";
import { readWholeStatistics } from "../../io/volume/read-whole-statistics";
import { type CliIo, type Command, hasFlag, JSON_FLAG } from "../command";
import { createProgressLine } from "../progress-line";
import { withVolume } from "../with-volume";

/** The statistics, or null with a warning where the file ends before its voxels do. */
async function statisticsOf(volume: FileVolume, io: CliIo): Promise<Statistics | null> {
  if (!volume.complete) return null;
  const line = createProgressLine("Info", io.stderr);
  const statistics = await readWholeStatistics(volume, (done, total) => {
    if (io.signal.aborted) throw new AbortError();
    line.update({ done, total, note: `section ${done} of ${total}` });
  });
  line.end();
  return statistics;
}

function asText(volume: FileVolume, statistics: Statistics | null): string {
  const { meta, mode, fileShape } = volume;
  const { x, y, z } = meta.voxelSizeAngstrom;
  const [nz, ny, nx] = meta.shape;
  const number = (value: number) => String(Number(value.toPrecision(7)));
  const lines = [
    meta.name,
    `  size        ${nx} × ${ny} × ${nz} voxels (x, y, z)`,
    ...(fileShape ? [`  in the file ${fileShape.join(" × ")} (sections, rows, columns): transposed`] : []),
    `  type        ${meta.dtype}${mode === null ? " (EM)" : `, mode ${mode}`}`,
    `  voxel size  ${x === 0 && y === 0 && z === 0 ? "unknown" : `${number(x)} × ${number(y)} × ${number(z)} Å`}`,
  ];
  if (statistics) {
    const { min, max, mean, std, nonFinite } = statistics;
    lines.push(`  values      ${number(min)} to ${number(max)}, mean ${number(mean)}, std ${number(std)}`);
    if (nonFinite > 0) lines.push(`  not finite  ${nonFinite} voxels`);
  }
  return [...lines, ...meta.warnings.map((warning) => `  warning     ${warning}`), ""].join("\n");
}

export const infoCommand: Command = {
  name: "info",
  summary: "Says what a volume is: size, type, voxel size, statistics over its voxels, warnings.",
  operands: ["FILE"],
  flags: {
    strict: { help: "Fail at the first fault of the header, where there would only be a warning." },
    json: JSON_FLAG,
  },
  run(args, io) {
    const print = async (volume: FileVolume) => {
      const statistics = await statisticsOf(volume, io);
      if (!hasFlag(args, "json")) {
        io.stdout.write(asText(volume, statistics));
        return;
      }
      const { shape, voxelSizeAngstrom, warnings } = volume.meta;
      const { x, y, z } = voxelSizeAngstrom;
      const answer = {
        shape,
        ...(volume.fileShape ? { fileShape: volume.fileShape } : {}),
        mode: volume.mode,
        voxelSizeAngstrom: [x, y, z],
        min: statistics?.min ?? null,
        max: statistics?.max ?? null,
        mean: statistics?.mean ?? null,
        std: statistics?.std ?? null,
        ...(statistics && statistics.nonFinite > 0 ? { nonFinite: statistics.nonFinite } : {}),
        warnings,
      };
      io.stdout.write(`${JSON.stringify(answer)}\n`);
    };
    return withVolume(args.operands[0], io, print, { strict: hasFlag(args, "strict") });
  },
};
