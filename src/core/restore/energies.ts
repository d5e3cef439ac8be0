import { ComputeError } from "../errors";
import type { EnergyId } from "./mwr-kernels";

/** Bins along each axis of the joint histogram, over the range in which nearly all measured voxels lie. */
const HISTOGRAM_BINS = 64;
const DEVIATIONS = 4;
/** Below this mean squared difference, far under f32 rounding, two volumes count as equal. */
const LEAST_SQUARE = 1e-20;

/** Returns how badly a sample, degraded by the wedge, agrees with the measured volume: less is better. In f64. */
export type Fidelity = (degraded: ArrayLike<number>) => number;

/**
 * Returns the energy of samples against the measured volume, both degraded by the wedge (see MwrKernelSpec) and scaled to a
 * robust range of 1. "l2": mean squared difference. "l1": mean absolute difference. "cc": 1 − Pearson's correlation, 1
 * where one of them is constant. "psnr": −PSNR in dB for a range of 1. "mi": −mutual information in nats, from a joint
 * histogram of 64 × 64 bins over the measured mean ± 4 deviations; values beyond count in the outer bins. Each is
 * one pass over the voxels. Source: thesis equations 2.24 to 2.28.
 */
export function createFidelity(energy: EnergyId, measured: ArrayLike<number>): Fidelity {
  switch (energy) {
    case "l2":
      return (degraded) => meanDifference(degraded, measured, (d) => d * d);
    case "l1":
      return (degraded) => meanDifference(degraded, measured, Math.abs);
    case "psnr":
      return (degraded) =>
        10 *
        Math.log10(
          Math.max(
            LEAST_SQUARE,
            meanDifference(degraded, measured, (d) => d * d),
          ),
        );
    case "cc":
      return (degraded) => 1 - correlation(degraded, measured);
    case "mi":
      return createMutualInformation(measured);
    default:
      throw new ComputeError("bad-parameter", `There is no energy "${energy}".`, { energy });
  }
}

/**
 * Returns by how much an energy rises where "l2" rises by 1, near samples that differ from the measured volume by its noise:
 * times this, a temperature β for "l2" accepts about as much for another energy. `noise` is the deviation and `variance`
 * the measured volume's, in the same units. Derivatives for Gaussian differences.
 */
export function energyPerSquare(energy: EnergyId, noise: number, variance: number): number {
  switch (energy) {
    case "l2":
      return 1;
    case "l1":
      return 1 / (Math.sqrt(2 * Math.PI) * noise);
    case "psnr":
      return 10 / (Math.LN10 * noise ** 2);
    case "cc":
      return 1 / (2 * variance);
    case "mi":
      return 1 / (2 * noise ** 2);
  }
}

function meanDifference(a: ArrayLike<number>, b: ArrayLike<number>, measure: (d: number) => number): number {
  let sum = 0;
  for (let i = 0; i < b.length; i++) sum += measure(a[i] - b[i]);
  return sum / b.length;
}

function correlation(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const [meanA, meanB] = [mean(a), mean(b)];
  let [ofA, ofB, ofBoth] = [0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    const [x, y] = [a[i] - meanA, b[i] - meanB];
    ofA += x * x;
    ofB += y * y;
    ofBoth += x * y;
  }
  return ofA > 0 && ofB > 0 ? ofBoth / Math.sqrt(ofA * ofB) : 0;
}

/** Returns the mean squared deviation from the mean. */
export function varianceOf(values: ArrayLike<number>): number {
  const centre = mean(values);
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += (values[i] - centre) ** 2;
  return sum / values.length;
}

function mean(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i];
  return sum / values.length;
}

function createMutualInformation(measured: ArrayLike<number>): Fidelity {
  const bins = HISTOGRAM_BINS;
  const voxels = measured.length;
  const centre = mean(measured);
  const deviation = Math.sqrt(varianceOf(measured)) || 1;
  const lowest = centre - DEVIATIONS * deviation;
  const perBin = (2 * DEVIATIONS * deviation) / bins;
  const binOf = (value: number) => Math.min(bins - 1, Math.max(0, Math.floor((value - lowest) / perBin)));
  const measuredBins = Uint8Array.from(measured, binOf);
  const joint = new Uint32Array(bins * bins);

  return (degraded) => {
    joint.fill(0);
    for (let i = 0; i < voxels; i++) joint[bins * measuredBins[i] + binOf(degraded[i])]++;
    const [ofMeasured, ofDegraded] = [new Float64Array(bins), new Float64Array(bins)];
    joint.forEach((count, at) => {
      ofMeasured[Math.floor(at / bins)] += count;
      ofDegraded[at % bins] += count;
    });
    let information = 0;
    joint.forEach((count, at) => {
      if (count === 0) return;
      const independent = ofMeasured[Math.floor(at / bins)] * ofDegraded[at % bins];
      information += (count / voxels) * Math.log((count * voxels) / independent);
    });
    return -information;
  };
}
