import { ComputeError } from "../errors";
import type { CtfSettings } from "./imaging";

/** What the contrast transfer of one image depends on. */
export type CtfOptics = Pick<
  CtfSettings,
  | "voltageKv"
  | "sphericalAberrationMm"
  | "amplitudeContrast"
  | "phaseShiftDeg"
  | "defocusMicrometre"
  | "bFactorAngstrom2"
>;

const PLANCK = 6.62607015e-34;
const ELECTRON_MASS = 9.1093837015e-31;
const ELEMENTARY_CHARGE = 1.602176634e-19;
const LIGHT_SPEED = 299_792_458;

const ANGSTROM_PER_METRE = 1e10;
const ANGSTROM_PER_MILLIMETRE = 1e7;
const ANGSTROM_PER_MICROMETRE = 1e4;

/** Returns the relativistic wavelength of electrons in ångström: 0.0197 at 300 kV. */
export function electronWavelengthAngstrom(voltageKv: number): number {
  const energy = ELEMENTARY_CHARGE * voltageKv * 1000;
  const momentum = Math.sqrt(
    2 * ELECTRON_MASS * energy * (1 + energy / (2 * ELECTRON_MASS * LIGHT_SPEED ** 2)),
  );
  return (PLANCK / momentum) * ANGSTROM_PER_METRE;
}

/** The phase of the CTF, a·k² − b·k⁴ + c, in radians for k in 1/Å. */
function phaseTerms(optics: CtfOptics): { a: number; b: number; c: number } {
  const wavelength = electronWavelengthAngstrom(optics.voltageKv);
  return {
    a: Math.PI * wavelength * optics.defocusMicrometre * ANGSTROM_PER_MICROMETRE,
    b: (Math.PI / 2) * optics.sphericalAberrationMm * ANGSTROM_PER_MILLIMETRE * wavelength ** 3,
    c: (optics.phaseShiftDeg * Math.PI) / 180 + Math.asin(optics.amplitudeContrast),
  };
}

/**
 * Returns the CTF as a function of the squared frequency k² in 1/Å² (filters know it without a root):
 * −sin(πλΔf·k² − πC_s·λ³·k⁴/2 + φ) · exp(−B·k²/4), with underfocus Δf positive and φ the phase shift plus the arcsine of the
 * amplitude contrast. Negative at low frequencies: what is dense comes out dark.
 */
export function ctfOf(optics: CtfOptics): (frequencySquared: number) => number {
  const { a, b, c } = phaseTerms(optics);
  const decay = optics.bFactorAngstrom2 / 4;
  return (k2) => -Math.sin((a - b * k2) * k2 + c) * Math.exp(-decay * k2);
}

export interface CtfCurve {
  /** From 0 to the highest frequency, evenly, in 1/Å. */
  readonly frequencies: Float64Array;
  readonly values: Float64Array;
}

/** Returns the CTF with its envelope at `points` ≥ 2 frequencies from 0 to `maxFrequency` in 1/Å. */
export function ctfCurve(
  optics: CtfOptics,
  { maxFrequency, points }: { readonly maxFrequency: number; readonly points: number },
): CtfCurve {
  if (!(maxFrequency > 0 && Number.isInteger(points) && points >= 2)) {
    const sentence = `A CTF curve needs a highest frequency above 0 and 2 points or more, not ${maxFrequency} and ${points}.`;
    throw new ComputeError("bad-parameter", sentence, { maxFrequency, points });
  }
  const ctf = ctfOf(optics);
  const frequencies = Float64Array.from({ length: points }, (_, i) => (i * maxFrequency) / (points - 1));
  return { frequencies, values: frequencies.map((k) => ctf(k * k)) };
}

/**
 * Returns the frequencies in (0, maxFrequency], rising, in 1/Å, where the phase of the CTF is a whole multiple of π: the roots
 * of a quadratic in k² for each multiple. Where the spherical aberration outweighs the defocus the phase turns back, and a
 * multiple is met twice.
 */
export function ctfZeros(optics: CtfOptics, maxFrequency: number): number[] {
  const { a, b, c } = phaseTerms(optics);
  const end = maxFrequency ** 2;
  const turn = b > 0 ? a / (2 * b) : Number.NaN;
  const phases = [0, end, ...(turn > 0 && turn < end ? [turn] : [])].map((k2) => (a - b * k2) * k2 + c);
  const first = Math.ceil(Math.min(...phases) / Math.PI - 1e-12);
  const last = Math.floor(Math.max(...phases) / Math.PI + 1e-12);
  const zeros = new Set<number>();
  for (let n = first; n <= last; n++)
    for (const k2 of realRoots(-b, a, c - n * Math.PI)) if (k2 > 0 && k2 <= end) zeros.add(Math.sqrt(k2));
  return [...zeros].sort((p, q) => p - q);
}

/** The real roots of p·x² + q·x + r without cancellation; none where every or no x is one. */
function realRoots(p: number, q: number, r: number): number[] {
  if (p === 0) return q === 0 ? [] : [-r / q];
  const discriminant = q * q - 4 * p * r;
  if (discriminant < 0) return [];
  const half = -(q + (q < 0 ? -1 : 1) * Math.sqrt(discriminant)) / 2;
  return half === 0 ? [0] : [half / p, r / half];
}
