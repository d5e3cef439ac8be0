import type { TaskContext } from "../task/task";
import type { Point3 } from "../volume/shape";
import { createStatistics } from "../volume/statistics";
import type { Statistics, VolumeReader } from "../volume/volume";

/** Voxels that are read at a time: 16 MB. */
const SLAB_VOXELS = 1 << 22;

/** Returns a volume's statistics, and where its first voxel that is not finite lies (null if none), reading it in slabs. */
export async function measureVolume(
  volume: VolumeReader,
  { breathe, onProgress }: TaskContext<never>,
): Promise<Statistics & { readonly firstNonFinite: Point3 | null }> {
  const [nz, ny, nx] = volume.meta.shape;
  const statistics = createStatistics();
  let firstNonFinite: Point3 | null = null;
  const step = Math.max(1, Math.floor(SLAB_VOXELS / (ny * nx)));
  for (let z0 = 0; z0 < nz; z0 += step) {
    onProgress({ done: 0, total: nz * ny * nx, note: `measuring, section ${z0 + 1} of ${nz}` });
    await breathe();
    const z1 = Math.min(nz, z0 + step);
    const values = await volume.readBox({ z0, y0: 0, x0: 0, z1, y1: ny, x1: nx });
    statistics.add(values);
    if (firstNonFinite || statistics.result().nonFinite === 0) continue;
    const index = values.findIndex((value) => !Number.isFinite(value));
    firstNonFinite = {
      x: index % nx,
      y: Math.floor(index / nx) % ny,
      z: z0 + Math.floor(index / (nx * ny)),
    };
  }
  return { ...statistics.result(), firstNonFinite };
}
