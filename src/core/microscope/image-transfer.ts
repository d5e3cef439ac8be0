import { ctfOf } from "./ctf";
import { doseDamping } from "./dose-damping";
import type { ImageConditions } from "./image-conditions";
import type { Imaging } from "./imaging";

/**
 * Returns what the microscope makes of a projection, as a factor by the squared frequency in 1/Å²: CTF with envelope, or ±1
 * without one, times the damping by the dose.
 */
export function imageTransfer(
  { ctf, proteinIsDark, dosePerImage }: Imaging,
  { defocusMicrometre, dose }: ImageConditions,
): (frequencySquared: number) => number {
  const contrast = ctf ? ctfOf({ ...ctf, defocusMicrometre }) : () => (proteinIsDark ? -1 : 1);
  return dosePerImage > 0 ? (k2) => contrast(k2) * doseDamping(k2, dose) : contrast;
}
