import type { Shape3 } from "../volume/shape";
import { createPatchGaussian } from "./patch-gaussian";
import { denoiseSections, type Section } from "./sections";

const SIDE = 5;
const PATCH = SIDE * SIDE;
const SEARCH_RADIUS = 14;
/** Similar patches of the first step, whose covariance must be safe to invert, and of the second. */
const GROUP = 60;
const SECOND_GROUP = 40;
/**
 * A group whose variance is below this many times that of the noise is flat. The paper has 1.05, which takes faint blobs for flat:
 * on phantoms 0.8 dB worse at sigma = 0.25.
 */
const FLAT = 0.95;

type Breathe = () => Promise<void>;

/**
 * Returns the volume whose every z-section is denoised by NL-Bayes for white noise of deviation `sigma`: the patches of 5 × 5
 * most similar to a reference within 14 pixels are taken for samples of one Gaussian, of which mean and covariance tell the
 * likeliest clean patches; a second step does the same with mean and covariance from the result of the first. Flat groups become
 * their mean. Patches of a group are not references again. The input is kept; sections must be at least 5 × 5;
 * `breathe` is called after each row of references. About 50 µs per voxel.
 * Source: Lebrun, Buades, Morel 2013, doi 10.1137/120874989.
 */
export async function nlBayes(
  values: Float32Array,
  shape: Shape3,
  sigma: number,
  breathe: Breathe,
): Promise<Float32Array<ArrayBuffer>> {
  if (!(sigma > 0)) return Float32Array.from(values);
  return denoiseSections(values, shape, SIDE, async (section) => {
    const basic = await runStep(section, null, sigma * sigma, breathe);
    return runStep(section, { ...section, pixels: basic }, sigma * sigma, breathe);
  });
}

/** The first step, or the second where the result of the first is given. */
async function runStep(
  section: Section,
  basic: Section | null,
  variance: number,
  breathe: Breathe,
): Promise<Float32Array<ArrayBuffer>> {
  const { ny, nx } = section;
  const mostPatches = basic ? SECOND_GROUP : GROUP;
  const search = createPatchSearch(basic ?? section, mostPatches);
  const noisy = new Float64Array(mostPatches * PATCH);
  const model = basic ? new Float64Array(noisy.length) : noisy;
  const estimate = new Float64Array(noisy.length);
  const estimateByGaussian = createPatchGaussian(PATCH, mostPatches);
  const aggregate = createAggregate(section);
  const isDone = new Uint8Array(ny * nx);

  for (let y = 0; y <= ny - SIDE; y++) {
    for (let x = 0; x <= nx - SIDE; x++) {
      if (isDone[y * nx + x]) continue;
      const starts = search(y, x);
      const length = starts.length * PATCH;
      gather(section, starts, noisy);
      if (basic) gather(basic, starts, model);
      if (varianceOf(noisy, length) <= FLAT * variance) estimate.fill(meanOf(model, length), 0, length);
      else estimateByGaussian(noisy, model, starts.length, variance, basic ? variance : 0, estimate);
      aggregate.add(estimate, starts);
      for (const start of starts) isDone[start] = 1;
    }
    await breathe();
  }
  return aggregate.mean();
}

/** Returns what finds the starts of the patches nearest to the one at (y, x), itself first; overwritten by the next call. */
function createPatchSearch({ pixels, ny, nx }: Section, mostPatches: number) {
  const starts = new Int32Array(mostPatches);
  const distances = new Float64Array(mostPatches);

  const distance = (a: number, b: number): number => {
    let sum = 0;
    for (let row = 0; row < SIDE * nx; row += nx)
      for (let i = row; i < row + SIDE; i++) {
        const difference = pixels[a + i] - pixels[b + i];
        sum += difference * difference;
      }
    return sum;
  };

  const insert = (start: number, d: number, count: number): number => {
    if (count === mostPatches && d >= distances[count - 1]) return count;
    let slot = Math.min(count, mostPatches - 1);
    for (; slot > 1 && distances[slot - 1] > d; slot--) {
      distances[slot] = distances[slot - 1];
      starts[slot] = starts[slot - 1];
    }
    distances[slot] = d;
    starts[slot] = start;
    return Math.min(count + 1, mostPatches);
  };

  return (y: number, x: number): Int32Array => {
    const reference = y * nx + x;
    starts[0] = reference;
    let count = 1;
    for (let cy = Math.max(0, y - SEARCH_RADIUS); cy <= Math.min(ny - SIDE, y + SEARCH_RADIUS); cy++)
      for (let cx = Math.max(0, x - SEARCH_RADIUS); cx <= Math.min(nx - SIDE, x + SEARCH_RADIUS); cx++) {
        const candidate = cy * nx + cx;
        if (candidate !== reference) count = insert(candidate, distance(reference, candidate), count);
      }
    return starts.subarray(0, count);
  };
}

function gather({ pixels, nx }: Section, starts: Int32Array, patches: Float64Array): void {
  let at = 0;
  for (const start of starts)
    for (let y = 0; y < SIDE; y++) for (let x = 0; x < SIDE; x++) patches[at++] = pixels[start + y * nx + x];
}

/** The plain mean of what all patches say of each pixel. */
function createAggregate({ pixels, nx }: Section) {
  const sums = new Float64Array(pixels.length);
  const counts = new Float64Array(pixels.length);
  return {
    add(patches: Float64Array, starts: Int32Array): void {
      let at = 0;
      for (const start of starts)
        for (let y = 0; y < SIDE; y++)
          for (let x = 0; x < SIDE; x++) {
            sums[start + y * nx + x] += patches[at++];
            counts[start + y * nx + x]++;
          }
    },
    mean: () => Float32Array.from(sums, (sum, i) => sum / counts[i]),
  };
}

function meanOf(values: Float64Array, length: number): number {
  let sum = 0;
  for (let i = 0; i < length; i++) sum += values[i];
  return sum / length;
}

function varianceOf(values: Float64Array, length: number): number {
  const mean = meanOf(values, length);
  let sum = 0;
  for (let i = 0; i < length; i++) sum += (values[i] - mean) ** 2;
  return sum / (length - 1);
}
