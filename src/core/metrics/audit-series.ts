import type { AuditShells } from "./audit-figures";
import { shareInDb } from "./audit-spectra";

/** What is drawn of an audit against spatial frequency, from the first shell after the zero frequency on. */
export interface AuditSeries {
  /** One over a length. */
  readonly frequencies: readonly number[];
  /** The share of the restored volume's power that was filled in, 0 to 1. */
  readonly filledShare: readonly number[];
  /** The share of coefficients that were not measured. */
  readonly missingShare: readonly number[];
  /** Power of the difference over that of the original, on compared coefficients, in dB. */
  readonly changeDb: readonly (number | null)[];
  /** Correlation of restored and original on compared coefficients. */
  readonly agreement: readonly (number | null)[];
  /** log₁₀ of power per coefficient: of the original and the restored volume where it was measured, and of what was filled in. */
  readonly logPower: {
    readonly original: readonly (number | null)[];
    readonly restored: readonly (number | null)[];
    readonly filled: readonly (number | null)[];
  };
}

/** Returns the curves of an audit; null where a shell has no coefficient or no power to tell of. */
export function auditSeries(shells: AuditShells): AuditSeries {
  const indices = shells.frequencies.map((_, shell) => shell).slice(1);
  const over = (part: readonly number[], whole: readonly number[]) =>
    indices.map((shell) => (whole[shell] > 0 ? part[shell] / whole[shell] : null));
  const sum = (a: readonly number[], b: readonly number[]) => a.map((value, shell) => value + b[shell]);
  const log = (power: readonly number[], counts: readonly number[]) =>
    over(power, counts).map((value) => (value !== null && value > 0 ? Math.log10(value) : null));
  const { measuredCounts, missingCounts, comparedCounts, measuredPower, filledPower } = shells;
  return {
    frequencies: shells.frequencies.slice(1),
    filledShare: over(filledPower, sum(measuredPower, filledPower)).map((share) => share ?? 0),
    missingShare: over(missingCounts, sum(measuredCounts, missingCounts)).map((share) => share ?? 0),
    changeDb: over(shells.changePower, shells.originalComparedPower).map((share) =>
      share === null ? null : shareInDb(share),
    ),
    agreement: indices.map((shell) => (comparedCounts[shell] > 0 ? shells.agreement[shell] : null)),
    logPower: {
      original: log(shells.originalMeasuredPower, measuredCounts),
      restored: log(measuredPower, measuredCounts),
      filled: log(filledPower, missingCounts),
    },
  };
}
