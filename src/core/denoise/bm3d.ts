import type { Shape3 } from "../volume/shape";
import { cosine8, inverseCosine8 } from "./cosine8";
import { haarAcross, inverseHaarAcross } from "./haar-across";
import { kaiserWindow } from "./kaiser-window";
import { createPatchRowSearch, type PatchSearch } from "./patch-rows";
import { denoiseSections, type Section } from "./sections";

const SIDE = 8;
const PATCH = SIDE * SIDE;
const STEP = 3;
const SEARCH_RADIUS = 19;
/** Coefficients below this many noise levels are set to zero. */
const HARD_THRESHOLD = 2.7;
const KAISER_BETA = 2;
/** The least sum of squared Wiener shares that weights tell apart: of flat, dark groups it comes near 0. */
const LEAST_WIENER_POWER = 0.25;

type Breathe = () => Promise<void>;

/** Which patches a stage groups, and what it makes of a group. */
interface Stage {
  readonly compared: Section;
  readonly search: PatchSearch;
  /** Fills `patches` with the denoised patches of a group; returns its weight. */
  filter(patches: Float32Array, starts: Int32Array): number;
}

/**
 * Returns the volume whose every z-section is denoised by BM3D for white noise of deviation `sigma`, for data whose range is
 * about 1: reference patches of 8 × 8 every 3 pixels are grouped with up to 15 similar ones within 19 pixels, the groups are
 * transformed (cosine, Haar across the group), coefficients below 2.7 sigma are zeroed, and the patches go back weighted by how
 * sparse their group was. In a second stage groups of up to 32 are found in that estimate, which tells how much of
 * each coefficient is signal (Wiener). What holds of small means for `bm4d` holds here too. The input is kept; sections must
 * be at least 8 × 8; `breathe` is called after each row of references. About 60 µs per voxel.
 * Source: Dabov et al. 2007, doi 10.1109/TIP.2007.901238; its thresholds of similarity grow with the noise here.
 */
export async function bm3d(
  values: Float32Array,
  shape: Shape3,
  sigma: number,
  breathe: Breathe,
): Promise<Float32Array<ArrayBuffer>> {
  if (!(sigma > 0)) return Float32Array.from(values);
  return denoiseSections(values, shape, SIDE, async (section) => {
    const basic = await runStage(hardThresholding(section, sigma), breathe);
    return runStage(wienerFiltering(section, { ...section, pixels: basic }, sigma), breathe);
  });
}

/** Filters the group of every reference patch and returns the weighted mean of what they say of each pixel. */
async function runStage(
  { compared, search, filter }: Stage,
  breathe: Breathe,
): Promise<Float32Array<ArrayBuffer>> {
  const { ny, nx } = compared;
  const columns = referenceStarts(nx);
  const searchRow = createPatchRowSearch(compared, columns, search);
  const patches = new Float32Array(search.maxGroup * PATCH);
  const aggregate = createAggregate(compared);
  for (const y of referenceStarts(ny)) {
    const { starts, counts } = searchRow(y);
    for (let reference = 0; reference < columns.length; reference++) {
      const first = reference * search.maxGroup;
      const count = 2 ** Math.floor(Math.log2(counts[reference]));
      const group = starts.subarray(first, first + count);
      aggregate.add(patches, group, filter(patches, group));
    }
    await breathe();
  }
  return aggregate.mean();
}

/** Every third pixel, and the last patch flush with the border. */
function referenceStarts(length: number): Int32Array {
  const last = length - SIDE;
  return Int32Array.from({ length: Math.ceil(last / STEP) + 1 }, (_, i) => Math.min(last, i * STEP));
}

function hardThresholding(section: Section, sigma: number): Stage {
  const threshold = HARD_THRESHOLD * sigma;
  // 2500/255² of the paper, and what the noise of both patches adds.
  const largestDistance = PATCH * (2500 / 255 ** 2 + 2.5 * sigma * sigma);
  return {
    compared: section,
    search: { side: SIDE, radius: SEARCH_RADIUS, maxGroup: 16, largestDistance },
    filter(patches, starts) {
      gather(section, starts, patches);
      transform(patches, starts.length);
      let kept = 0;
      for (let i = 0; i < starts.length * PATCH; i++) {
        if (Math.abs(patches[i]) < threshold) patches[i] = 0;
        else kept++;
      }
      inverseTransform(patches, starts.length);
      return 1 / Math.max(kept, 1);
    },
  };
}

function wienerFiltering(section: Section, basic: Section, sigma: number): Stage {
  const maxGroup = 32;
  const guide = new Float32Array(maxGroup * PATCH);
  const variance = sigma * sigma;
  return {
    compared: basic,
    search: {
      side: SIDE,
      radius: SEARCH_RADIUS,
      maxGroup,
      largestDistance: PATCH * (400 / 255 ** 2 + 0.2 * variance),
    },
    filter(patches, starts) {
      gather(section, starts, patches);
      gather(basic, starts, guide);
      transform(patches, starts.length);
      transform(guide, starts.length);
      let power = 0;
      for (let i = 0; i < starts.length * PATCH; i++) {
        const share = guide[i] ** 2 / (guide[i] ** 2 + variance);
        patches[i] *= share;
        power += share * share;
      }
      inverseTransform(patches, starts.length);
      return 1 / Math.max(power, LEAST_WIENER_POWER);
    },
  };
}

function gather({ pixels, nx }: Section, starts: Int32Array, patches: Float32Array): void {
  for (let p = 0; p < starts.length; p++)
    for (let i = 0; i < PATCH; i++) patches[p * PATCH + i] = pixels[starts[p] + (i >> 3) * nx + (i & 7)];
}

/** The weighted sums that all groups add to. */
function createAggregate({ pixels, nx }: Section) {
  const sums = new Float64Array(pixels.length);
  const totals = new Float64Array(pixels.length);
  const kaiser = kaiserWindow(SIDE, KAISER_BETA);
  const window = Float64Array.from({ length: PATCH }, (_, i) => kaiser[i >> 3] * kaiser[i & 7]);
  return {
    add(patches: Float32Array, starts: Int32Array, weight: number): void {
      for (let p = 0; p < starts.length; p++)
        for (let i = 0; i < PATCH; i++) {
          const at = starts[p] + (i >> 3) * nx + (i & 7);
          sums[at] += weight * window[i] * patches[p * PATCH + i];
          totals[at] += weight * window[i];
        }
    },
    mean: () => Float32Array.from(sums, (sum, i) => sum / totals[i]),
  };
}

/** The cosine transform of `count` patches along y and x, and by Haar across them, in place. */
function transform(patches: Float32Array, count: number): void {
  for (let start = 0; start < count * PATCH; start += PATCH) {
    for (let x = start; x < start + SIDE; x++) cosine8(patches, x, SIDE);
    for (let row = start; row < start + PATCH; row += SIDE) cosine8(patches, row, 1);
  }
  haarAcross(patches, count, PATCH);
}

function inverseTransform(patches: Float32Array, count: number): void {
  inverseHaarAcross(patches, count, PATCH);
  for (let start = 0; start < count * PATCH; start += PATCH) {
    for (let row = start; row < start + PATCH; row += SIDE) inverseCosine8(patches, row, 1);
    for (let x = start; x < start + SIDE; x++) inverseCosine8(patches, x, SIDE);
  }
}
