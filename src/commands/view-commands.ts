import type { Axis } from "../core/volume/shape";
import { entryOf, patchEntry, type VolumeEntry } from "../state/document";
import { clampPoint, isSwiping, type Pane, stepDivider, stepPoint, stepSlab } from "../state/view";
import type { Command } from "./command";
import { compareWith } from "./open-volume";
import type { Workbench } from "./workbench";

/** What each view's slices are perpendicular to; keys pressed over the 3D view step through z. */
const PANE_AXIS = { xy: "z", xz: "y", yz: "x", "3d": "z" } as const satisfies Partial<Record<Pane, Axis>>;
const PLANES = {
  z: { across: "z", column: "x", row: "y" },
  y: { across: "y", column: "x", row: "z" },
  x: { across: "x", column: "y", row: "z" },
} as const satisfies Record<Axis, unknown>;
/** How many central sections the automatic contrast looks at on either side. */
const CONTRAST_HALF_SLAB = 15;
const ZOOM_STEP = 1.25;
const DIVIDER_STEP = 0.05;

const shownVolume = ({ document, view }: Workbench) =>
  entryOf(document.getState().volumes, view.getState().volumeId);
const isShown = (workbench: Workbench) => shownVolume(workbench) !== null;

/** Moves the cursor by `step` voxels along an axis. */
export function moveCursor(workbench: Workbench, axis: Axis, step: number): void {
  const volume = shownVolume(workbench);
  if (volume)
    workbench.view.setState(({ cursor }) => ({ cursor: stepPoint(cursor, axis, step, volume.meta.shape) }));
}

/** Returns the plane of the view that keys work on: of the one pointed at last. */
function keyPlane({ view }: Workbench) {
  const { bigPane, compareAxis } = view.getState();
  return PLANES[bigPane === "compare" ? compareAxis : PANE_AXIS[bigPane]];
}

function goToSlice(workbench: Workbench, choose: (length: number) => number): void {
  const volume = shownVolume(workbench);
  if (!volume) return;
  const { shape } = volume.meta;
  const { across } = keyPlane(workbench);
  const length = shape["zyx".indexOf(across)];
  workbench.view.setState(({ cursor }) => ({
    cursor: clampPoint({ ...cursor, [across]: choose(length) }, shape),
  }));
}

/** Gives the shown volume the robust range of the slab about the cursor. */
async function autoContrast(workbench: Workbench): Promise<void> {
  const volume = shownVolume(workbench);
  if (!volume) return;
  const { contrast, histogram } = await workbench.data.contrast(
    volume.id,
    workbench.view.getState().cursor.z,
    CONTRAST_HALF_SLAB,
  );
  patchEntry(workbench.document, "volumes", volume.id, {
    autoContrast: contrast,
    histogram: { min: histogram.min, max: histogram.max, counts: [...histogram.counts] },
    display: { ...contrast, invert: volume.display.invert },
  });
}

/** Makes a view the only one; again, or with the view that is big already, brings all views back. */
export function maximisePane({ view }: Workbench, pane: Pane): void {
  const { layout, fullLayout, bigPane } = view.getState();
  if (layout === "one" && bigPane === pane) view.setState({ layout: fullLayout });
  else view.setState({ layout: "one", bigPane: pane, ...(layout !== "one" && { fullLayout: layout }) });
}

const move = (
  id: string,
  label: string,
  keys: string[],
  along: "across" | "column" | "row",
  step: number,
  family?: Command["family"],
): Command => ({
  id: `move.${id}`,
  label,
  group: "Move",
  keys,
  ...(family ? { family } : {}),
  enabled: isShown,
  run: (workbench) => moveCursor(workbench, keyPlane(workbench)[along], step),
});

const ARROWS = { keys: "← → ↑ ↓", label: "Crosshair by a voxel" };

const moveCommands: readonly Command[] = [
  move("next", "Next slice", ["PageUp"], "across", 1),
  move("previous", "Previous slice", ["PageDown"], "across", -1),
  move("next-10", "Ten slices on", ["Shift+PageUp"], "across", 10),
  move("previous-10", "Ten slices back", ["Shift+PageDown"], "across", -10),
  move("left", "Crosshair one voxel left", ["ArrowLeft"], "column", -1, ARROWS),
  move("right", "Crosshair one voxel right", ["ArrowRight"], "column", 1, ARROWS),
  move("up", "Crosshair one voxel up", ["ArrowUp"], "row", -1, ARROWS),
  move("down", "Crosshair one voxel down", ["ArrowDown"], "row", 1, ARROWS),
  ...(
    [
      ["first", "First slice", "Home", () => 0],
      ["middle", "Middle slice", "", (length: number) => Math.floor(length / 2)],
      ["last", "Last slice", "End", (length: number) => length - 1],
    ] as const
  ).map(
    ([id, label, key, choose]): Command => ({
      id: `move.${id}`,
      label,
      group: "Move",
      keys: key ? [key] : [],
      enabled: isShown,
      run: (workbench) => goToSlice(workbench, choose),
    }),
  ),
];

const view = (
  id: string,
  label: string,
  keys: string[],
  run: Command["run"],
  enabled: (workbench: Workbench) => boolean = isShown,
): Command => ({ id: `view.${id}`, label, group: "View", keys, enabled, run });

const look = (axis: Axis): Command =>
  view(`look-${axis}`, `Look along ${axis} (3D)`, [axis.toUpperCase()], ({ viewer }) =>
    viewer?.lookAlong(axis),
  );

/** Returns what is compared, or could be: the newest volume that was restored from the one that is shown. */
function toCompare({ view: store, document }: Workbench): string | null {
  const { compareId, volumeId } = store.getState();
  const isAfter = ({ role, parentId }: VolumeEntry) => role === "restored" && parentId === volumeId;
  return compareId ?? document.getState().volumes.findLast(isAfter)?.id ?? null;
}

/** Lets two volumes share the slice views, or gives the views back to the one that is shown. */
function toggleSwipe(workbench: Workbench): void {
  if (isSwiping(workbench.view.getState())) workbench.view.setState({ layout: "grid", fullLayout: "grid" });
  else compareWith(workbench, toCompare(workbench), "swipe");
}

const divider = (id: string, label: string, key: string, step: number): Command => ({
  ...view(
    `divider-${id}`,
    label,
    [`Shift+${key}`],
    ({ view: store }) => store.setState((now) => ({ divider: stepDivider(now.divider, step) })),
    (workbench) => isSwiping(workbench.view.getState()),
  ),
  family: { keys: "Shift ← →", label: "Move the divider between before and after" },
});

export const viewCommands: readonly Command[] = [
  ...moveCommands,
  view("fit", "Fit the views", ["F"], ({ viewer }) => viewer?.fit()),
  view("zoom-in", "Zoom in", ["+", "="], ({ viewer }) => viewer?.zoom(ZOOM_STEP)),
  view("zoom-out", "Zoom out", ["-"], ({ viewer }) => viewer?.zoom(1 / ZOOM_STEP)),
  view("maximise", "Maximise the view, or show all", ["M"], (workbench) =>
    maximisePane(workbench, workbench.view.getState().bigPane),
  ),
  view("layout-grid", "All views", [], ({ view: store }) =>
    store.setState({ layout: "grid", fullLayout: "grid" }),
  ),
  view(
    "layout-side",
    "Two volumes side by side",
    [],
    (workbench) => compareWith(workbench, toCompare(workbench), "side"),
    (workbench) => toCompare(workbench) !== null,
  ),
  view(
    "swipe",
    "Before and after, with a divider to drag",
    ["W"],
    toggleSwipe,
    (workbench) => toCompare(workbench) !== null,
  ),
  divider("left", "Divider to the left", "ArrowLeft", -DIVIDER_STEP),
  divider("right", "Divider to the right", "ArrowRight", DIVIDER_STEP),
  look("x"),
  look("y"),
  look("z"),
  view("crosshair", "Crosshair", ["C"], ({ view: store }) =>
    store.setState(({ crosshair }) => ({ crosshair: !crosshair })),
  ),
  view("overlay", "Label overlay", ["O"], ({ view: store }) =>
    store.setState(({ overlay }) => ({ overlay: !overlay })),
  ),
  view("hatch", "Hatch where the deviation exceeds the signal", ["H"], ({ view: store }) =>
    store.setState(({ hatch }) => ({ hatch: !hatch })),
  ),
  view("slice-planes", "Slice planes in 3D", [], ({ view: store }) =>
    store.setState(({ slicePlanes }) => ({ slicePlanes: !slicePlanes })),
  ),
  view("slab-thinner", "Thinner slab", [","], ({ view: store }) =>
    store.setState(({ slab }) => ({ slab: stepSlab(slab, -1) })),
  ),
  view("slab-thicker", "Thicker slab", ["."], ({ view: store }) =>
    store.setState(({ slab }) => ({ slab: stepSlab(slab, 1) })),
  ),
  {
    id: "contrast.auto",
    label: "Automatic contrast",
    group: "Contrast",
    keys: ["A"],
    enabled: isShown,
    run: autoContrast,
  },
  {
    id: "contrast.invert",
    label: "Invert contrast",
    group: "Contrast",
    keys: ["I"],
    enabled: isShown,
    run(workbench) {
      const volume = shownVolume(workbench);
      if (volume)
        patchEntry(workbench.document, "volumes", volume.id, {
          display: { ...volume.display, invert: !volume.display.invert },
        });
    },
  },
];
