import { createStatistics } from "../../core/volume/statistics";
import type { Statistics, VolumeMeta } from "../../core/volume/volume";
import type { FileVolume } from "./file-volume";

const SLAB_BYTES = 32 * 2 ** 20;

/** Types whose values f32 cannot all hold. */
const needsDouble = ({ dtype }: VolumeMeta) => dtype === "int32" || dtype === "float64";

/**
 * Returns the statistics of all voxels, in f64, whatever the header says of them. Reads the file once, in slabs of at most
 * 32 MiB (at least one section); `onProgress` hears the sections done and their number after each and may throw to cancel.
 */
export async function readWholeStatistics(
  volume: Pick<FileVolume, "meta" | "readBox" | "readBoxDouble">,
  onProgress: (done: number, total: number) => void = () => {},
): Promise<Statistics> {
  const [nz, ny, nx] = volume.meta.shape;
  const double = needsDouble(volume.meta);
  const depth = Math.max(1, Math.floor(SLAB_BYTES / (ny * nx * (double ? 8 : 4))));
  const statistics = createStatistics();
  for (let z0 = 0; z0 < nz; z0 += depth) {
    const z1 = Math.min(z0 + depth, nz);
    const box = { z0, y0: 0, x0: 0, z1, y1: ny, x1: nx };
    statistics.add(await (double ? volume.readBoxDouble(box) : volume.readBox(box)));
    onProgress(z1, nz);
  }
  return statistics.result();
}
