import type { Backend } from "../backend";
import type { Progress } from "../task/task";
import type { Shape3 } from "../volume/shape";
import { delocalizationPixels } from "./delocalization";
import { type ImageConditions, imageConditions } from "./image-conditions";
import { createImageFilter } from "./image-filter";
import { imageNoise, type SignalStatistics } from "./image-noise";
import { imageTransfer } from "./image-transfer";
import type { Imaging, TiltSeries } from "./imaging";
import { createRadialTable } from "./radial-table";

/** Pixels by which the margin of an image exceeds its delocalization. */
const LEAST_MARGIN = 16;

export interface SimulatedVolume {
  /** Density above the solvent, which is 0 as the vacuum beyond the box is. */
  readonly values: Float32Array;
  readonly shape: Shape3;
  readonly voxelSizeAngstrom: number;
}

type Backends = Pick<Backend, "createTomographyKernels" | "createFourier3">;
type Report = (step: number, done: number, note: string) => Promise<void>;

interface RecordedSeries {
  readonly series: TiltSeries;
  /** var(signal)/var(noise) of what was made; null without noise or without signal. */
  readonly measuredSnr: number | null;
}

/** Records tilt series of one volume. */
export interface TiltMicroscope {
  /**
   * Returns the tilt series under `imaging`: line integrals in voxels, [tilt, ny, nx], at the true tilts; times the CTF of each
   * image's defocus and the damping by its dose, moved by its shift error; with noise to the SNR asked for. CTFs are not corrected.
   * Tilts and doses in the series are the nominal ones, defoci the true ones. The same imaging and seed give the same series.
   * Throws as `tiltsOf` does. Costs the projection and two transforms per image, and the noise alone where nothing else changes.
   */
  record(
    imaging: Imaging,
    seed: number,
    breathe: () => Promise<void>,
    onProgress: (progress: Progress<never>) => void,
  ): Promise<RecordedSeries>;
}

/** What a series is without its noise. */
interface Signal {
  readonly images: Float32Array;
  readonly statistics: SignalStatistics;
}

/** Returns the microscope for a volume. It holds the newest series without its noise, beside the one that it gives. */
export function createTiltMicroscope(volume: SimulatedVolume, backend: Backends): TiltMicroscope {
  const [, height, width] = volume.shape;
  const { voxelSizeAngstrom } = volume;
  let kept: { readonly key: string; readonly signal: Signal } | null = null;

  async function signalOf(
    imaging: Imaging,
    seed: number,
    conditions: readonly ImageConditions[],
    report: Report,
  ): Promise<Signal> {
    const key = signalKey(imaging, seed);
    if (kept?.key === key) return kept.signal;
    kept = null; // two at once would be too many
    const signal = await recordSignal(volume, imaging, conditions, backend, report);
    kept = { key, signal };
    return signal;
  }

  return {
    async record(imaging, seed, breathe, onProgress) {
      const conditions = imageConditions(imaging, seed);
      const count = conditions.length;
      const report: Report = async (step, done, note) => {
        onProgress({ done: step * count + done, total: 3 * count, note });
        await breathe();
      };
      const signal = await signalOf(imaging, seed, conditions, report);
      const images = signal.images.slice();
      const addNoise = imageNoise(imaging, signal.statistics, voxelSizeAngstrom, seed);
      let noiseVariance = 0;
      for (let i = 0; addNoise && i < count; i++) {
        const [image, clean] = [images, signal.images].map((all) => imageOf(all, i, volume.shape));
        addNoise(image, i);
        for (let p = 0; p < clean.length; p++) noiseVariance += (image[p] - clean[p]) ** 2 / images.length;
        await report(2, i + 1, `noise of image ${i + 1} of ${count}`);
      }
      const series = {
        images,
        height,
        width,
        pixelSizeAngstrom: voxelSizeAngstrom,
        tiltsDeg: conditions.map(({ tiltDeg }) => tiltDeg),
        defociMicrometre: conditions.map(({ defocusMicrometre }) => defocusMicrometre),
        priorDoses: conditions.map(({ priorDose }) => priorDose),
      };
      return { series, measuredSnr: addNoise ? signal.statistics.variance / noiseVariance : null };
    },
  };
}

/** Says what a signal depends on: all of the imaging but what comes after it. */
function signalKey({ noise: _noise, reconstruction: _reconstruction, ctf, ...rest }: Imaging, seed: number) {
  return JSON.stringify([seed, ctf && { ...ctf, correction: null }, rest]);
}

const imageOf = (images: Float32Array, i: number, [, height, width]: Shape3) =>
  images.subarray(i * height * width, (i + 1) * height * width);

/** Projects the volume and lets the microscope act on each image. */
async function recordSignal(
  volume: SimulatedVolume,
  imaging: Imaging,
  conditions: readonly ImageConditions[],
  backend: Backends,
  report: Report,
): Promise<Signal> {
  const count = conditions.length;
  const kernels = await backend.createTomographyKernels({
    shape: volume.shape,
    imageWidth: volume.shape[2],
    tiltsDeg: conditions.map(({ trueTiltDeg }) => trueTiltDeg),
  });
  const project = kernels.project(volume.values, (fraction) => report(0, fraction * count, "projection"));
  const images = await project.finally(() => kernels.dispose());
  const { ctf, dosePerImage, shiftErrorAngstrom, proteinIsDark } = imaging;
  if (ctf || dosePerImage > 0 || shiftErrorAngstrom > 0)
    await filterImages(images, volume, imaging, conditions, backend, report);
  else if (proteinIsDark) for (let i = 0; i < images.length; i++) images[i] = -images[i];
  return { images, statistics: statisticsOf(images) };
}

/** Contrast transfer, damping by the dose and shift of each image, in place. */
async function filterImages(
  images: Float32Array,
  { shape, voxelSizeAngstrom }: SimulatedVolume,
  imaging: Imaging,
  conditions: readonly ImageConditions[],
  backend: Backends,
  report: Report,
): Promise<void> {
  const { ctf } = imaging;
  const defoci = conditions.map(({ defocusMicrometre }) => defocusMicrometre);
  const reach = ctf ? delocalizationPixels(ctf.voltageKv, defoci, voxelSizeAngstrom) : 0;
  const farthest = conditions.reduce(
    (most, { shiftAngstrom: { x, y } }) => Math.max(most, Math.abs(x), Math.abs(y)),
    0,
  );
  const margin = LEAST_MARGIN + 2 * reach + Math.ceil(farthest / voxelSizeAngstrom);
  const filter = await createImageFilter(shape[1], shape[2], margin, backend);
  try {
    for (const [i, condition] of conditions.entries()) {
      const transfer = imageTransfer(imaging, condition);
      const table = createRadialTable(
        (f2) => transfer(f2 / voxelSizeAngstrom ** 2),
        filter.maxFrequencySquared,
      );
      const { x, y } = condition.shiftAngstrom;
      const shift = { x: x / voxelSizeAngstrom, y: y / voxelSizeAngstrom };
      const image = imageOf(images, i, shape);
      image.set(await filter.apply(image, table, shift));
      await report(1, i + 1, `image ${i + 1} of ${conditions.length}`);
    }
  } finally {
    filter.dispose();
  }
}

function statisticsOf(values: Float32Array): SignalStatistics {
  let mean = 0;
  let min = Number.POSITIVE_INFINITY;
  for (const value of values) {
    mean += value;
    if (value < min) min = value;
  }
  mean /= values.length;
  let squares = 0;
  for (const value of values) squares += (value - mean) ** 2;
  return { mean, variance: squares / values.length, min };
}
