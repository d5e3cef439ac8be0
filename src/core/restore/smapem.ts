import type { Backend } from "../backend";
import { ComputeError } from "../errors";
import { filterLength } from "../tomography/row-filter";
import type { TomographyKernels, TomographySpec } from "../tomography/tomography-kernels";
import { voxelCount } from "../volume/shape";

export interface SmapemSettings {
  /** Deviations in pixels of the Gaussians that filter the projections, one level after the other; 0 takes them as they are. */
  readonly filterSigmas: readonly number[];
  /** Of each level. */
  readonly iterations: number;
  /** How much the median prior weighs: 0 is plain expectation maximization, 1 draws every pixel to its neighbours' median. */
  readonly priorWeight: number;
}

/** More iterations fill more of the wedge and more of the noise; the prior hardly matters where there is little. */
export const SMAPEM_DEFAULTS: SmapemSettings = { filterSigmas: [2, 1, 0], iterations: 50, priorWeight: 0.1 };

/** Sums of a ray or a voxel below this share of the largest say nothing: they just graze the section. */
const LEAST_SHARE = 1e-3;
/** Keeps quotients finite, relative to the mean density. */
const LEAST_DENSITY = 1e-6;

/**
 * Returns the section [nz, ny, nx] (thesis: one, ny = 1; rows along y do not mix) of projections [tilt, ny, width] by sequential
 * maximum a posteriori expectation maximization: x ← x / (1 + w·(x − M)/M) · Aᵀ(b / A x) / Aᵀ1, M the median of the 3 × 3
 * neighbours in xz, from coarsely filtered projections to fine ones, each level going on from the one before. What has no evidence
 * in the projections stays as smooth as the level that it began with, which is how the wedge fills. Densities are taken to be 0
 * or more, so negative projections count as 0: add a constant before where there are others. Line integrals in voxels in,
 * density out. Costs two projections per iteration. Throws "bad-input" where no projection is above 0. Source: Paavolainen et al.
 * 2014, doi 10.1371/journal.pone.0108978, with the median root prior of Alenius & Ruotsalainen 1997, doi 10.1007/BF01728761; levels
 * and weights are ours.
 */
export async function smapem(
  projections: Float32Array,
  spec: TomographySpec,
  { filterSigmas, iterations, priorWeight }: SmapemSettings,
  backend: Pick<Backend, "createTomographyKernels">,
  breathe: () => Promise<void>,
): Promise<Float32Array<ArrayBuffer>> {
  const kernels = await backend.createTomographyKernels(spec);
  try {
    const perRay = await kernels.project(new Float32Array(voxelCount(spec.shape)).fill(1), breathe);
    const perVoxel = await kernels.backProject(new Float32Array(projections.length).fill(1), breathe);
    const mean = meanDensity(projections, perRay);
    const least = LEAST_DENSITY * mean;
    const leastRay = LEAST_SHARE * largest(perRay);
    const leastVoxel = LEAST_SHARE * largest(perVoxel);
    const x = new Float32Array(perVoxel.length).fill(mean);
    for (const sigma of filterSigmas) {
      const measured = await filtered(projections, spec, sigma, kernels, breathe);
      for (let iteration = 0; iteration < iterations; iteration++) {
        const ratios = await kernels.project(x, breathe);
        for (let i = 0; i < ratios.length; i++) {
          const isSeen = perRay[i] > leastRay;
          ratios[i] = isSeen ? Math.max(0, measured[i]) / Math.max(ratios[i], least * perRay[i]) : 1;
        }
        const gain = await kernels.backProject(ratios, breathe);
        const medians = mediansXz(x, spec.shape);
        for (let i = 0; i < x.length; i++) {
          const median = Math.max(medians[i], least);
          const prior = 1 + (priorWeight * (x[i] - median)) / median;
          if (perVoxel[i] > leastVoxel) x[i] *= gain[i] / perVoxel[i] / prior;
        }
        await breathe();
      }
    }
    return x;
  } finally {
    kernels.dispose();
  }
}

const largest = (values: Float32Array) => values.reduce((most, value) => Math.max(most, value), 0);

/** The density that, everywhere the same, gives as much as the projections. */
function meanDensity(projections: Float32Array, perRay: Float32Array): number {
  let [seen, rays] = [0, 0];
  for (let i = 0; i < projections.length; i++) {
    seen += Math.max(0, projections[i]);
    rays += perRay[i];
  }
  if (seen > 0) return seen / rays;
  throw new ComputeError("bad-input", "sMAPEM needs projections of densities above 0; there are none.");
}

/** Low-passes the projections by a Gaussian of `sigma` pixels. */
async function filtered(
  projections: Float32Array,
  { imageWidth, tiltsDeg }: TomographySpec,
  sigma: number,
  kernels: TomographyKernels,
  breathe: () => Promise<void>,
): Promise<Float32Array> {
  const images = Float32Array.from(projections);
  if (sigma <= 0) return images;
  const length = filterLength(imageWidth);
  const factors = Float32Array.from({ length }, (_, k) => {
    const frequency = Math.min(k, length - k) / length;
    return Math.exp(-2 * (Math.PI * sigma * frequency) ** 2);
  });
  await kernels.filterImages(
    images,
    tiltsDeg.map(() => factors),
    breathe,
  );
  return images;
}

/** The median of each voxel's 3 × 3 neighbours in its xz section; the border is repeated outwards. */
function mediansXz(x: Float32Array, [nz, ny, nx]: TomographySpec["shape"]): Float32Array {
  const medians = new Float32Array(x.length);
  const around = new Float32Array(9);
  const within = (at: number, length: number) => Math.min(length - 1, Math.max(0, at));
  for (let z = 0, i = 0; z < nz; z++)
    for (let y = 0; y < ny; y++)
      for (let column = 0; column < nx; column++, i++) {
        for (let n = 0; n < 9; n++) {
          const row = within(z + Math.floor(n / 3) - 1, nz) * ny + y;
          around[n] = x[row * nx + within(column + (n % 3) - 1, nx)];
        }
        medians[i] = around.sort()[4];
      }
  return medians;
}
