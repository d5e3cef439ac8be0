import { ComputeError } from "../errors";
import type { TiltScheme } from "./imaging";

/** More images than any microscope records of one place: a slip in the step. */
const MOST_IMAGES = 2000;

export interface Tilts {
  /** Rising, in degrees. */
  readonly tiltsDeg: readonly number[];
  /** When each was recorded: 0 is the first. */
  readonly ranks: readonly number[];
  /** The dose that the specimen bore before each, in electrons per Å². */
  readonly priorDoses: readonly number[];
}

/**
 * Returns the tilts of a scheme, from the lowest in steps up to the highest. "sequential" records them in rising order;
 * "dose-symmetric" begins at the tilt nearest to 0° and alternates in pairs, 0 +3 −3 −6 +6 +9 −9 … (Hagen et al. 2017, doi
 * 10.1016/j.jsb.2016.06.007), going on alone where one side ends first. Throws "bad-parameter" for a range that does not rise
 * within −90° to 90°, a step that is not above 0, and more than 2000 images.
 */
export function tiltsOf(scheme: TiltScheme, dosePerImage = 0): Tilts {
  const { minTiltDeg, maxTiltDeg, stepDeg, order } = scheme;
  const refuse = (sentence: string) => {
    throw new ComputeError("bad-parameter", sentence, { ...scheme });
  };
  if (!(minTiltDeg >= -90 && minTiltDeg < maxTiltDeg && maxTiltDeg <= 90))
    refuse(`The tilt range must rise and lie within −90° to 90°, not ${minTiltDeg} to ${maxTiltDeg}.`);
  if (!(stepDeg > 0 && Number.isFinite(stepDeg))) refuse(`The tilt step must be above 0°, not ${stepDeg}.`);
  // 120 / 0.1 is a little less than 1200 in binary.
  const count = Math.floor((maxTiltDeg - minTiltDeg) / stepDeg + 1e-6) + 1;
  if (count > MOST_IMAGES)
    refuse(`A tilt step of ${stepDeg}° makes ${count} images; at most ${MOST_IMAGES} are simulated.`);
  const tiltsDeg = Array.from({ length: count }, (_, i) => Number((minTiltDeg + i * stepDeg).toFixed(9)));
  const recorded = order === "sequential" ? tiltsDeg.map((_, i) => i) : doseSymmetric(tiltsDeg);
  const ranks = new Array<number>(count);
  recorded.forEach((image, rank) => {
    ranks[image] = rank;
  });
  return { tiltsDeg, ranks, priorDoses: ranks.map((rank) => rank * dosePerImage) };
}

/** The images in the order of their recording. */
function doseSymmetric(tiltsDeg: readonly number[]): number[] {
  const distance = (i: number) => Math.abs(tiltsDeg[i]);
  let start = 0;
  for (let i = 1; i < tiltsDeg.length; i++) if (distance(i) < distance(start)) start = i;
  const recorded = [start];
  for (let away = 1; recorded.length < tiltsDeg.length; away++) {
    const side = away % 2 === 1 ? 1 : -1;
    for (const image of [start + side * away, start - side * away])
      if (image >= 0 && image < tiltsDeg.length) recorded.push(image);
  }
  return recorded;
}
