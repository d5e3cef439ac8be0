import type { Backend } from "../backend";
import type { Progress } from "../task/task";
import { voxelCount } from "../volume/shape";
import { putRows, slabRowsOf, takeRows } from "./row-slabs";
import type { TomographySpec } from "./tomography-kernels";

export interface SirtResult {
  /** [nz, ny, nx] */
  readonly volume: Float32Array<ArrayBuffer>;
  /**
   * How far the projections of the volume were from the images before each iteration and after the last: √Σ R·(b − A·x)²,
   * relative to that of a volume that is nil. They never rise.
   */
  readonly residuals: readonly number[];
}

/** A sum below this is that of a ray that just grazes the volume, or of a voxel that no ray meets: they say nothing. */
const LEAST_SUM = 1e-3;
/**
 * A ray that only cuts a corner puts all that it measures, noise above all, on the few voxels it meets: none counts for more
 * than one of this share of its image's longest. Smaller weights than one over the sum keep the iterations convergent.
 */
const LEAST_SHARE = 0.5;
/** A slab and what it needs beside it are four volumes and three series. */
const SLAB_BYTES = 32e6;
/** Values that are worked on between two breaths: some 20 ms. */
const VALUES_PER_BREATH = 1 << 22;

/**
 * Returns the volume of a tilt series [tilt, ny, width] by `iterations` of the simultaneous iterative reconstruction
 * technique: x ← x + C·Aᵀ·R·(b − A·x) from x = 0, R and C one over the sums of A along rays and voxels (Gilbert 1972, doi
 * 10.1016/0022-5193(72)90180-4), but for rays that cut corners, which weigh less. Line integrals in voxels in, density out; low frequencies come first, higher ones with the
 * iterations. Works slab by slab along y, as rows do not mix; the slab's rows change no bit. Holds the volume beside the
 * images; costs 2 · iterations · tilts · voxels.
 */
export async function sirt(
  images: Float32Array,
  spec: TomographySpec,
  { iterations }: { readonly iterations: number },
  backend: Pick<Backend, "createTomographyKernels">,
  breathe: () => Promise<void>,
  onProgress: (progress: Progress<never>) => void,
  slabRows = slabRowsOf(spec, SLAB_BYTES),
): Promise<SirtResult> {
  const { shape, imageWidth, tiltsDeg } = spec;
  const [nz, ny, nx] = shape;
  const { perRay, perVoxel } = await inverseSums(spec, backend, breathe);
  const kernels = await backend.createTomographyKernels({ ...spec, shape: [nz, slabRows, nx] });
  const volume = new Float32Array(voxelCount(shape));
  const squares = new Float64Array(iterations + 1);
  const total = ny * (2 * iterations + 1);
  const calmly = createPace(breathe);

  /** Turns projections of x into R·(b − A·x) in place, and adds up R·(b − A·x)² row by row, whatever the slab. */
  async function weigh(projected: Float32Array, measured: Float32Array, rows: number, iteration: number) {
    for (let y = 0; y < rows; y++) {
      let sum = 0;
      for (let tilt = 0; tilt < tiltsDeg.length; tilt++) {
        const [row, ray] = [(tilt * slabRows + y) * imageWidth, tilt * imageWidth];
        for (let s = 0; s < imageWidth; s++) {
          const difference = measured[row + s] - projected[row + s];
          const weighted = difference * perRay[ray + s];
          sum += difference * weighted;
          projected[row + s] = weighted;
        }
      }
      squares[iteration] += sum;
      await calmly(tiltsDeg.length * imageWidth);
    }
  }

  async function improve(x: Float32Array, gain: Float32Array) {
    for (let row = 0; row < nz * slabRows; row++) {
      const section = Math.floor(row / slabRows) * nx;
      for (let i = 0; i < nx; i++) x[row * nx + i] += perVoxel[section + i] * gain[row * nx + i];
      await calmly(nx);
    }
  }

  try {
    for (let y0 = 0; y0 < ny; y0 += slabRows) {
      const slab = { y0, rows: slabRows };
      const rows = Math.min(slabRows, ny - y0);
      const measured = takeRows(images, tiltsDeg.length, ny, slab);
      const x = new Float32Array(nz * slabRows * nx);
      for (let iteration = 0; iteration <= iterations; iteration++) {
        const report = async (steps: number) => {
          const done = y0 * (2 * iterations + 1) + rows * (2 * iteration + steps);
          const note = `iteration ${Math.min(iterations, iteration + 1)} of ${iterations}`;
          onProgress({ done: Math.min(total, done), total, note });
          await breathe();
        };
        const projected = await kernels.project(x, report);
        await weigh(projected, measured, rows, iteration);
        if (iteration === iterations) break;
        const gain = await kernels.backProject(projected, (share) => report(1 + share));
        await improve(x, gain);
      }
      putRows(x, volume, nz, ny, slab);
    }
  } finally {
    kernels.dispose();
  }
  return { volume, residuals: Array.from(squares, (sum) => Math.sqrt(sum / (squares[0] || 1))) };
}

/** R [tilt, width] and C [nz, nx], which are the same for every row; 0 where nothing is measured. */
async function inverseSums(
  spec: TomographySpec,
  backend: Pick<Backend, "createTomographyKernels">,
  breathe: () => Promise<void>,
): Promise<{ readonly perRay: Float32Array; readonly perVoxel: Float32Array }> {
  const { shape, imageWidth, tiltsDeg } = spec;
  const [nz, , nx] = shape;
  const kernels = await backend.createTomographyKernels({ ...spec, shape: [nz, 1, nx] });
  const inverse = (sum: number) => (sum > LEAST_SUM ? 1 / sum : 0);
  /** Of the rays of one image. */
  function weighRays(sums: Float32Array) {
    const least = LEAST_SHARE * sums.reduce((most, sum) => Math.max(most, sum), 0);
    sums.forEach((sum, ray) => {
      sums[ray] = sum > LEAST_SUM ? 1 / Math.max(sum, least) : 0;
    });
  }
  try {
    const perRay = await kernels.project(new Float32Array(nz * nx).fill(1), breathe);
    const perVoxel = await kernels.backProject(
      new Float32Array(tiltsDeg.length * imageWidth).fill(1),
      breathe,
    );
    for (let tilt = 0; tilt < tiltsDeg.length; tilt++)
      weighRays(perRay.subarray(tilt * imageWidth, (tilt + 1) * imageWidth));
    return { perRay, perVoxel: perVoxel.map(inverse) };
  } finally {
    kernels.dispose();
  }
}

/** Returns a function that is told of each piece of work and breathes when there was enough of it. */
function createPace(breathe: () => Promise<void>): (values: number) => Promise<void> {
  let since = 0;
  return async (values) => {
    since += values;
    if (since < VALUES_PER_BREATH) return;
    since = 0;
    await breathe();
  };
}
