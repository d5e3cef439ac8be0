import { ChevronsLeftRight } from "lucide-react";
import type { KeyboardEvent, PointerEvent } from "react";
import { stepDivider } from "../../state/view";
import { useView, useWorkbench } from "../workbench-context";

const KEY_STEP = 0.01;
const SHIFT_STEPS = 10;
/** The handle stays so far within the view: at its edge a press would resize the views. */
const EDGE_PIXELS = 20;

/** Returns where a key takes the divider, or null where it is none of its keys. */
function afterKey({ key, shiftKey }: KeyboardEvent, divider: number): number | null {
  const step = shiftKey ? SHIFT_STEPS * KEY_STEP : KEY_STEP;
  if (key === "ArrowLeft" || key === "ArrowDown") return stepDivider(divider, -step);
  if (key === "ArrowRight" || key === "ArrowUp") return stepDivider(divider, step);
  if (key === "Home") return 0;
  if (key === "End") return 1;
  return null;
}

/** The handle of the line between two volumes that share a view: dragged, or moved by its arrow keys. */
export function SwipeDivider({ pane }: { readonly pane: string }) {
  const { view } = useWorkbench();
  const divider = useView((state) => state.divider);
  const follow = (event: PointerEvent<HTMLElement>) => {
    const area = event.currentTarget.parentElement?.getBoundingClientRect();
    if (!area || area.width === 0) return;
    view.setState({ divider: stepDivider((event.clientX - area.left) / area.width, 0) });
  };
  return (
    <div
      className="swipe-divider"
      role="slider"
      tabIndex={0}
      aria-label={`Divider between before and after, ${pane}`}
      aria-orientation="horizontal"
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={Math.round(100 * divider)}
      aria-valuetext={`${Math.round(100 * divider)} % before`}
      style={{ left: `clamp(${EDGE_PIXELS}px, ${100 * divider}%, calc(100% - ${EDGE_PIXELS}px))` }}
      onPointerDown={(event) => {
        if (event.button !== 0) return;
        event.currentTarget.setPointerCapture(event.pointerId);
      }}
      onPointerMove={(event) => {
        if (event.currentTarget.hasPointerCapture(event.pointerId)) follow(event);
      }}
      onDoubleClick={() => view.setState({ divider: 0.5 })}
      onKeyDown={(event) => {
        const next = afterKey(event, divider);
        if (next === null) return;
        event.preventDefault();
        view.setState({ divider: next });
      }}
    >
      <span className="swipe-knob">
        <ChevronsLeftRight size={14} aria-hidden />
      </span>
    </div>
  );
}
