import { mkdir } from "node:fs/promises";
import { join, resolve } from "node:path";
import { type TubeResult, tubeExperiment } from "../../core/experiments/tube-experiment";
import { robustRange } from "../../core/volume/contrast";
import { type Box, boxShape, isBoxWithin, type Shape3, wholeBox } from "../../core/volume/shape";
import { knownVoxelSizeAngstrom } from "../../core/volume/volume";
import { checkOutputs } from "../check-outputs";
import {
  type CliIo,
  type FlagTable,
  flagValue,
  hasFlag,
  type ParsedArgs,
  requiredFlag,
  UsageError,
} from "../command";
import { numbersFlag, positiveFlag, wholeFlag } from "../number-flags";
import { drawCircle, encodePng, enlarged, greyPicture, gridOf, type Picture, parseColour } from "../picture";
import { createProgressLine } from "../progress-line";
import { writeBinaryFile } from "../text-files";
import { withBackend } from "../with-backend";
import { withVolume } from "../with-volume";
import { contextOf } from "./experiment";

export const MICROTUBULE_PART = "microtubule";
const PICTURE = "ch2-microtubule.png";

/** Of the middle of the wall, of a microtubule of 13 protofilaments; it is looked for within 15 %. */
const RADIUS_ANGSTROM = 112;
const RADIUS_TOLERANCE = 0.15;
const DEFAULT_ITERATIONS = 90;
const DEFAULT_BURN_IN = 30;
const ENLARGED = 6;
const RING_COLOUR = parseColour("#f5a524");

export const MICROTUBULE_FLAGS: FlagTable = {
  input: {
    value: "FILE",
    help: `Of the part "${MICROTUBULE_PART}": a volume with a microtubule along y, protein bright. Restores it and tells how much of the wall is there in its cross-sections before and after; with --out a picture, ${PICTURE}.`,
  },
  "radius-angstrom": {
    value: "Å",
    help: `Of the microtubule's wall (default ${RADIUS_ANGSTROM}, of 13 protofilaments).`,
  },
  box: {
    value: "z0,y0,x0,z1,y1,x1",
    help: "Takes only a box of the volume, as `restore` does (default all).",
  },
};

/** Runs the part of chapter 2 on a real tomogram. */
export async function microtubuleExperiment(args: ParsedArgs, io: CliIo): Promise<void> {
  const input = requiredFlag(args, "input");
  const out = flagValue(args, "out");
  const iterations = wholeFlag(args, "iterations", DEFAULT_ITERATIONS, [2, 10_000]);
  const burnIn = wholeFlag(args, "burn-in", Math.min(DEFAULT_BURN_IN, iterations - 1), [0, iterations - 1]);
  const seed = wholeFlag(args, "seed", 1, [0, 4_294_967_295]);
  const radiusAngstrom = positiveFlag(args, "radius-angstrom", RADIUS_ANGSTROM);
  const result = await withVolume(input, io, async (volume) => {
    const { shape } = volume.meta;
    const voxelSize = knownVoxelSizeAngstrom(volume.meta.voxelSizeAngstrom);
    if (voxelSize === null) throw new UsageError(`${input} does not say how large its voxels are.`);
    if (out !== undefined) {
      await mkdir(resolve(io.cwd, out), { recursive: true });
      await checkOutputs([["--out", join(out, PICTURE)]], [input], io);
    }
    const box = boxOf(args, shape);
    const radius = radiusAngstrom / voxelSize;
    const line = createProgressLine("Experiment", io.stderr);
    return withBackend(args, async (backend) =>
      tubeExperiment(
        {
          values: await volume.readBox(box),
          shape: boxShape(box),
          radii: [radius * (1 - RADIUS_TOLERANCE), radius * (1 + RADIUS_TOLERANCE)],
          wedge: wedgeOf(args),
          iterations,
          burnIn,
          seed,
          backend,
        },
        contextOf(io, line.update),
      ).finally(line.end),
    );
  });
  if (out !== undefined) await writeBinaryFile(join(out, PICTURE), pictureOf(result), io);
  io.stdout.write(
    hasFlag(args, "json") ? `${JSON.stringify(numbersOf(result), null, 1)}\n` : summary(result, out),
  );
}

function wedgeOf(args: ParsedArgs) {
  if (flagValue(args, "tilt") === undefined) return null;
  const [minTiltDeg, maxTiltDeg, ...more] = numbersFlag(args, "tilt", []);
  if (maxTiltDeg === undefined || more.length > 0) throw new UsageError("--tilt needs two numbers.");
  return { minTiltDeg, maxTiltDeg, tiltAxis: "y" } as const;
}

function boxOf(args: ParsedArgs, shape: Shape3): Box {
  const text = flagValue(args, "box");
  if (text === undefined) return wholeBox(shape);
  const [z0, y0, x0, z1, y1, x1, ...more] = text.split(",").map(Number);
  const box = { z0, y0, x0, z1, y1, x1 };
  if (more.length === 0 && Object.values(box).every(Number.isInteger) && isBoxWithin(box, shape)) return box;
  throw new UsageError(`--box must be six whole numbers z0,y0,x0,z1,y1,x1 within the volume, not "${text}".`);
}

const numbersOf = ({ before: _, after: __, ...result }: TubeResult) => result;

function summary(result: TubeResult, out: string | undefined): string {
  const { wedge, sigma, acceptanceRate, completenessBefore, completenessAfter } = result;
  const percent = (share: number) => `${Math.round(100 * share)} %`;
  return [
    `tilts ${wedge.minTiltDeg}° to ${wedge.maxTiltDeg}°, noise level ${sigma.toPrecision(3)}, ${percent(acceptanceRate)} accepted`,
    `of the wall ${percent(completenessBefore)} is brighter than the lumen before, ${percent(completenessAfter)} after`,
    ...(out === undefined ? [] : [`${PICTURE} is in ${out}.`]),
    "",
  ].join("\n");
}

/** Returns the PNG of the mean cross-section, before beside after, and below with the ring that was judged. */
function pictureOf({ before, after, ring }: TubeResult): Uint8Array<ArrayBuffer> {
  const pictures = [before, after].map((image): Picture => {
    const { low, high } = robustRange(image.values, [1, image.height, image.width]);
    return greyPicture(enlarged(image, ENLARGED), low, high);
  });
  const ringed = pictures.map((picture) => {
    const copy = { ...picture, rgb: picture.rgb.slice() };
    const at = (pixel: number) => (pixel + 0.5) * ENLARGED;
    drawCircle(copy, at(ring.x), at(ring.y), ring.radius * ENLARGED, RING_COLOUR);
    return copy;
  });
  return Uint8Array.from(encodePng(gridOf([pictures, ringed])));
}
