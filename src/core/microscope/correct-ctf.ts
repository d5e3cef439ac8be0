import type { Backend } from "../backend";
import { type CtfOptics, ctfOf } from "./ctf";
import { delocalizationPixels } from "./delocalization";
import { createImageFilter } from "./image-filter";
import { createRadialTable } from "./radial-table";

/** How the CTF is turned back. */
export interface CtfCorrection {
  readonly method: "phase-flip" | "wiener";
  /** The spectral SNR that the Wiener filter expects: `snr`·exp(−`snrFalloffAngstrom`·k), for proteins fade and noise is white. */
  readonly snr: number;
  readonly snrFalloffAngstrom: number;
}

/** What an image of frozen cells bears: at 1/50 Å a SNR of 1.4, at 1/20 Å of 0.07. */
export const USUAL_WIENER = { snr: 10, snrFalloffAngstrom: 100 } as const;

/** Pixels by which the margin of an image exceeds its delocalization. */
const LEAST_MARGIN = 16;

/**
 * Returns the correcting factor as a function of the squared frequency in 1/Å²: by phase flip −sign(CTF), by Wiener
 * −CTF/(CTF² + 1/SNR(k)). The minus keeps the contrast of the images: what is dense stays dark, at all frequencies.
 */
export function ctfCorrectionOf(
  optics: CtfOptics,
  { method, snr, snrFalloffAngstrom }: CtfCorrection,
): (frequencySquared: number) => number {
  const ctf = ctfOf(optics);
  if (method === "phase-flip") return (k2) => (ctf(k2) > 0 ? -1 : 1);
  return (k2) => {
    const transfer = ctf(k2);
    return -transfer / (transfer * transfer + Math.exp(snrFalloffAngstrom * Math.sqrt(k2)) / snr);
  };
}

export interface CtfCorrector {
  /** Returns the corrected image; its optics may differ from those of the others in defocus. */
  correct(image: Float32Array, optics: CtfOptics): Promise<Float32Array<ArrayBuffer>>;
  dispose(): void;
}

/**
 * Returns a corrector of images of one size whose defoci are among those given (they decide the margin). One defocus holds for a
 * whole image: its change to the border of a tilted one (width · tan θ / 2: 0.3 µm for a field of 0.35 µm at 60°) is left out.
 */
export async function createCtfCorrector(
  { height, width, pixelSizeAngstrom }: { height: number; width: number; pixelSizeAngstrom: number },
  { voltageKv, defociMicrometre }: { voltageKv: number; defociMicrometre: readonly number[] },
  correction: CtfCorrection,
  backend: Pick<Backend, "createFourier3">,
): Promise<CtfCorrector> {
  const reach = delocalizationPixels(voltageKv, defociMicrometre, pixelSizeAngstrom);
  const filter = await createImageFilter(height, width, LEAST_MARGIN + 2 * reach, backend);
  return {
    correct(image, optics) {
      const factor = ctfCorrectionOf(optics, correction);
      const table = createRadialTable(
        (f2) => factor(f2 / pixelSizeAngstrom ** 2),
        filter.maxFrequencySquared,
      );
      return filter.apply(image, table);
    },
    dispose: filter.dispose,
  };
}
