import { type Wedge, wedgeWeights } from "../fourier/wedge";
import type { Shape3 } from "../volume/shape";
import type { AuditCorrelation, AuditFigures, AuditShells, GreyMatch } from "./audit-figures";
import { shellCorrelation } from "./shell-correlation";
import { firstBelow } from "./shell-criteria";
import {
  addShellSums,
  createShellSums,
  type ShellRegion,
  type ShellSums,
  shellCorrelations,
  shellFrequencies,
} from "./shell-sums";

/** What an audit looks at: half spectra of volumes of one shape, and `auditRegions` of that shape. */
export interface AuditSpectra {
  readonly shape: Shape3;
  /** In the unit of all lengths that come out, Å as a rule. */
  readonly voxelSize: number;
  readonly regions: Uint8Array;
  readonly original: Float32Array;
  readonly restored: Float32Array;
  readonly reference: Float32Array | null;
}

/** A shell of which less than such a share changed was kept so far. */
const KEPT_SHARES = [0.01, 0.1, 0.5];
/** From this correlation on a shell of two volumes holds the same. */
const AGREED = 0.95;
/** Rounding of f32 transforms leaves about this much: no change is told below it. */
const LEAST_DB = -120;

/** Returns a share of power in dB, at least −120: what is less is rounding. */
export function shareInDb(share: number): number {
  return Math.max(LEAST_DB, 10 * Math.log10(share));
}

/** What `auditRegions` says of a coefficient. */
const MISSING = 0;
const MEASURED = 1;
const BORDER = 2;

/**
 * Returns what became of each coefficient of the half spectrum: 0 was not measured, 1 was, 2 was too but lies within `margin`
 * coefficients of the missing wedge.
 */
export function auditRegions(
  shape: Shape3,
  wedges: readonly Wedge[],
  margin: number,
): Uint8Array<ArrayBuffer> {
  const edge = margin > 0 ? ({ width: margin, unit: "coefficients" } as const) : null;
  const whole = wedgeWeights(shape, wedges);
  return Uint8Array.from(wedgeWeights(shape, wedges, edge), (weight, i) =>
    whole[i] === 0 ? MISSING : weight === 1 ? MEASURED : BORDER,
  );
}

/**
 * Returns what the spectra of a restored volume and its original say, and the spectrum of their difference on measured
 * coefficients, nil elsewhere. Gain and offset that match the grey values are fitted on compared coefficients (least squares)
 * or, without `fitsGreys`, are 1 and 0. `breathe` is called between sections. Costs a pass over the spectra for each sum.
 */
export async function auditSpectra(
  { shape, voxelSize, regions, original, restored, reference }: AuditSpectra,
  { fitsGreys, sigmaFactor }: { readonly fitsGreys: boolean; readonly sigmaFactor: number },
  breathe: () => Promise<void>,
): Promise<{ readonly figures: AuditFigures; readonly changed: Float32Array<ArrayBuffer> }> {
  const sumsOf = async (a: Float32Array, b: Float32Array, part: number | null): Promise<ShellSums> => {
    const sums = createShellSums(shape);
    const region: ShellRegion | null = part === null ? null : { mask: regions, value: part };
    for (let z = 0; z < shape[0]; z++) {
      addShellSums(sums, a, b, shape, region, [z, z + 1]);
      await breathe();
    }
    return sums;
  };
  const kept = await sumsOf(restored, original, MEASURED);
  const border = await sumsOf(restored, original, BORDER);
  const filled = await sumsOf(restored, original, MISSING);
  const greys = fitsGreys ? matchGreys(kept, original[0], restored[0], shape) : { gain: 1, offset: 0 };
  const changed = original.map((value, i) =>
    regions[i >> 1] === MEASURED && i > 1 ? greys.gain * restored[i] - value : 0,
  );
  const change = await sumsOf(changed, original, MEASURED);
  const correlations: AuditCorrelation[] = [];
  if (reference)
    for (const region of ["all", "missing"] as const)
      for (const of of ["restored", "original"] as const) {
        const values = of === "restored" ? restored : original;
        const sums = await sumsOf(values, reference, region === "all" ? null : MISSING);
        const sign = of === "restored" ? Math.sign(greys.gain) : 1;
        correlations.push({ of, region, ...shellCorrelation(sums, sign, { shape, voxelSize, sigmaFactor }) });
      }
  const shells = shellsOf({ kept, border, filled, change }, greys.gain, shape, voxelSize);
  const figures = {
    greys,
    shells,
    correlations,
    ...totalsOf({ kept, border, filled, change }, shells, greys.gain),
  };
  return { figures, changed };
}

/** A is restored (or the difference), B the original; on compared coefficients, on those next to the wedge, and in it. */
interface AuditSums {
  readonly kept: ShellSums;
  readonly border: ShellSums;
  readonly filled: ShellSums;
  /** On compared coefficients. */
  readonly change: ShellSums;
}

const withoutZero = (sums: Float64Array): number => sums.subarray(1).reduce((a, b) => a + b, 0);

/**
 * The gain is that of least squares over the low shells in which both volumes agree: a denoiser takes power away from the
 * others, and a gain fitted there would put it back where nothing was lost. Of volumes that agree nowhere, over all of them.
 */
function matchGreys(kept: ShellSums, original: number, restored: number, [nz, ny, nx]: Shape3): GreyMatch {
  const agreement = shellCorrelations(kept).subarray(1);
  const until = agreement.findIndex((value) => Math.abs(value) < AGREED);
  const end = until > 0 ? until + 1 : kept.counts.length;
  const sum = (sums: Float64Array) => sums.subarray(1, end).reduce((a, b) => a + b, 0);
  const power = sum(kept.powerA);
  const gain = power > 0 ? sum(kept.product) / power : 1;
  return { gain, offset: (original - gain * restored) / (nz * ny * nx) };
}

function shellsOf(
  { kept, border, filled, change }: AuditSums,
  gain: number,
  shape: Shape3,
  voxelSize: number,
): AuditShells {
  const list = (sums: Float64Array) => [...sums.subarray(0, -1)];
  const power = (sums: Float64Array, factor = 1) =>
    list(sums).map((sum, shell) => (shell === 0 ? 0 : factor * sum));
  return {
    frequencies: [...shellFrequencies(shape, voxelSize)],
    measuredCounts: list(added(kept.counts, border.counts)),
    missingCounts: list(filled.counts),
    comparedCounts: list(kept.counts),
    measuredPower: power(added(kept.powerA, border.powerA), gain ** 2),
    filledPower: power(filled.powerA, gain ** 2),
    originalMeasuredPower: power(added(kept.powerB, border.powerB)),
    originalMissingPower: power(filled.powerB),
    originalComparedPower: power(kept.powerB),
    changePower: power(change.powerA),
    agreement: [...shellCorrelations(kept)].map((value) => Math.sign(gain) * value),
  };
}

const added = (a: Float64Array, b: Float64Array) => a.map((value, i) => value + b[i]);

function totalsOf(
  { kept, border, filled, change }: AuditSums,
  shells: AuditShells,
  gain: number,
): Pick<AuditFigures, "change" | "filled" | "reapplied"> {
  const total = (of: (sums: ShellSums) => Float64Array) => ({
    compared: withoutZero(of(kept)),
    measured: withoutZero(of(kept)) + withoutZero(of(border)),
    missing: withoutZero(of(filled)),
  });
  const restored = total(({ powerA }) => powerA);
  const original = total(({ powerB }) => powerB);
  const counts = total(({ counts: ofShells }) => ofShells);
  const changed = withoutZero(change.powerA);
  const comparable = original.compared + original.missing;
  const shareMissing = ({ measured, missing }: typeof counts) => ratio(missing, measured + missing);
  return {
    change: {
      share: ratio(changed, original.compared),
      kept: keptOf(shells),
      agreement: ratio(
        Math.sign(gain) * withoutZero(kept.product),
        Math.sqrt(restored.compared * original.compared),
      ),
    },
    filled: {
      share: shareMissing(restored),
      originalShare: shareMissing(original),
      coefficientShare: shareMissing(counts),
      density: filledDensity(shells),
    },
    reapplied: {
      residual: Math.sqrt(ratio(changed + original.missing, comparable)),
      ofOriginal: Math.sqrt(ratio(original.missing, comparable)),
    },
  };
}

const ratio = (part: number, whole: number) => (whole > 0 ? part / whole : 0);

function keptOf({
  frequencies,
  comparedCounts,
  changePower,
  originalComparedPower,
}: AuditShells): AuditFigures["change"]["kept"] {
  const curve = { frequencies: Float64Array.from(frequencies), counts: Float64Array.from(comparedCounts) };
  const changed = (shell: number) => ratio(changePower[shell], originalComparedPower[shell]);
  for (const below of KEPT_SHARES) {
    const downTo = firstBelow(curve, (shell) => below - changed(shell));
    if (downTo !== null) return { below, downTo };
  }
  return null;
}

function filledDensity({ measuredCounts, missingCounts, measuredPower, filledPower }: AuditShells): number {
  let filled = 0;
  let expected = 0;
  for (const [shell, missing] of missingCounts.entries()) {
    if (shell === 0 || measuredCounts[shell] === 0) continue;
    filled += filledPower[shell];
    expected += (measuredPower[shell] / measuredCounts[shell]) * missing;
  }
  return ratio(filled, expected);
}
