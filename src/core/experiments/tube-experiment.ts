import type { Backend } from "../backend";
import { ComputeError } from "../errors";
import { measureWedge } from "../fourier/measure-wedge";
import { type Wedge, wedgeMask } from "../fourier/wedge";
import {
  findRing,
  type Ring,
  ringCompleteness,
  type SectionImage,
  valueAt,
} from "../metrics/ring-completeness";
import { estimateSigma } from "../restore/estimate-sigma";
import { restoreMissingWedge } from "../restore/mwr";
import { robustScale } from "../restore/robust-scale";
import type { TaskContext } from "../task/task";
import type { Shape3 } from "../volume/shape";

const LEAST_SIGMA = 0.05;
const DEFAULT_BETA = 4e-5;
/** A tube may lean on y: over more sections its wall would blur where it is looked for. */
const SLAB_SECTIONS = 5;
/** Its axis is a parabola, of which rings further away in pixels are none of its own. */
const MOST_FROM_AXIS = 3;
const FITS = 5;
/** Half the side of the mean cross-section, in radii of the wall. */
const REACH = 1.5;

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

/** A tube's cross-section in xz, the mean along its axis. */
interface TubeSection {
  readonly before: SectionImage;
  readonly after: SectionImage;
  /** Found in both together. */
  readonly ring: Ring;
}

export interface TubeResult extends TubeSection {
  readonly wedge: Wedge;
  /** In units of the robust range, as is what the chain adds. */
  readonly sigma: number;
  readonly acceptanceRate: number;
  /** See `ringCompleteness`. */
  readonly completenessBefore: number;
  readonly completenessAfter: number;
}

/**
 * Restores a volume with a tube along y (a microtubule) and tells how much of the wall is there in its cross-section before and
 * after: a wedge about y takes the wall away where it lies across the beam. The cross-section is the mean along the tube's axis, so
 * that it is not noise that is judged. Costs one chain. Throws "bad-input" where the
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
    const section = meanSection(measured, mean, shape, inputs.radii);
    return {
      ...section,
      wedge,
      sigma,
      acceptanceRate,
      completenessBefore: ringCompleteness(section.before, section.ring),
      completenessAfter: ringCompleteness(section.after, section.ring),
    };
  } finally {
    kernels.dispose();
  }
}

function meanSection(
  before: Float32Array,
  after: Float32Array,
  shape: Shape3,
  radii: TubeInputs["radii"],
): TubeSection {
  const slabs = Array.from({ length: Math.floor(shape[1] / SLAB_SECTIONS) }, (_, i) => {
    const images = [before, after].map((values) => slabMean(values, shape, i * SLAB_SECTIONS));
    return { images, ring: findRing(sum(images), radii) };
  });
  const rings = slabs.map(({ ring }) => ring).filter((ring) => ring !== null);
  if (rings.length === 0 || rings.length < slabs.length) {
    const sentence = `A volume of ${shape.join(" × ")} voxels (z, y, x) has no room for a ring of ${radii.map((radius) => radius.toFixed(1)).join(" to ")} voxels in xz.`;
    throw new ComputeError("bad-input", sentence, { shape });
  }
  const axis = fittedAxis(rings);
  const half = Math.ceil(REACH * radii[1]);
  const [meanBefore, meanAfter] = [0, 1].map((n) =>
    sum(slabs.map(({ images }, i) => recentred(images[n], axis(i), half))),
  );
  const ring = findRing(sum([meanBefore, meanAfter]), radii);
  return {
    before: meanBefore,
    after: meanAfter,
    ring: ring ?? { x: half, y: half, radius: (radii[0] + radii[1]) / 2 },
  };
}

function sum(images: readonly SectionImage[]): SectionImage {
  const values = new Float32Array(images[0].values.length);
  for (const image of images) for (let i = 0; i < values.length; i++) values[i] += image.values[i];
  return { ...images[0], values };
}

/** Returns the centre of the tube in slab i: the parabola through the rings' centres, without those that lie far from it. */
function fittedAxis(rings: readonly Ring[]): (slab: number) => { readonly x: number; readonly y: number } {
  let members = rings.map((_, i) => i);
  let axis = (_: number) => ({ x: 0, y: 0 });
  for (let fit = 0; fit < FITS; fit++) {
    const x = fittedParabola(members, (i) => rings[i].x);
    const y = fittedParabola(members, (i) => rings[i].y);
    axis = (i) => ({ x: x(i), y: y(i) });
    // The limit narrows, so that one far ring does not drag the first fit away from the others.
    const limit = MOST_FROM_AXIS * (FITS - fit);
    const near = rings.flatMap((ring, i) => (Math.hypot(ring.x - x(i), ring.y - y(i)) <= limit ? [i] : []));
    if (near.length >= 3) members = near;
  }
  return axis;
}

/** Least squares on an orthogonal basis of 1, t and t²; of lower degree where there are fewer points. */
function fittedParabola(points: readonly number[], valueAt: (i: number) => number): (t: number) => number {
  const middle = points.reduce((total, i) => total + i / points.length, 0);
  const dot = (f: (t: number) => number, g: (t: number) => number) =>
    points.reduce((total, i) => total + f(i) * g(i), 0);
  const linear = (t: number) => t - middle;
  const spread = dot(linear, linear) || 1;
  const cubic = points.reduce((total, i) => total + linear(i) ** 3, 0);
  const square = (t: number) => linear(t) ** 2 - spread / points.length - (cubic / spread) * linear(t);
  const basis = [() => 1, linear, square];
  const factors = basis.map((f) => dot(f, valueAt) / (dot(f, f) || 1));
  return (t) => basis.reduce((total, f, i) => total + factors[i] * f(t), 0);
}

/** The square of side 2 · half + 1 about a centre. */
function recentred(
  image: SectionImage,
  { x, y }: { readonly x: number; readonly y: number },
  half: number,
): SectionImage {
  const side = 2 * half + 1;
  const values = Float32Array.from({ length: side * side }, (_, i) =>
    valueAt(image, x + (i % side) - half, y + Math.floor(i / side) - half),
  );
  return { width: side, height: side, values };
}

/** The mean of the sections from y0 on, as an image with x to the right and z downwards. */
function slabMean(values: Float32Array, [nz, ny, nx]: Shape3, y0: number): SectionImage {
  const mean = new Float32Array(nz * nx);
  for (let z = 0; z < nz; z++)
    for (let y = y0; y < y0 + SLAB_SECTIONS; y++)
      for (let x = 0; x < nx; x++) mean[z * nx + x] += values[(z * ny + y) * nx + x] / SLAB_SECTIONS;
  return { width: nx, height: nz, values: mean };
}
