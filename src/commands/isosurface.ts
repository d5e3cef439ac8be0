import { notify } from "../state/shell";
import type { Workbench } from "./workbench";

/** The volume is binned to at most this side before its isosurface is made: it stays interactive at any size. */
const MAX_SIDE = 160;
const SETTLE_MS = 120;

/** Changes the isosurface of the volume that is shown: on or off, its level, or its side. */
export function changeIsosurface(
  workbench: Workbench,
  patch: { visible?: boolean; level?: number; bright?: boolean },
): void {
  const { view } = workbench;
  const { isosurface, volumeId } = view.getState();
  if (volumeId === null) return;
  const isOtherSide = patch.bright !== undefined && patch.bright !== isosurface.bright;
  view.setState({ isosurface: { ...isosurface, ...patch, ...(isOtherSide && { level: null }) } });
}

/** Makes the mesh anew when the volume, the level or the side change. Returns how to end it. */
export function watchIsosurface(workbench: Workbench): () => void {
  const { view, data, isosurface } = workbench;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isBusy = false;
  let made = "";

  async function make(): Promise<void> {
    const { volumeId, isosurface: wanted } = view.getState();
    const keyAt = (level: number | null) => `${volumeId} ${level} ${wanted.bright}`;
    if (isBusy || !wanted.visible || volumeId === null || keyAt(wanted.level) === made) return;
    made = keyAt(wanted.level);
    isBusy = true;
    try {
      const { level, ...mesh } = await data.isosurface(volumeId, wanted.level, wanted.bright, MAX_SIDE);
      isosurface.mesh = mesh;
      isosurface.volumeId = volumeId;
      const now = view.getState();
      // A level that was left to the worker is now known.
      const isKnown = now.isosurface !== wanted || now.volumeId !== volumeId || wanted.level !== null;
      if (!isKnown) made = keyAt(level);
      view.setState({
        isosurfaceRevision: now.isosurfaceRevision + 1,
        ...(!isKnown && { isosurface: { ...wanted, level } }),
      });
    } catch (error) {
      notify(workbench.shell, "error", `The isosurface could not be made: ${(error as Error).message}`);
    }
    isBusy = false;
    await make();
  }

  const stop = view.subscribe((now, before) => {
    if (now.isosurface === before.isosurface && now.volumeId === before.volumeId) return;
    clearTimeout(timer);
    timer = setTimeout(() => void make(), SETTLE_MS);
  });
  return () => {
    clearTimeout(timer);
    stop();
  };
}
