import { entryOf } from "../state/document";
import { notify } from "../state/shell";
import type { Workbench } from "./workbench";

/** The volume is binned to at most this side before its isosurface is made: it stays interactive at any size. */
const MAX_SIDE = 160;
/** Dense matter is about this many deviations from the mean in a tomogram. */
const FIRST_LEVEL_DEVIATIONS = 2.5;
const SETTLE_MS = 120;

/** Returns a level at which dense matter shows: some deviations below (or above) the mean, kept in the slab's range. */
function firstLevel(workbench: Workbench, volumeId: string, bright: boolean): number {
  const volume = entryOf(workbench.document.getState().volumes, volumeId);
  if (!volume) return 0;
  const { low, high } = volume.autoContrast;
  const { mean, std } = volume.statistics ?? { mean: (low + high) / 2, std: (high - low) / 5 };
  return mean + (bright ? 1 : -1) * FIRST_LEVEL_DEVIATIONS * std;
}

/** Changes the isosurface of the volume that is shown: on or off, its level, or its side. */
export function changeIsosurface(
  workbench: Workbench,
  patch: { visible?: boolean; level?: number; bright?: boolean },
): void {
  const { view } = workbench;
  const { isosurface, volumeId } = view.getState();
  if (volumeId === null) return;
  const next = { ...isosurface, ...patch };
  const isOtherSide = patch.bright !== undefined && patch.bright !== isosurface.bright;
  const level =
    next.level === null || isOtherSide ? firstLevel(workbench, volumeId, next.bright) : next.level;
  view.setState({ isosurface: { ...next, level } });
}

/** Makes the mesh anew when the volume, the level or the side change. Returns how to end it. */
export function watchIsosurface(workbench: Workbench): () => void {
  const { view, data, isosurface } = workbench;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isBusy = false;
  let made = "";

  async function make(): Promise<void> {
    const { volumeId, isosurface: wanted } = view.getState();
    const key = `${volumeId} ${wanted.level} ${wanted.bright}`;
    if (isBusy || !wanted.visible || wanted.level === null || volumeId === null || key === made) return;
    made = key;
    isBusy = true;
    try {
      isosurface.mesh = await data.isosurface(volumeId, wanted.level, wanted.bright, MAX_SIDE);
      isosurface.volumeId = volumeId;
      view.setState((state) => ({ isosurfaceRevision: state.isosurfaceRevision + 1 }));
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
