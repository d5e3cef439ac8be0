import { expect, test } from "vitest";
import { createReferenceFourier3 } from "../fourier/fourier3";
import type { Imaging } from "../microscope/imaging";
import { uniformSequence } from "../random/philox";
import { createReferenceTomographyKernels } from "../tomography/reference-tomography-kernels";
import { type Shape3, voxelCount } from "../volume/shape";
import { createSceneImager } from "./scene-imager";

const SHAPE: Shape3 = [8, 16, 16];
const IMAGING: Imaging = {
  route: "tilt-series",
  tilts: { minTiltDeg: -60, maxTiltDeg: 60, stepDeg: 10, order: "dose-symmetric" },
  ctf: null,
  proteinIsDark: false,
  noise: { snr: 0.1, kind: "gaussian" },
  dosePerImage: 0,
  shiftErrorAngstrom: 0,
  tiltErrorDeg: 0,
  reconstruction: { method: "wbp", iterations: 1, lowPassAngstrom: null },
};
const OTHER_NOISE: Imaging = { ...IMAGING, noise: { snr: 5, kind: "gaussian" } };
const DIRECT: Imaging = { ...IMAGING, route: "direct" };
const quiet = { breathe: async () => {}, onProgress() {} };

/** An imager that tells which transforms of the whole volume and which projections it holds or has made. */
function watchedImager() {
  const uniform = uniformSequence(1, 1);
  const counts = { projected: 0, transformsHeld: 0 };
  const scene = {
    density: Float32Array.from({ length: voxelCount(SHAPE) }, uniform),
    shape: SHAPE,
    voxelSizeAngstrom: 10,
  };
  const imager = createSceneImager(scene, {
    async createTomographyKernels(spec) {
      const kernels = createReferenceTomographyKernels(spec);
      return {
        ...kernels,
        project(volume, report) {
          counts.projected++;
          return kernels.project(volume, report);
        },
      };
    },
    async createFourier3(shape) {
      const fourier = createReferenceFourier3(shape);
      if (shape !== SHAPE) return fourier;
      counts.transformsHeld++;
      return {
        ...fourier,
        dispose() {
          counts.transformsHeld--;
          fourier.dispose();
        },
      };
    },
  });
  return { counts, image: (imaging: Imaging) => imager.image(imaging, 1, quiet), dispose: imager.dispose };
}

test("other noise projects nothing anew and gives what a new imager gives", async () => {
  const { image, counts } = watchedImager();
  const first = await image(IMAGING);
  const other = await image(OTHER_NOISE);
  expect(counts.projected).toBe(1);
  expect(other).toEqual(await watchedImager().image(OTHER_NOISE));
  expect(await image(IMAGING)).toEqual(first);
  expect(counts.projected).toBe(1);
});

test("only what the newest route needs is kept", async () => {
  const { image, counts, dispose } = watchedImager();
  const direct = await image(DIRECT);
  await image(DIRECT);
  expect(counts).toEqual({ projected: 0, transformsHeld: 1 });
  const byTilts = await image(IMAGING);
  expect(counts).toEqual({ projected: 1, transformsHeld: 0 });
  expect(await image(DIRECT)).toEqual(direct);
  expect(counts).toEqual({ projected: 1, transformsHeld: 1 });
  expect(await image(IMAGING)).toEqual(byTilts);
  expect(counts).toEqual({ projected: 2, transformsHeld: 0 });
  await image(DIRECT);
  dispose();
  expect(counts.transformsHeld).toBe(0);
});
