import type { TaskContext } from "../task/task";
import type { Point3 } from "../volume/shape";
import { createMoments } from "../volume/statistics";
import type { Statistics, VolumeReader } from "../volume/volume";

/** Voxels that are read at a time: 16 MB. */
const SLAB_VOXELS = 1 << 22;

/**
 * Returns mean and deviation of a volume, and where its first voxel that is not finite lies (null if none). Reads it once in
 * slabs of whole sections, the next one while one is summed.
 */
export async function measureVolume(
  volume: VolumeReader,
  { breathe, onProgress }: TaskContext<never>,
): Promise<Pick<Statistics, "mean" | "std" | "nonFinite"> & { readonly firstNonFinite: Point3 | null }> {
  const [nz, ny, nx] = volume.meta.shape;
  const moments = createMoments();
  let firstNonFinite: Point3 | null = null;
  const step = Math.max(1, Math.floor(SLAB_VOXELS / (ny * nx)));
  const read = (z0: number) => {
    const values = volume.readBox({ z0, y0: 0, x0: 0, z1: Math.min(nz, z0 + step), y1: ny, x1: nx });
    values.catch(() => {}); // awaited one step later, or never after a cancel
    return values;
  };
  let next = read(0);
  for (let z0 = 0; z0 < nz; z0 += step) {
    onProgress({ done: 0, total: nz * ny * nx, note: `measuring, section ${z0 + 1} of ${nz}` });
    await breathe();
    const values = await next;
    if (z0 + step < nz) next = read(z0 + step);
    moments.add(values);
    if (firstNonFinite || moments.result().nonFinite === 0) continue;
    const index = values.findIndex((value) => !Number.isFinite(value));
    firstNonFinite = {
      x: index % nx,
      y: Math.floor(index / nx) % ny,
      z: z0 + Math.floor(index / (nx * ny)),
    };
  }
  return { ...moments.result(), firstNonFinite };
}
