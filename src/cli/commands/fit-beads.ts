import { basename } from "node:path";
import { AbortError } from "../../core/errors";
import {
  fourierShellCorrelation,
  resolutionAt,
  type ShellCurve,
  shellValueAt,
} from "../../core/metrics/fourier-shell-correlation";
import { beadModelRadius } from "../../core/structure/bead-model-radius";
import { ELECTRONS_PER_DALTON } from "../../core/structure/electrons-per-dalton";
import { fitBeads } from "../../core/structure/fit-beads";
import { type MapPart, partOfMap } from "../../core/structure/fit-part";
import { gaussiansOnGrid } from "../../core/structure/gaussians-on-grid";
import type { BeadModel, DensityMap } from "../../core/structure/structure";
import type { Point3 } from "../../core/volume/shape";
import { readBeadModel } from "../../io/bead-model/read-bead-model";
import { writeBeadModel } from "../../io/bead-model/write-bead-model";
import { checkOutputs } from "../check-outputs";
import {
  type Command,
  flagValue,
  hasFlag,
  JSON_FLAG,
  OUT_FLAG,
  type ParsedArgs,
  requiredFlag,
  UsageError,
} from "../command";
import { loadMap } from "../load-map";
import { createProgressLine } from "../progress-line";
import { writeBinaryFile } from "../text-files";

const DEFAULT_BEADS = 500;
const SHELLS_IN_TEXT = 12;
const DEFAULT_VOXEL_ANGSTROM = 5;
const DEFAULT_RESOLUTION_ANGSTROM = 20;

function positive(args: ParsedArgs, name: string): number | undefined {
  const text = flagValue(args, name);
  if (text === undefined) return undefined;
  const value = Number(text);
  if (value > 0 && Number.isFinite(value)) return value;
  throw new UsageError(`--${name} needs a number above 0, not "${text}".`);
}

function countOf(args: ParsedArgs): number {
  const count = positive(args, "beads") ?? DEFAULT_BEADS;
  if (Number.isInteger(count)) return count;
  throw new UsageError(`--beads needs a whole number, not "${flagValue(args, "beads")}".`);
}

function partOf(args: ParsedArgs): MapPart | null {
  const text = flagValue(args, "part");
  if (text === undefined) return null;
  const numbers = text.split(",").map(Number);
  if (numbers.length !== 6 || !numbers.every(Number.isFinite))
    throw new UsageError(`--part needs 6 numbers such as 10,12,9,30,28,33, not "${text}".`);
  const [x, y, z, otherX, otherY, otherZ] = numbers;
  return { nearer: { x, y, z }, than: { x: otherX, y: otherY, z: otherZ } };
}

/** The model at the voxels of the map that it was fitted to. */
function atVoxelsOf(
  { shape, voxelSizeAngstrom }: DensityMap,
  model: BeadModel,
  origin: Point3,
): Float32Array {
  const { positionsAngstrom, electrons: integrals, sigmasAngstrom } = model;
  const along = (axis: "x" | "y" | "z") => -origin[axis] * voxelSizeAngstrom;
  const originAngstrom = { x: along("x"), y: along("y"), z: along("z") };
  const gaussians = { positionsAngstrom, integrals, sigmasAngstrom };
  return gaussiansOnGrid(gaussians, { shape, voxelSizeAngstrom, originAngstrom });
}

/** A dozen of the shells, the last one among them. */
function curveText({ frequencies, values }: ShellCurve): string {
  const step = Math.ceil((values.length - 1) / SHELLS_IN_TEXT);
  const rows: string[] = [];
  for (let shell = values.length - 1; shell > 0; shell -= step)
    rows.unshift(`  ${(1 / frequencies[shell]).toFixed(1).padStart(8)} Å  ${values[shell].toFixed(4)}`);
  return rows.join("\n");
}

export const fitBeadsCommand: Command = {
  name: "fit-beads",
  summary:
    "Fits Gaussians to a map or to coordinates: a compact model of a structure, with its Fourier shell correlation.",
  operands: ["FILE"],
  flags: {
    out: { ...OUT_FLAG, help: "Where the bead model goes (.beads)." },
    beads: { value: "N", help: `How many Gaussians, 9 bytes each (default ${DEFAULT_BEADS}).` },
    electrons: {
      value: "E",
      help: "The electrons of the whole; without it the sum of the map's voxels, or of the atomic numbers.",
    },
    scale: { value: "S", help: "The electrons that 1 of that sum stands for (default 1)." },
    "mass-kda": {
      value: "M",
      help: `The mass instead: ${ELECTRONS_PER_DALTON} electrons per dalton, hydrogens not counted.`,
    },
    part: {
      value: "X,Y,Z,X,Y,Z",
      help: "Fit only what is nearer to the first point than to the second, in voxels: one of two neighbours in a map.",
    },
    "voxel-size": {
      value: "A",
      help: `For coordinates: the voxels of the density that beads are fitted to, in Å (default ${DEFAULT_VOXEL_ANGSTROM}).`,
    },
    resolution: {
      value: "A",
      help: `For coordinates: the resolution of that density, in Å (default ${DEFAULT_RESOLUTION_ANGSTROM}).`,
    },
    json: JSON_FLAG,
  },
  async run(args, io) {
    const [path] = args.operands;
    const out = requiredFlag(args, "out");
    const count = countOf(args);
    const part = partOf(args);
    const stated = positive(args, "electrons");
    const massKda = positive(args, "mass-kda");
    const scale = positive(args, "scale");
    if ([stated, massKda, scale].filter((given) => given !== undefined).length > 1)
      throw new UsageError(
        "--electrons, --mass-kda and --scale all say how much there is: give one of them.",
      );
    await checkOutputs([["--out", out]], args.operands, io);

    const grid = {
      voxelSizeAngstrom: positive(args, "voxel-size") ?? DEFAULT_VOXEL_ANGSTROM,
      resolutionAngstrom: positive(args, "resolution") ?? DEFAULT_RESOLUTION_ANGSTROM,
    };
    const whole = await loadMap(path, grid, io);
    const map = part ? partOfMap(whole, part) : whole;
    const { shape, voxelSizeAngstrom } = map;
    const electrons =
      stated ??
      (massKda === undefined
        ? (scale ?? 1) * map.values.reduce((sum, value) => sum + value, 0)
        : massKda * 1000 * ELECTRONS_PER_DALTON);
    const line = createProgressLine("Fit", io.stderr);
    const breathe = async () => {
      await new Promise((resume) => setImmediate(resume));
      if (io.signal.aborted) throw new AbortError();
    };
    const { model, origin } = await fitBeads(map, { count, electrons }, { onProgress: line.update, breathe });
    const seconds = line.end();

    // What is measured is what the file holds.
    const bytes = writeBeadModel(model);
    const kept = readBeadModel(bytes, basename(out));
    const fitted = atVoxelsOf(map, kept, origin);
    const curve = fourierShellCorrelation(map.values, fitted, shape, voxelSizeAngstrom);
    await writeBinaryFile(out, bytes, io);

    const answer = {
      out,
      bytes: bytes.length,
      beads: kept.electrons.length,
      electrons: Math.round(electrons),
      massKda: massKda ?? electrons / ELECTRONS_PER_DALTON / 1000,
      radiusAngstrom: beadModelRadius(kept),
      voxelSizeAngstrom,
      originVoxels: origin,
      fscAtNyquist: curve.values[curve.values.length - 1],
      fscAt20Angstrom: shellValueAt(curve, 20),
      resolutionAt05Angstrom: resolutionAt(curve, 0.5),
      resolutionAt0143Angstrom: resolutionAt(curve, 0.143),
      fsc: { frequencies: [...curve.frequencies], values: [...curve.values] },
      seconds: Number(seconds.toFixed(3)),
    };
    if (hasFlag(args, "json")) {
      io.stdout.write(`${JSON.stringify(answer)}\n`);
      return;
    }
    const text = [
      `${out}: ${answer.beads} beads, ${answer.bytes} bytes, ${answer.electrons} electrons (${Math.round(answer.massKda)} kDa)`,
      "  resolution  Fourier shell correlation with the map",
      curveText(curve),
      `  0.5 down to ${answer.resolutionAt05Angstrom.toFixed(1)} Å, 0.143 down to ${answer.resolutionAt0143Angstrom.toFixed(1)} Å`,
      "",
    ];
    io.stdout.write(text.join("\n"));
  },
};
