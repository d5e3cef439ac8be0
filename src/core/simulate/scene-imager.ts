import type { Backend } from "../backend";
import { correctTiltSeries } from "../microscope/correct-tilt-series";
import { createDirectMicroscope, type DirectMicroscope } from "../microscope/degrade-directly";
import type { Imaging, TiltSeries } from "../microscope/imaging";
import { createTiltMicroscope, type TiltMicroscope } from "../microscope/simulate-tilt-series";
import type { Progress, TaskContext } from "../task/task";
import { reconstruct } from "../tomography/reconstruct";
import type { Scene } from "./build-scene";

/** What a microscope gives of a scene. */
interface SceneImage {
  /** Of the scene's shape. */
  readonly tomogram: Float32Array<ArrayBuffer>;
  /** As recorded, its CTF not corrected; null where the route is direct. */
  readonly series: TiltSeries | null;
  /** var(signal)/var(noise) of the projections; null without noise. */
  readonly measuredSnr: number | null;
}

type Surroundings = Pick<TaskContext, "breathe" | "onProgress">;

/** Images one scene, as often as wanted: what only depends on the scene is kept from one time to the next. */
export interface SceneImager {
  /** The same imaging and seed give the same image, and another imaging the same noise in proportion. */
  image(imaging: Imaging, seed: number, surroundings: Surroundings): Promise<SceneImage>;
  dispose(): void;
}

/** Returns the part of a progress that goes from one share of the whole to another. */
export function progressPart(
  { onProgress }: Pick<TaskContext, "onProgress">,
  from: number,
  to: number,
): (progress: Progress<never>) => void {
  return ({ done, total, note }) => {
    const share = total > 0 ? Math.min(1, done / total) : 0;
    onProgress({ done: from + (to - from) * share, total: 1, note });
  };
}

/**
 * Returns the imager of a scene. It keeps what the newest route needs again: the direct one the spectra of the scene and of
 * the noise, that by tilts the newest series without its noise, so that a change of the SNR projects nothing anew.
 */
export function createSceneImager(
  { density, shape, voxelSizeAngstrom }: Pick<Scene, "density" | "shape" | "voxelSizeAngstrom">,
  backend: Pick<Backend, "createTomographyKernels" | "createFourier3">,
): SceneImager {
  let release = () => {};
  let direct: DirectMicroscope | null = null;
  let byTilts: TiltMicroscope | null = null;

  async function prepareDirect(): Promise<DirectMicroscope> {
    const fourier = await backend.createFourier3(shape);
    try {
      const microscope = await createDirectMicroscope(density, shape, voxelSizeAngstrom, fourier);
      release = () => fourier.dispose();
      return microscope;
    } catch (error) {
      fourier.dispose();
      throw error;
    }
  }

  async function imageDirectly(imaging: Imaging, seed: number, { breathe, onProgress }: Surroundings) {
    byTilts = null;
    onProgress({ done: 0, total: 1, note: "wedge, CTF and noise" });
    direct ??= await prepareDirect();
    await breathe();
    const { values, measuredSnr } = await direct.image(imaging, seed, breathe);
    return { tomogram: values, series: null, measuredSnr };
  }

  async function imageByTilts(imaging: Imaging, seed: number, surroundings: Surroundings) {
    release();
    release = () => {};
    direct = null;
    const { breathe } = surroundings;
    byTilts ??= createTiltMicroscope({ values: density, shape, voxelSizeAngstrom }, backend);
    const recording = progressPart(surroundings, 0, 0.4);
    const { series, measuredSnr } = await byTilts.record(imaging, seed, breathe, recording);
    const correcting = progressPart(surroundings, 0.4, 0.5);
    const corrected = imaging.ctf
      ? await correctTiltSeries(series, imaging.ctf, backend, breathe, correcting)
      : series;
    const reconstructing = progressPart(surroundings, 0.5, 1);
    const tomogram = await reconstruct(
      corrected,
      shape,
      imaging.reconstruction,
      backend,
      breathe,
      reconstructing,
    );
    return { tomogram, series, measuredSnr };
  }

  return {
    image: (imaging, seed, surroundings) =>
      imaging.route === "direct"
        ? imageDirectly(imaging, seed, surroundings)
        : imageByTilts(imaging, seed, surroundings),
    dispose: () => release(),
  };
}
