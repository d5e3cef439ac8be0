import { execFileSync } from "node:child_process";
import type { Backend } from "../src/core/backend";
import { backProjectWeighted } from "../src/core/tomography/back-project-weighted";
import { createReferenceTomographyKernels } from "../src/core/tomography/reference-tomography-kernels";
import type { TomographySpec } from "../src/core/tomography/tomography-kernels";
import { type Shape3, voxelCount } from "../src/core/volume/shape";
import { relativeDifference, TOMOGRAPHY_CASES, tomographyData } from "../src/testing/cases/tomography-cases";
import { type BenchOptions, type BenchResult, median, round } from "./bench-result";
import { openBackend } from "./open-backend";

/** The thesis's simulated tomograms, section 4.3.1. */
const SHAPE: Shape3 = [128, 512, 512];
const SLOW_SHAPE: Shape3 = [32, 32, 64];
const TILTS_DEG = Array.from({ length: 61 }, (_, i) => 2 * i - 60);
/** f32 sums in another order. */
const TOLERANCE = 1e-5;
/** Debian's own python holds its packages, also where another comes first on the path. */
const PYTHONS = ["python3", "/usr/bin/python3"];
/** Times projection and unfiltered back-projection of one square slice; prints the better of two runs, in seconds. */
const PEER_SCRIPT = `
import sys, time, numpy as np
from skimage.transform import radon, iradon
side = int(sys.argv[1])
angles = np.array([float(angle) for angle in sys.argv[2].split(",")])
y, x = np.mgrid[:side, :side] - (side - 1) / 2
slice = np.where(x * x + y * y < (side / 2 - 1) ** 2, np.random.default_rng(1).normal(size=(side, side)), 0).astype(np.float32)
best = [1e9, 1e9]
for run in range(2):
    start = time.perf_counter()
    sinogram = radon(slice, angles)
    middle = time.perf_counter()
    iradon(sinogram, angles, filter_name=None)
    best = [min(best[0], middle - start), min(best[1], time.perf_counter() - middle)]
print(*best)
`;

const breathe = async () => {};

/**
 * Seconds to project a volume of the thesis's size along 61 tilts and back, against scikit-image's radon and iradon on one
 * square slice in the same run, scaled to as many voxels. First the shared cases are compared with the reference.
 */
export async function tomographyBench(options: BenchOptions): Promise<BenchResult> {
  const { backend, slow, backends } = await openBackend(options.backend);
  try {
    const error = await largestError(backend);
    const shape = slow ? SLOW_SHAPE : SHAPE;
    const [nz, ny, nx] = shape;
    const spec: TomographySpec = { shape, imageWidth: nx, tiltsDeg: TILTS_DEG };
    const { project, backProject } = await timeKernels(backend, spec, slow ? 1 : 3);
    const value = project + backProject;
    const peer = skimage(nx);
    const peerScale = voxelCount(shape) / nx ** 2;
    const peerValue = peer && peerScale * (peer.radon + peer.iradon);
    return {
      name: "tomography",
      backend: backend.id,
      value: round(value),
      unit: "s",
      peer: `scikit-image radon + iradon (1 thread, linear, one slice of ${nx} × ${nx} times ${peerScale})`,
      peerValue: peerValue && round(peerValue),
      ratio: peerValue && round(peerValue / value),
      correct: error < TOLERANCE,
      details: {
        shape,
        tilts: TILTS_DEG.length,
        description: backend.description,
        error,
        projectSeconds: round(project),
        backProjectSeconds: round(backProject),
        // Two products and two sums for each voxel and tilt, there and back.
        gigaflops: round((2 * 4 * nz * ny * nx * TILTS_DEG.length) / 1e9 / value),
        peerRadonSeconds: peer && round(peer.radon),
        peerIradonSeconds: peer && round(peer.iradon),
        weightedBackProjectionSeconds: round(await timeWeighted(backend, spec)),
        ...(await timeFourier(backend, shape, slow ? 1 : 3)),
      },
    };
  } finally {
    backends.dispose();
  }
}

async function largestError(backend: Backend): Promise<number> {
  const errors: number[] = [];
  for (const spec of TOMOGRAPHY_CASES) {
    const { volume, images } = tomographyData(spec, 1);
    const kernels = await backend.createTomographyKernels(spec);
    const reference = createReferenceTomographyKernels(spec);
    errors.push(
      relativeDifference(await kernels.project(volume, breathe), await reference.project(volume, breathe)),
      relativeDifference(
        await kernels.backProject(images, breathe),
        await reference.backProject(images, breathe),
      ),
    );
    kernels.dispose();
  }
  return Math.max(...errors);
}

async function timeKernels(backend: Backend, spec: TomographySpec, runs: number) {
  const { volume, images } = tomographyData(spec, 1);
  const kernels = await backend.createTomographyKernels(spec);
  try {
    const project = await medianSeconds(runs, () => kernels.project(volume, breathe));
    return { project, backProject: await medianSeconds(runs, () => kernels.backProject(images, breathe)) };
  } finally {
    kernels.dispose();
  }
}

/** A whole reconstruction: images filtered by the ramp, then projected back. */
async function timeWeighted(backend: Backend, spec: TomographySpec): Promise<number> {
  const { images } = tomographyData({ ...spec, shape: [1, spec.shape[1], 1] }, 1);
  const ramp = { weighting: "ramp", window: "none", thickness: spec.shape[0] } as const;
  return medianSeconds(1, () => backProjectWeighted(images, spec, ramp, backend, breathe, () => {}));
}

/** The transforms that filters of volumes cost, beside. */
async function timeFourier(backend: Backend, shape: Shape3, runs: number) {
  const fourier = await backend.createFourier3(shape);
  try {
    const { volume } = tomographyData({ shape, imageWidth: 1, tiltsDeg: [] }, 1);
    const spectrum = await fourier.forward(volume);
    return {
      fourierForwardSeconds: round(await medianSeconds(runs, () => fourier.forward(volume))),
      fourierInverseSeconds: round(await medianSeconds(runs, () => fourier.inverse(spectrum))),
    };
  } finally {
    fourier.dispose();
  }
}

async function medianSeconds(runs: number, run: () => Promise<unknown>): Promise<number> {
  const seconds: number[] = [];
  for (let i = 0; i < runs; i++) {
    const start = performance.now();
    await run();
    seconds.push((performance.now() - start) / 1000);
  }
  return median(seconds);
}

/** Returns the peer's seconds for one slice; null where no python with scikit-image is at hand. */
function skimage(side: number): { readonly radon: number; readonly iradon: number } | null {
  const args = ["-c", PEER_SCRIPT, String(side), TILTS_DEG.join(",")];
  for (const python of PYTHONS)
    try {
      const printed = execFileSync(python, args, { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
      const [radon, iradon] = printed.trim().split(" ").map(Number);
      return { radon, iradon };
    } catch {
      // No such python, or one without the package: the next one may have it.
    }
  return null;
}
