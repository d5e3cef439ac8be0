import type { OperationId } from "../contracts/compute";
import { type Box, boxShape, type Shape3 } from "../core/volume/shape";
import { entryOf } from "../state/document";
import { recordStep } from "../state/history";
import { type ShellState, setParam } from "../state/shell";
import { boxAbout, type ViewState } from "../state/view";
import { BOX_IN_VIEW, boxParamOf } from "./operations";
import type { Workbench } from "./workbench";

/** Lets an operation work on the box in the views (put at the cursor where there is none), or on the whole volume. */
export function chooseBoxFor(
  workbench: Workbench,
  operation: OperationId,
  choice: Box | number | "cursor" | null,
): void {
  const name = boxParamOf(operation);
  if (name === null) return;
  if (choice !== null) setBox(workbench, choice);
  setParam(workbench.shell, operation, name, choice === null ? undefined : BOX_IN_VIEW);
}

/** Returns the box that an operation works on; null is the whole volume. */
export function boxFor(operation: OperationId, { box }: ViewState, { params }: ShellState): Box | null {
  const name = boxParamOf(operation);
  return name !== null && params[operation]?.[name] === BOX_IN_VIEW ? box : null;
}

/** The side of a box that is put where the cursor is. */
const DEFAULT_BOX_SIDE = 64;

/** Returns the box with whole corners, at least 8 voxels a side, kept in the shape. */
function tidyBox(box: Box, [nz, ny, nx]: Shape3): Box {
  const along = (from: number, to: number, n: number) => {
    const length = Math.min(n, Math.max(8, Math.round(Math.abs(to - from))));
    const start = Math.min(n - length, Math.max(0, Math.round(Math.min(from, to))));
    return [start, start + length] as const;
  };
  const [z0, z1] = along(box.z0, box.z1, nz);
  const [y0, y1] = along(box.y0, box.y1, ny);
  const [x0, x1] = along(box.x0, box.x1, nx);
  return { z0, y0, x0, z1, y1, x1 };
}

/**
 * Sets the box in the views: a box, a cube of that side about the middle of the box there was (or the cursor), or
 * "cursor" for the default cube there. It can be undone.
 */
export function setBox(workbench: Workbench, choice: Box | number | "cursor"): void {
  const { view, document } = workbench;
  const { volumeId, box, cursor } = view.getState();
  const volume = entryOf(document.getState().volumes, volumeId);
  if (!volume) return;
  // Of two kinds, so that undoing a drag that follows at once leaves the box where it was put.
  const step = typeof choice === "object" ? "move the box" : "place the box";
  recordStep(workbench, step, workbench.host.now());
  const { shape } = volume.meta;
  if (typeof choice === "object") view.setState({ box: tidyBox(choice, shape) });
  else {
    const [nz, ny, nx] = box ? boxShape(box) : [0, 0, 0];
    const middle = box ? { x: box.x0 + nx / 2, y: box.y0 + ny / 2, z: box.z0 + nz / 2 } : cursor;
    const side = choice === "cursor" ? DEFAULT_BOX_SIDE : choice;
    view.setState({ box: boxAbout(choice === "cursor" ? cursor : middle, side, shape) });
  }
}
