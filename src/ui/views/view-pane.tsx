import { Columns2, FlipHorizontal2, Maximize2, Minimize2 } from "lucide-react";
import { useCallback } from "react";
import { maximisePane } from "../../commands/view-commands";
import type { PaneId } from "../../scene/viewer-props";
import { entryOf } from "../../state/document";
import { isSwiping, type Pane } from "../../state/view";
import { CommandButton, IconButton } from "../controls/icon-button";
import { withoutStem } from "../data/shown-name";
import { useDocument, useView, useWorkbench } from "../workbench-context";
import { SwipeDivider } from "./swipe-divider";

const NAMES: Readonly<Record<Pane, string>> = {
  xy: "XY view",
  xz: "XZ view",
  yz: "YZ view",
  "3d": "3D view",
  compare: "Compared volume",
};
const AXES = ["x", "y", "z"] as const;

export const PANE_OF_AXIS = { z: "xy", y: "xz", x: "yz" } as const;

/** Which slices are compared: the large pane beside shows the same. */
function CompareAxis() {
  const { view } = useWorkbench();
  const chosen = useView(({ compareAxis }) => compareAxis);
  return (["z", "y", "x"] as const).map((axis) => (
    <IconButton
      key={axis}
      label={`Compare ${PANE_OF_AXIS[axis].toUpperCase()} slices`}
      className={`axis-${axis}`}
      pressed={axis === chosen}
      onClick={() => view.setState({ compareAxis: axis })}
    >
      {PANE_OF_AXIS[axis].toUpperCase()}
    </IconButton>
  ));
}

/** Which volume a view shows, or one side of the divider in it. */
function PaneName({
  of,
  side,
}: {
  readonly of: "volumeId" | "compareId";
  readonly side?: "before" | "after";
}) {
  const id = useView((view) => view[of]);
  const divider = useView((view) => view.divider);
  const shownId = useView((view) => view.volumeId);
  const name = useDocument(({ volumes }) => entryOf(volumes, id)?.name ?? "");
  const shownName = useDocument(({ volumes }) => entryOf(volumes, shownId)?.name ?? "");
  const place = {
    before: { right: `calc(${100 - 100 * divider}% + 10px)`, maxWidth: `calc(${100 * divider}% - 18px)` },
    after: { left: `calc(${100 * divider}% + 10px)`, maxWidth: `calc(${100 - 100 * divider}% - 18px)` },
  };
  return (
    <div className={`pane-name ${side ?? ""}`} title={name} style={side && place[side]}>
      {of === "compareId" ? withoutStem(name, shownName) : name}
    </div>
  );
}

interface ViewPaneProps {
  readonly pane: Pane;
  paneRef(pane: PaneId, element: HTMLElement | null): void;
}

/** The frame of one view: the viewer draws beneath its buttons. */
export function ViewPane({ pane, paneRef }: ViewPaneProps) {
  const workbench = useWorkbench();
  const isBig = useView((view) => view.layout === "one");
  const swipes = useView((view) => pane !== "3d" && pane !== "compare" && isSwiping(view));
  const isMain = useView(({ compareAxis }) => pane === PANE_OF_AXIS[compareAxis]);
  const isBeside = useView(({ layout }) => layout === "side") && (pane === "compare" || isMain);
  const ref = useCallback((element: HTMLElement | null) => paneRef(pane, element), [pane, paneRef]);
  return (
    <section
      ref={ref}
      className="pane"
      aria-label={NAMES[pane]}
      onPointerEnter={() => {
        if (!isBig) workbench.view.setState({ bigPane: pane });
      }}
    >
      {isBeside && <PaneName of={pane === "compare" ? "compareId" : "volumeId"} />}
      {swipes && (
        <>
          {/* The small views have no room for names. */}
          {(isMain || isBig) && <PaneName of="volumeId" side="before" />}
          {(isMain || isBig) && <PaneName of="compareId" side="after" />}
          <SwipeDivider pane={NAMES[pane]} />
        </>
      )}
      {(pane === "compare" || (swipes && isMain && !isBig)) && (
        <div className="pane-tools below">
          <CompareAxis />
          {pane === "compare" ? (
            <CommandButton id="view.swipe">
              <FlipHorizontal2 size={14} aria-hidden />
            </CommandButton>
          ) : (
            <CommandButton id="view.layout-side">
              <Columns2 size={14} aria-hidden />
            </CommandButton>
          )}
        </div>
      )}
      <div className="pane-tools">
        {pane === "3d" &&
          AXES.map((axis) => (
            <IconButton
              key={axis}
              label={`Look along ${axis}`}
              hint={axis.toUpperCase()}
              className={`axis-${axis}`}
              onClick={() => workbench.viewer?.lookAlong(axis)}
            >
              {axis.toUpperCase()}
            </IconButton>
          ))}
        <IconButton
          label={isBig ? "Show all views" : `Maximise the ${NAMES[pane].replace(" view", "")} view`}
          hint="M"
          onClick={() => maximisePane(workbench, pane)}
        >
          {isBig ? <Minimize2 size={14} aria-hidden /> : <Maximize2 size={14} aria-hidden />}
        </IconButton>
      </div>
    </section>
  );
}
