import type { Backend } from "../backend";
import type { Progress } from "../task/task";
import type { Shape3 } from "../volume/shape";
import { delocalizationPixels } from "./delocalization";
import { imageConditions } from "./image-conditions";
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

/**
 * Returns the tilt series that a microscope records of a volume: line integrals in voxels, [tilt, ny, nx], at the true tilts; times
 * the CTF of each image's defocus and the damping by its dose, moved by its shift error; with noise to the SNR asked for.
 * CTFs are not corrected. Tilts and doses in the series are the nominal ones, defoci the true ones. `measuredSnr` is
 * var(signal)/var(noise) of what was made, null without noise (or without signal). The same volume, imaging and seed
 * give the same series. Throws as `tiltsOf` does. Holds the series once beside the volume; costs the projection and two transforms per image.
 */
export async function simulateTiltSeries(
  volume: SimulatedVolume,
  imaging: Imaging,
  seed: number,
  backend: Pick<Backend, "createTomographyKernels" | "createFourier3">,
  breathe: () => Promise<void>,
  onProgress: (progress: Progress<never>) => void,
): Promise<{ readonly series: TiltSeries; readonly measuredSnr: number | null }> {
  const [, height, width] = volume.shape;
  const { voxelSizeAngstrom } = volume;
  const conditions = imageConditions(imaging, seed);
  const count = conditions.length;
  const report = async (step: number, done: number, note: string) => {
    onProgress({ done: step * count + done, total: 3 * count, note });
    await breathe();
  };
  const kernels = await backend.createTomographyKernels({
    shape: volume.shape,
    imageWidth: width,
    tiltsDeg: conditions.map(({ trueTiltDeg }) => trueTiltDeg),
  });
  const project = kernels.project(volume.values, (fraction) => report(0, fraction * count, "projection"));
  const images = await project.finally(() => kernels.dispose());
  const imageAt = (i: number) => images.subarray(i * height * width, (i + 1) * height * width);
  const { ctf, dosePerImage, shiftErrorAngstrom, proteinIsDark } = imaging;
  if (ctf || dosePerImage > 0 || shiftErrorAngstrom > 0) {
    const defoci = conditions.map(({ defocusMicrometre }) => defocusMicrometre);
    const reach = ctf ? delocalizationPixels(ctf.voltageKv, defoci, voxelSizeAngstrom) : 0;
    const farthest = conditions.reduce(
      (most, { shiftAngstrom: { x, y } }) => Math.max(most, Math.abs(x), Math.abs(y)),
      0,
    );
    const margin = LEAST_MARGIN + 2 * reach + Math.ceil(farthest / voxelSizeAngstrom);
    const filter = await createImageFilter(height, width, margin, backend);
    try {
      for (const [i, condition] of conditions.entries()) {
        const transfer = imageTransfer(imaging, condition);
        const table = createRadialTable(
          (f2) => transfer(f2 / voxelSizeAngstrom ** 2),
          filter.maxFrequencySquared,
        );
        const { x, y } = condition.shiftAngstrom;
        const shift = { x: x / voxelSizeAngstrom, y: y / voxelSizeAngstrom };
        imageAt(i).set(await filter.apply(imageAt(i), table, shift));
        await report(1, i + 1, `image ${i + 1} of ${count}`);
      }
    } finally {
      filter.dispose();
    }
  } else if (proteinIsDark) for (let i = 0; i < images.length; i++) images[i] = -images[i];

  const signal = statisticsOf(images);
  const addNoise = imageNoise(imaging, signal, voxelSizeAngstrom, seed);
  let noiseVariance = 0;
  for (let i = 0; addNoise && i < count; i++) {
    const image = imageAt(i);
    const clean = image.slice();
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
  return { series, measuredSnr: addNoise ? signal.variance / noiseVariance : null };
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
