import type { Backend } from "../backend";
import { ComputeError } from "../errors";
import { measureWedge } from "../fourier/measure-wedge";
import { type Wedge, wedgeMask } from "../fourier/wedge";
import { findRing, type Ring, ringCompleteness, type SectionImage } from "../metrics/ring-completeness";
import { estimateSigma } from "../restore/estimate-sigma";
import { restoreMissingWedge } from "../restore/mwr";
import { robustScale } from "../restore/robust-scale";
import type { TaskContext } from "../task/task";
import type { Shape3 } from "../volume/shape";

const LEAST_SIGMA = 0.05;
const DEFAULT_BETA = 4e-5;
/** A tube may lean on y: over more sections its wall would blur. */
const SLAB_SECTIONS = 5;

export interface TubeInputs {
  /** Protein bright, a tube roughly along y. */
  readonly values: Float32Array;
  readonly shape: Shape3;
  /** Between which the wall's radius lies, in voxels. */
  readonly radii: readonly [least: number, most: number];
  /** What the spectrum shows where null. */
  readonly wedge: Wedge | null;
  readonly iterations: number;
  readonly burnIn: number;
  readonly seed: number;
  readonly backend: Backend;
}

/** A tube's cross-section in xz, the mean of a few sections. */
export interface TubeSection {
  /** The middle of the sections, along y. */
  readonly y: number;
  readonly before: SectionImage;
  readonly after: SectionImage;
  /** Found in both together. */
  readonly ring: Ring;
  readonly completenessBefore: number;
  readonly completenessAfter: number;
}

export interface TubeResult {
  readonly wedge: Wedge;
  /** In units of the robust range, as is what the chain adds. */
  readonly sigma: number;
  readonly acceptanceRate: number;
  readonly sections: readonly TubeSection[];
  /** Means over the sections. */
  readonly completenessBefore: number;
  readonly completenessAfter: number;
}

/**
 * Restores a volume with a tube along y (a microtubule) and tells how much of the wall is there in its cross-sections before and
 * after: a wedge about y takes the wall away where it lies across the beam. Costs one chain. Throws "bad-input" where the
 * volume is too small for a ring of these radii, or its spectrum shows no wedge and none is given.
 */
export async function tubeExperiment(
  inputs: TubeInputs,
  { breathe, onProgress }: Pick<TaskContext<never>, "breathe" | "onProgress">,
): Promise<TubeResult> {
  const { shape, iterations, burnIn, seed, backend } = inputs;
  const wedge = inputs.wedge ?? measureWedge(inputs.values, shape, "y");
  if (!wedge)
    throw new ComputeError(
      "bad-input",
      "The spectrum shows no missing wedge: say which tilts were recorded.",
    );
  const { offset, range } = robustScale(inputs.values);
  const measured = inputs.values.map((value) => (value - offset) / range);
  const sampled = wedgeMask(shape, wedge);
  const sigma = Math.max(LEAST_SIGMA, estimateSigma(measured, shape, sampled));
  const kernels = await backend.createMwrKernels({
    shape,
    sampled,
    measured,
    transform: "pp-fft",
    denoiser: { id: "bm4d" },
    energy: "l2",
    breathe,
  });
  let done = 0;
  const counted = {
    ...kernels,
    async decide(...args: Parameters<typeof kernels.decide>) {
      await kernels.decide(...args);
      onProgress({ done: ++done, total: iterations, note: `iteration ${done} of ${iterations}` });
    },
  };
  const settings = { iterations, burnIn, sigma, beta: DEFAULT_BETA, autoBeta: true, seed };
  try {
    const { mean, acceptanceRate } = await restoreMissingWedge(counted, measured, settings, breathe);
    const sections = sectionsOf(measured, mean, shape, inputs.radii);
    const meanOf = (value: (section: TubeSection) => number) =>
      sections.reduce((sum, section) => sum + value(section) / sections.length, 0);
    return {
      wedge,
      sigma,
      acceptanceRate,
      sections,
      completenessBefore: meanOf((section) => section.completenessBefore),
      completenessAfter: meanOf((section) => section.completenessAfter),
    };
  } finally {
    kernels.dispose();
  }
}

function sectionsOf(
  before: Float32Array,
  after: Float32Array,
  shape: Shape3,
  radii: TubeInputs["radii"],
): TubeSection[] {
  const sections: TubeSection[] = [];
  for (let y0 = 0; y0 + SLAB_SECTIONS <= shape[1]; y0 += SLAB_SECTIONS) {
    const images = [sectionMean(before, shape, y0), sectionMean(after, shape, y0)] as const;
    const both = images[0].values.map((value, i) => value + images[1].values[i]);
    const ring = findRing({ ...images[0], values: both }, radii);
    if (!ring) continue;
    sections.push({
      y: y0 + Math.floor(SLAB_SECTIONS / 2),
      before: images[0],
      after: images[1],
      ring,
      completenessBefore: ringCompleteness(images[0], ring),
      completenessAfter: ringCompleteness(images[1], ring),
    });
  }
  if (sections.length > 0) return sections;
  const sentence = `A volume of ${shape.join(" × ")} voxels (z, y, x) has no room for a ring of ${radii.join(" to ")} voxels in xz.`;
  throw new ComputeError("bad-input", sentence, { shape });
}

/** The mean of the sections from y0 on, as an image with x to the right and z downwards. */
function sectionMean(values: Float32Array, [nz, ny, nx]: Shape3, y0: number): SectionImage {
  const mean = new Float32Array(nz * nx);
  for (let z = 0; z < nz; z++)
    for (let y = y0; y < y0 + SLAB_SECTIONS; y++)
      for (let x = 0; x < nx; x++) mean[z * nx + x] += values[(z * ny + y) * nx + x] / SLAB_SECTIONS;
  return { width: nx, height: nz, values: mean };
}
