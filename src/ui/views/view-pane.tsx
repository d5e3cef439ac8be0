import { Maximize2, Minimize2 } from "lucide-react";
import { useCallback } from "react";
import { maximisePane } from "../../commands/view-commands";
import type { PaneId } from "../../scene/viewer-props";
import { entryOf } from "../../state/document";
import type { Pane } from "../../state/view";
import { IconButton } from "../controls/icon-button";
import { useDocument, useView, useWorkbench } from "../workbench-context";

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

interface ViewPaneProps {
  readonly pane: Pane;
  paneRef(pane: PaneId, element: HTMLElement | null): void;
}

/** The frame of one view: the viewer draws beneath its buttons. */
export function ViewPane({ pane, paneRef }: ViewPaneProps) {
  const workbench = useWorkbench();
  const isBig = useView((view) => view.layout === "one");
  const shownId = useView((view) => (pane === "compare" ? view.compareId : view.volumeId));
  const isNamed = useView(
    ({ layout, compareAxis }) =>
      layout === "side" && (pane === "compare" || pane === PANE_OF_AXIS[compareAxis]),
  );
  const name = useDocument(({ volumes }) => entryOf(volumes, shownId)?.name ?? "");
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
      {isNamed && (
        <div className="pane-name" title={name}>
          {name}
        </div>
      )}
      {pane === "compare" && (
        <div className="pane-tools below">
          <CompareAxis />
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
