import type { Point3 } from "../core/volume/shape";
import { entryOf, originIn, type VolumeEntry } from "../state/document";
import { clampPoint } from "../state/view";
import type { Workbench } from "./workbench";

/** Returns the voxel that is seen at the pointer, or that of the volume at the cursor, and whose it is; null outside. */
function seenVoxel({ view, document }: Workbench): (Point3 & { readonly volume: VolumeEntry }) | null {
  const { volumeId, compareId, hover, cursor } = view.getState();
  const { volumes } = document.getState();
  const volume = entryOf(volumes, volumeId);
  if (!volume) return null;
  const { x, y, z } = clampPoint(hover ?? cursor, volume.meta.shape);
  if (hover?.of !== "compare") return { x, y, z, volume };
  const compared = entryOf(volumes, compareId);
  if (!compared) return null;
  const origin = originIn(volume, compared);
  const point = { x: x - origin.x, y: y - origin.y, z: z - origin.z };
  const [nz, ny, nx] = compared.meta.shape;
  const isInside = (at: number, length: number) => at >= 0 && at < length;
  return isInside(point.x, nx) && isInside(point.y, ny) && isInside(point.z, nz)
    ? { ...point, volume: compared }
    : null;
}

/**
 * Keeps `view.value` the grey value of what is seen at the pointer, or at the cursor while the pointer is elsewhere. One question is on
 * its way at a time; the newest point wins. Returns how to end it.
 */
export function watchValue(workbench: Workbench): () => void {
  const { view, document, data } = workbench;
  let asked = "";
  let isBusy = false;

  async function ask(): Promise<void> {
    if (isBusy) return;
    const seen = seenVoxel(workbench);
    const key = seen ? `${seen.volume.id} ${seen.volume.revision} ${seen.x} ${seen.y} ${seen.z}` : "";
    if (key === asked) return;
    asked = key;
    isBusy = true;
    const value = seen && (await data.voxel(seen.volume.id, seen).catch(() => null));
    isBusy = false;
    view.setState({ value });
    await ask();
  }

  const unwatch = document.subscribe((now, before) => {
    // A volume that took new voxels in its place has another value there.
    if (now.volumes !== before.volumes) void ask();
  });
  const unview = view.subscribe((now, before) => {
    const { hover, cursor, volumeId, compareId } = before;
    const isSame = now.hover === hover && now.cursor === cursor;
    if (!isSame || now.volumeId !== volumeId || now.compareId !== compareId) void ask();
  });
  return () => {
    unwatch();
    unview();
  };
}
