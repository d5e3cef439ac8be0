import { join } from "node:path";
import type { ClassInfo } from "../core/particles/particle-list";
import { robustRange } from "../core/volume/contrast";
import type { CliIo } from "./command";
import {
  encodePng,
  enlarged,
  greyPicture,
  gridOf,
  overlayLabels,
  type Picture,
  parseColour,
  slabImage,
} from "./picture";
import { withVolume } from "./with-volume";

const SLAB = 5;
/** Small volumes are enlarged to about this width. */
const WIDTH_PIXELS = 512;

/** Returns the PNG of a simulation: the middle of the tomogram, XY over XZ, beside the same with its true labels. */
export function simulationPicture(
  folder: string,
  classes: readonly ClassInfo[],
  io: CliIo,
): Promise<Uint8Array<ArrayBuffer>> {
  const colours = new Map(
    classes.flatMap(({ label, color }) => (color ? [[label, parseColour(color)] as const] : [])),
  );
  return withVolume(join(folder, "tomogram.mrc"), io, (tomogram) =>
    withVolume(join(folder, "labels.mrc"), io, async (labels) => {
      const [nz, ny, nx] = tomogram.meta.shape;
      const factor = Math.max(1, Math.floor(WIDTH_PIXELS / nx));
      const row = async (axis: "z" | "y", index: number): Promise<Picture[]> => {
        const slice = await slabImage(tomogram, axis, index, SLAB);
        const { low, high } = robustRange(slice.values, [1, slice.height, slice.width]);
        const grey = greyPicture(enlarged(slice, factor), low, high);
        return [grey, overlayLabels(grey, await slabImage(labels, axis, index, 1), factor, colours)];
      };
      const rows = [await row("z", Math.floor(nz / 2)), await row("y", Math.floor(ny / 2))];
      return Uint8Array.from(encodePng(gridOf(rows)));
    }),
  );
}
