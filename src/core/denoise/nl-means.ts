import { type Shape3, voxelCount } from "../volume/shape";

const f32 = Math.fround;

/** Sizes and width of the weights. */
const NL_MEANS = {
  /** Patches are 3³ voxels. */
  patchVoxels: 27,
  /** Candidates lie within this many voxels along each axis: a window of 7³. */
  searchRadius: 3,
  /** Width h of the weights, in noise levels: on phantoms the PSNR is best at 0.7 … 0.9 for sigma 0.1 and 0.25. */
  widthPerSigma: 0.75,
} as const;

/** From one voxel to another of its window. */
interface Shift {
  readonly z: number;
  readonly y: number;
  readonly x: number;
}

/**
 * Returns the volume denoised by non-local means for white noise of deviation `sigma`: each voxel becomes the mean of the
 * voxels around it (7³, within the volume), weighted by exp(−max(0, d² − 2 sigma²) / h²), where d² is the mean squared
 * difference of the patches of 3³ about both, of which 2 sigma² are noise. At faces patches take their voxels' mirror image.
 * The input is kept; sigma ≤ 0 changes nothing. About 4000 operations per voxel; `breathe` is called after each section of
 * each shift.
 *
 * Two voxels weigh each other alike, so only half of the window is visited: each shift gives all squared differences, three box
 * sums the distances. Operations but the exponential are rounded to f32 in a fixed order.
 * Source: Buades, Coll & Morel 2005, doi 10.1109/CVPR.2005.38, and 2011, doi 10.5201/ipol.2011.bcm_nlm, in 3D as
 * Coupé et al. 2008, doi 10.1109/TMI.2007.906087.
 */
export async function nlMeans(
  values: Float32Array,
  shape: Shape3,
  sigma: number,
  breathe: () => Promise<void>,
): Promise<Float32Array<ArrayBuffer>> {
  if (!(sigma > 0)) return Float32Array.from(values);
  const [nz] = shape;
  const sums = Float32Array.from(values); // each voxel weighs 1 for itself
  const totals = new Float32Array(values.length).fill(1);
  const distances = createDistances(values, shape);
  const { noise, perSquaredWidth } = nlMeansWeights(sigma);

  /** Gives the pairs of a section to both of their voxels. */
  const addSection = (z: number, shift: Shift) => {
    distances.forEachPair(z, shift, (from, to, squared) => {
      const weight = f32(Math.exp(-f32(Math.max(0, f32(squared - noise)) * perSquaredWidth)));
      sums[to] += f32(weight * values[from]);
      totals[to] += weight;
      sums[from] += f32(weight * values[to]);
      totals[from] += weight;
    });
  };

  for (const shift of halfWindow())
    for (let z = 0; z < nz - shift.z; z++) {
      distances.measure(z, shift);
      addSection(z, shift);
      await breathe();
    }
  return sums.map((sum, i) => sum / totals[i]);
}

/** Returns what a distance (the sum over a patch) takes off for noise, and what the rest is multiplied by in the exponent. */
export function nlMeansWeights(sigma: number): { readonly noise: number; readonly perSquaredWidth: number } {
  const { patchVoxels, widthPerSigma } = NL_MEANS;
  return {
    noise: f32(patchVoxels * 2 * sigma ** 2),
    perSquaredWidth: f32(1 / (patchVoxels * (widthPerSigma * sigma) ** 2)),
  };
}

/** Returns the shifts of the window of which the opposite is not among them, and not the one to the voxel itself. */
export function halfWindow(): Shift[] {
  const radius = NL_MEANS.searchRadius;
  const shifts: Shift[] = [];
  for (let z = 0; z <= radius; z++)
    for (let y = -radius; y <= radius; y++)
      for (let x = -radius; x <= radius; x++)
        if (z > 0 || y > 0 || (y === 0 && x > 0)) shifts.push({ z, y, x });
  return shifts;
}

/** Measures how much the patches about the voxels of a section differ from those one shift away. */
function createDistances(values: Float32Array, shape: Shape3) {
  const [, ny, nx] = shape;
  const padded = withBorder(values, shape);
  const [width, height] = [nx + 2, ny + 2];
  const squares = new Float32Array(height * width);
  const alongX = new Float32Array(height * nx);
  /** Sums over 3 × 3 voxels of a section, for the three newest sections. */
  const sections = [0, 1, 2].map(() => new Float32Array(ny * nx));
  let newest = -1;

  /** Sums squared differences of the section z of the bordered volume over 3 × 3; only inner pairs mean something. */
  const measureSection = (z: number, shift: Shift, out: Float32Array) => {
    const start = z * height * width;
    const reach = (shift.z * height + shift.y) * width + shift.x;
    const [yFrom, yTo] = [Math.max(0, -shift.y), height - Math.max(0, shift.y)];
    const [xFrom, xTo] = [Math.max(0, -shift.x), width - Math.max(0, shift.x)];
    for (let y = yFrom; y < yTo; y++) {
      for (let x = xFrom; x < xTo; x++) {
        const i = start + y * width + x;
        const difference = f32(padded[i] - padded[i + reach]);
        squares[y * width + x] = difference * difference;
      }
      for (let x = xFrom; x < xTo - 2; x++) {
        const i = y * width + x;
        alongX[y * nx + x] = f32(squares[i] + squares[i + 1]) + squares[i + 2];
      }
    }
    for (let y = yFrom; y < yTo - 2; y++)
      for (let x = xFrom; x < xTo - 2; x++) {
        const i = y * nx + x;
        out[i] = f32(alongX[i] + alongX[i + nx]) + alongX[i + 2 * nx];
      }
  };

  return {
    /** Makes the sums about section z ready; sections come in order from 0 for each shift. */
    measure(z: number, shift: Shift): void {
      if (z === 0) newest = -1;
      for (; newest < z + 2; newest++) measureSection(newest + 1, shift, sections[(newest + 1) % 3]);
    },

    /** Calls `visit` with both voxels of each pair one shift apart, the first in section z, and their patches' distance. */
    forEachPair(
      z: number,
      shift: Shift,
      visit: (from: number, to: number, squaredDistance: number) => void,
    ): void {
      const [before, here, after] = [z, z + 1, z + 2].map((index) => sections[index % 3]);
      const reach = (shift.z * ny + shift.y) * nx + shift.x;
      for (let y = Math.max(0, -shift.y); y < ny - Math.max(0, shift.y); y++)
        for (let x = Math.max(0, -shift.x); x < nx - Math.max(0, shift.x); x++) {
          const i = y * nx + x;
          const from = (z * ny + y) * nx + x;
          visit(from, from + reach, f32(before[i] + here[i]) + after[i]);
        }
    },
  };
}

/** Returns the volume with one more voxel at each face, its mirror image. */
function withBorder(values: Float32Array, [nz, ny, nx]: Shape3): Float32Array {
  const inside = (index: number, length: number) => Math.min(length - 1, Math.max(0, index));
  const padded = new Float32Array(voxelCount([nz + 2, ny + 2, nx + 2]));
  let at = 0;
  for (let z = -1; z <= nz; z++)
    for (let y = -1; y <= ny; y++) {
      const row = (inside(z, nz) * ny + inside(y, ny)) * nx;
      for (let x = -1; x <= nx; x++) padded[at++] = values[row + inside(x, nx)];
    }
  return padded;
}
