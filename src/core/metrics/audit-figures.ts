import type { ShellResolutions } from "./shell-criteria";

/** How the restored volume's grey values become those of the original: gain · value + offset. */
export interface GreyMatch {
  readonly gain: number;
  readonly offset: number;
}

/**
 * Shell by shell from the zero to the Nyquist frequency, whose coefficients are one step of the longest side wide. Powers are
 * sums of |coefficient|², of the restored volume in the original's grey values; the zero frequency has none.
 */
export interface AuditShells {
  /** The middle of each shell, one over a length. */
  readonly frequencies: readonly number[];
  /** How many coefficients of the whole spectrum were measured, and how many not. */
  readonly measuredCounts: readonly number[];
  readonly missingCounts: readonly number[];
  /** How many of the measured ones were compared: those that do not lie next to the wedge. */
  readonly comparedCounts: readonly number[];
  /** Of the restored volume, where the original was measured. */
  readonly measuredPower: readonly number[];
  /** Of the restored volume, where nothing was measured: what was filled in. */
  readonly filledPower: readonly number[];
  readonly originalMeasuredPower: readonly number[];
  readonly originalMissingPower: readonly number[];
  /** Of the original, on the coefficients that were compared, and of the difference from it there. */
  readonly originalComparedPower: readonly number[];
  readonly changePower: readonly number[];
  /** Correlation of the restored volume with the original on compared coefficients, −1 to 1. */
  readonly agreement: readonly number[];
}

/** A correlation shell by shell, with the resolutions that are read off it. */
export interface ShellCorrelation {
  readonly frequencies: readonly number[];
  /** null in shells with too few coefficients to say something. */
  readonly values: readonly (number | null)[];
  readonly counts: readonly number[];
  readonly resolutions: ShellResolutions;
}

/** A correlation with the reference; of all coefficients (FSC) or of those that were not measured (cFSC). */
export interface AuditCorrelation extends ShellCorrelation {
  readonly of: "restored" | "original";
  readonly region: "all" | "missing";
}

/** What the spectra say. Shares are of power without the zero frequency, 0 to 1, the corners beyond Nyquist included. */
export interface AuditFigures {
  readonly greys: GreyMatch;
  readonly shells: AuditShells;
  readonly change: {
    /** Power of the difference over power of the original, on the coefficients that were compared. */
    readonly share: number;
    /** Down to which length every shell changed by less than a share of its power: 1 %, else 10 %, else half; null where none. */
    readonly kept: { readonly below: number; readonly downTo: number } | null;
    /** Correlation of restored and original over all of them, −1 to 1. */
    readonly agreement: number;
  };
  readonly filled: {
    /** Of the restored volume's power. */
    readonly share: number;
    /** Of the original's power, which has some where it was not measured: noise, and what the reconstruction put there. */
    readonly originalShare: number;
    /** Of all coefficients. */
    readonly coefficientShare: number;
    /** Power filled in over the power that the measured directions hold there, shell by shell on average: 1 is as much. */
    readonly density: number;
  };
  /** With the wedge applied again, root mean square over the deviation of the original. */
  readonly reapplied: {
    readonly residual: number;
    /** Of the original itself: what it has where it was not measured. */
    readonly ofOriginal: number;
  };
  readonly correlations: readonly AuditCorrelation[];
}
