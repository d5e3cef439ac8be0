import { entryOf } from "../state/document";
import { clampPoint } from "../state/view";
import type { Workbench } from "./workbench";

/**
 * Keeps `view.value` the grey value at the pointer, or at the cursor while the pointer is elsewhere. One question is on
 * its way at a time; the newest point wins. Returns how to end it.
 */
export function watchValue(workbench: Workbench): () => void {
  const { view, document, data } = workbench;
  let asked = "";
  let isBusy = false;

  async function ask(): Promise<void> {
    const { volumeId, hover, cursor } = view.getState();
    const volume = entryOf(document.getState().volumes, volumeId);
    if (!volume || isBusy) return;
    const point = clampPoint(hover ?? cursor, volume.meta.shape);
    const key = `${volume.id} ${volume.revision} ${point.x} ${point.y} ${point.z}`;
    if (key === asked) return;
    asked = key;
    isBusy = true;
    const value = await data.voxel(volume.id, point).catch(() => null);
    isBusy = false;
    if (view.getState().volumeId === volume.id) view.setState({ value });
    await ask();
  }

  const unwatch = document.subscribe((now, before) => {
    // A volume that took new voxels in its place has another value there.
    if (now.volumes !== before.volumes) void ask();
  });
  const unview = view.subscribe((now, before) => {
    if (now.hover !== before.hover || now.cursor !== before.cursor || now.volumeId !== before.volumeId)
      void ask();
  });
  return () => {
    unwatch();
    unview();
  };
}
