import type { AuditCorrelation, AuditFigures } from "./audit-figures";
import { shareInDb } from "./audit-spectra";

/** A sentence that says what a figure means. */
export interface AuditSentence {
  /** "good": as it should be; "warning": to be looked at; "plain": neither. */
  readonly tone: "good" | "warning" | "plain";
  readonly text: string;
}

/** What the sentences are made of. */
export interface AuditFindings extends Omit<AuditFigures, "shells"> {
  readonly uncertain: { readonly voxelShare: number; readonly powerShare: number } | null;
  readonly lengthUnit: string;
}

/** Up to this share of the power may change without a word of it: rounding of files in half precision is larger. */
const UNCHANGED_SHARE = 1e-6;
/** From this share on more was done than taking away noise in the weakest shells. */
const MUCH_CHANGED_SHARE = 0.05;
/** Volumes of one place correlate better than this, however much noise one of them lost. */
const LEAST_AGREEMENT = 0.15;
/** More than the measured directions hold, by this factor, needs an explanation. */
const MUCH_FILLED = 1.3;
const LITTLE_FILLED = 0.05;
/** A share up to so many times the original's own was not filled in. */
const LITTLE_MORE = 1.1;

/** Returns a share as a percentage that keeps two digits where it is small. */
function percentOf(share: number): string {
  const percent = 100 * share;
  if (percent !== 0 && percent < 0.001) return "less than 0.001 %";
  return `${percent >= 10 ? Math.round(percent) : Number(percent.toPrecision(2))} %`;
}

/** Returns a length with three digits and its unit. */
export function lengthOf(length: number, unit: string): string {
  return `${Number(length.toPrecision(3))} ${unit}`;
}

const signed = (value: number, digits: number) => value.toFixed(digits).replace("-", "−");

/** Returns the verdict of an audit in plain words: greys, change, filling, wedge again, reference, deviation. */
export function auditVerdict(findings: AuditFindings): readonly AuditSentence[] {
  return [
    ...placeSentence(findings),
    ...greysSentence(findings),
    changeSentence(findings),
    filledSentence(findings),
    reappliedSentence(findings),
    ...referenceSentences(findings),
    ...uncertainSentence(findings),
  ];
}

function placeSentence({ change: { agreement } }: AuditFindings): AuditSentence[] {
  if (agreement >= LEAST_AGREEMENT) return [];
  const text = `The restored volume hardly correlates with the original where that was measured (${agreement.toFixed(2).replace("-", "−")}): is it of this place, tilt axis and handedness?`;
  return [{ tone: "warning", text }];
}

function greysSentence({ greys: { gain, offset } }: AuditFindings): AuditSentence[] {
  if (gain === 1 && offset === 0) return [];
  const shift = `${offset < 0 ? "−" : "+"} ${Number(Math.abs(offset).toPrecision(3))}`;
  const formula = `original = ${signed(Number(gain.toPrecision(4)), decimalsOf(gain))} × restored ${shift}`;
  const text = `The grey values were matched before anything was compared: ${formula}.`;
  if (gain > 0) return [{ tone: "plain", text }];
  return [
    {
      tone: "warning",
      text: `${text} The gain is negative: the contrast of the restored volume is inverted.`,
    },
  ];
}

const decimalsOf = (value: number) =>
  Math.max(0, Math.min(8, 3 - Math.floor(Math.log10(Math.abs(value) || 1))));

function changeSentence({ change, lengthUnit }: AuditFindings): AuditSentence {
  const { share, kept } = change;
  if (share < UNCHANGED_SHARE)
    return { tone: "good", text: "What was measured was kept: nothing of it changed beyond rounding." };
  const where = kept
    ? `less than ${percentOf(kept.below)} down to ${lengthOf(kept.downTo, lengthUnit)}`
    : "half of it or more from the lowest frequencies on";
  const text = `${percentOf(share)} of the power of what was measured was changed (${signed(shareInDb(share), 1)} dB); ${where}.`;
  if (share < MUCH_CHANGED_SHARE) return { tone: "plain", text };
  return { tone: "warning", text: `${text} Noise that was taken away counts as change.` };
}

function filledSentence({ filled }: AuditFindings): AuditSentence {
  const { share, originalShare, coefficientShare, density } = filled;
  if (coefficientShare === 0)
    return { tone: "plain", text: "Everything was measured: there is no wedge to fill." };
  const where = `where nothing was measured, ${percentOf(coefficientShare)} of Fourier space (original: ${percentOf(originalShare)} of its power)`;
  if (density < LITTLE_FILLED || share < LITTLE_MORE * originalShare)
    return {
      tone: "plain",
      text: `The wedge was not filled: ${percentOf(share)} of the restored volume's power lies ${where}.`,
    };
  const what = `${percentOf(share)} of the restored volume's power is invented: it lies ${where}.`;
  if (density > MUCH_FILLED)
    return {
      tone: "warning",
      text: `${what} That is ${density.toFixed(1)} times as much as the measured directions hold: more than a specimen without a preferred direction explains.`,
    };
  return {
    tone: "plain",
    text: `${what} That is ${percentOf(density)} of what the measured directions hold.`,
  };
}

function reappliedSentence({ reapplied: { residual, ofOriginal } }: AuditFindings): AuditSentence {
  const own =
    ofOriginal > 0.001
      ? `; ${percentOf(ofOriginal)} is there for any restoration, because the original has that much outside of what was measured`
      : "";
  return {
    tone: "plain",
    text: `With the wedge applied again, the restored volume differs from the original by ${percentOf(residual)} of the original's deviation${own}.`,
  };
}

function referenceSentences({ correlations, lengthUnit }: AuditFindings): AuditSentence[] {
  const find = (of: AuditCorrelation["of"], region: AuditCorrelation["region"]) =>
    correlations.find((each) => each.of === of && each.region === region);
  const [restored, original, filled] = [
    find("restored", "all"),
    find("original", "all"),
    find("restored", "missing"),
  ];
  if (!restored || !original || !filled) return [];
  const reaches = ({ resolutions }: AuditCorrelation) =>
    resolutions["0.5"] === null ? "nowhere" : `down to ${lengthOf(resolutions["0.5"], lengthUnit)}`;
  const whole = `The restored volume agrees with the reference (FSC 0.5) ${reaches(restored)}, the original ${reaches(original)}.`;
  const right = filled.resolutions["0.5"];
  return [
    { tone: "plain", text: whole },
    right === null
      ? {
          tone: "warning",
          text: "Of what was filled in, nothing agrees with the reference (cFSC below 0.5 from the start).",
        }
      : {
          tone: "good",
          text: `What was filled in agrees with the reference (cFSC 0.5) down to ${lengthOf(right, lengthUnit)}.`,
        },
  ];
}

function uncertainSentence({ uncertain }: AuditFindings): AuditSentence[] {
  if (!uncertain) return [];
  const { voxelShare, powerShare } = uncertain;
  return [
    {
      tone: powerShare > 0.5 ? "warning" : "plain",
      text: `The deviation of the samples is larger than the signal in ${percentOf(voxelShare)} of the voxels (hatched), which hold ${percentOf(powerShare)} of the signal's power.`,
    },
  ];
}
