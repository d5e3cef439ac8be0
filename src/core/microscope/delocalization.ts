import { electronWavelengthAngstrom } from "./ctf";

/**
 * Returns how many pixels defocus carries the finest detail of an image away from its place: λ·Δf·k at Nyquist, rounded up.
 * Filters by the CTF need a margin of twice that.
 */
export function delocalizationPixels(
  voltageKv: number,
  defociMicrometre: readonly number[],
  pixelSizeAngstrom: number,
): number {
  const defocusAngstrom =
    1e4 * defociMicrometre.reduce((most, defocus) => Math.max(most, Math.abs(defocus)), 0);
  return Math.ceil((electronWavelengthAngstrom(voltageKv) * defocusAngstrom) / (2 * pixelSizeAngstrom ** 2));
}
