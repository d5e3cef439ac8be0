import type { ShellCurve } from "./fourier-shell-correlation";

/** The thresholds by which a resolution is read off a shell correlation. */
export const SHELL_CRITERIA = [
  { id: "0.5", label: "0.5" },
  { id: "0.143", label: "0.143" },
  { id: "sigma", label: "σ factor" },
  { id: "half-bit", label: "½ bit" },
  { id: "one-bit", label: "1 bit" },
] as const;

export type ShellCriterionId = (typeof SHELL_CRITERIA)[number]["id"];

/** The resolution by each criterion; null where the curve lies below it from the start. */
export type ShellResolutions = Readonly<Record<ShellCriterionId, number | null>>;

/** Shells with fewer coefficients say nothing of a correlation: curves are read from the first that has as many. */
export const LEAST_COEFFICIENTS = 12;

/** Signal-to-noise ratios of each of two volumes whose sum holds half a bit, or one bit, per coefficient. */
const HALF_BIT_SNR = (Math.SQRT2 - 1) / 2;
const ONE_BIT_SNR = 1 / 2;

/**
 * Returns the threshold of a criterion for a shell of `count` coefficients of the whole spectrum, half of which are free.
 * The σ factor is that many deviations of what noise alone gives. Source: van Heel & Schatz 2005,
 * doi 10.1016/j.jsb.2005.05.009.
 */
export function shellThreshold(id: ShellCriterionId, count: number, sigmaFactor: number): number {
  switch (id) {
    case "0.5":
      return 0.5;
    case "0.143":
      return 0.143;
    case "sigma":
      return sigmaFactor / Math.sqrt(count / 2);
    case "half-bit":
      return bitThreshold(HALF_BIT_SNR, count / 2);
    case "one-bit":
      return bitThreshold(ONE_BIT_SNR, count / 2);
  }
}

function bitThreshold(snr: number, free: number): number {
  const cross = 2 * Math.sqrt(snr);
  return (snr + (cross + 1) / Math.sqrt(free)) / (snr + 1 + cross / Math.sqrt(free));
}

/**
 * Returns where a curve first falls below each criterion, interpolated between shells in frequency, as a length (Å for
 * frequencies in 1/Å). A curve that never does gives the length of its last shell.
 */
export function shellResolutions(curve: ShellCurve, sigmaFactor: number): ShellResolutions {
  const by = (id: ShellCriterionId) => {
    const threshold = (shell: number) => shellThreshold(id, curve.counts[shell], sigmaFactor);
    return firstBelow(
      curve,
      (shell) => curve.values[shell] - threshold(shell),
      (shell) => threshold(shell) < 1,
    );
  };
  return Object.fromEntries(SHELL_CRITERIA.map(({ id }) => [id, by(id)])) as ShellResolutions;
}

/**
 * Returns the length at which `above(shell)`, at least 0 in the first shell that says something, first falls below 0; null
 * where it is below from there on, or no shell says anything. `isAsked` leaves shells out that could not be above.
 */
export function firstBelow(
  { frequencies, counts }: Pick<ShellCurve, "frequencies" | "counts">,
  above: (shell: number) => number,
  isAsked: (shell: number) => boolean = () => true,
): number | null {
  const saysMuch = (shell: number) => shell > 0 && counts[shell] >= LEAST_COEFFICIENTS && isAsked(shell);
  const shells = [...counts.keys()].filter(saysMuch);
  const at = shells.findIndex((shell) => above(shell) < 0);
  if (shells.length === 0 || at === 0) return null;
  if (at < 0) return 1 / frequencies[shells[shells.length - 1]];
  const [before, after] = [shells[at - 1], shells[at]];
  const share = above(before) / (above(before) - above(after));
  return 1 / (frequencies[before] + share * (frequencies[after] - frequencies[before]));
}
