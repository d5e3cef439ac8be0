import { fillNormal } from "../random/philox";
import type { Imaging } from "./imaging";
import { tiltsOf } from "./tilts";

/** The Philox streams of a microscope: those of the noise are these plus the number of the image or section. */
const CONDITION_STREAM = 0x4d000000;
export const NOISE_STREAM = 0x4e000000;

/** Four numbers are drawn for each image: defocus, two shifts, tilt. */
const DRAWS = 4;

/** How one image of a series is recorded. */
export interface ImageConditions {
  /** What the file says, and what it really was. */
  readonly tiltDeg: number;
  readonly trueTiltDeg: number;
  /** 0 without a CTF. */
  readonly defocusMicrometre: number;
  /** In electrons per Å²: before the image, and what the image as a whole has borne, half of its own included. */
  readonly priorDose: number;
  readonly dose: number;
  /** How far the image is off, across the tilt axis (x) and along it (y). */
  readonly shiftAngstrom: { readonly x: number; readonly y: number };
}

/** Returns the conditions of every image in rising order of the tilt; image i depends on the seed, the imaging and i only. */
export function imageConditions(imaging: Imaging, seed: number): ImageConditions[] {
  const { tiltsDeg, priorDoses } = tiltsOf(imaging.tilts, imaging.dosePerImage);
  const draws = new Float32Array(DRAWS * tiltsDeg.length);
  fillNormal(draws, seed, CONDITION_STREAM);
  const { ctf, shiftErrorAngstrom, tiltErrorDeg, dosePerImage } = imaging;
  return tiltsDeg.map((tiltDeg, i) => {
    const [defocus, x, y, tilt] = draws.subarray(DRAWS * i, DRAWS * (i + 1));
    return {
      tiltDeg,
      trueTiltDeg: tiltDeg + tiltErrorDeg * tilt,
      defocusMicrometre: ctf ? ctf.defocusMicrometre + ctf.defocusSpreadMicrometre * defocus : 0,
      priorDose: priorDoses[i],
      dose: priorDoses[i] + dosePerImage / 2,
      shiftAngstrom: { x: shiftErrorAngstrom * x, y: shiftErrorAngstrom * y },
    };
  });
}
