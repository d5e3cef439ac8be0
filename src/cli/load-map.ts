import { FormatError } from "../core/errors";
import type { DensityMap } from "../core/structure/structure";
import { wholeBox } from "../core/volume/shape";
import type { CliIo } from "./command";
import { withVolume } from "./with-volume";

/** Voxels count as cubic where their sides differ by less than headers round. */
const CUBIC_TOLERANCE = 1e-3;

/** Returns the map at a path of the user, whole; throws "bad-header" where its voxels are not cubic or of unknown size. */
export function loadMap(path: string, io: CliIo): Promise<DensityMap> {
  return withVolume(path, io, async (volume) => {
    const { name, shape, voxelSizeAngstrom } = volume.meta;
    const { x, y, z } = voxelSizeAngstrom;
    if (!(x > 0) || Math.max(x, y, z) - Math.min(x, y, z) > CUBIC_TOLERANCE * x) {
      const sentence = `${name} must have cubic voxels of known size, not of ${x} × ${y} × ${z} Å.`;
      throw new FormatError("bad-header", sentence, { x, y, z });
    }
    return { kind: "map", name, shape, voxelSizeAngstrom: x, values: await volume.readBox(wholeBox(shape)) };
  });
}
