import { ComputeError } from "../errors";
import type { CtfSettings, Imaging } from "../microscope/imaging";
import { USUAL_CTF } from "../microscope/usual-ctf";
import type { SimulateParams } from "./simulate-params";

/** A defocus gives a perfect microscope a CTF; a correction without a CTF has nothing to correct. */
function ctfWith(
  ctf: CtfSettings | null,
  { defocusMicrometre, ctfCorrection }: SimulateParams,
): CtfSettings | null {
  if (ctf === null && defocusMicrometre === null) return null;
  const base = ctf ?? USUAL_CTF;
  return {
    ...base,
    defocusMicrometre: defocusMicrometre ?? base.defocusMicrometre,
    correction: ctfCorrection === "recipe" ? base.correction : ctfCorrection,
  };
}

/**
 * Returns a recipe's imaging with what the parameters state instead. Throws ComputeError "bad-parameter" where the tilts do not
 * rise.
 */
export function imagingWith(imaging: Imaging, params: SimulateParams): Imaging {
  const { tilts, noise, reconstruction } = imaging;
  const minTiltDeg = params.minTiltDeg ?? tilts.minTiltDeg;
  const maxTiltDeg = params.maxTiltDeg ?? tilts.maxTiltDeg;
  if (minTiltDeg >= maxTiltDeg) {
    const sentence = `The tilts must rise: the lowest, ${minTiltDeg}°, is not below the highest, ${maxTiltDeg}°.`;
    throw new ComputeError("bad-parameter", sentence, { name: "minTiltDeg", value: minTiltDeg });
  }
  return {
    ...imaging,
    tilts: { ...tilts, minTiltDeg, maxTiltDeg, stepDeg: params.tiltStepDeg ?? tilts.stepDeg },
    route: params.route === "recipe" ? imaging.route : params.route,
    ctf: ctfWith(imaging.ctf, params),
    noise: { ...noise, snr: params.noiseFree ? null : (params.snr ?? noise.snr) },
    reconstruction: {
      ...reconstruction,
      method: params.reconstruction === "recipe" ? reconstruction.method : params.reconstruction,
    },
  };
}
