import { useCallback, useEffect, useRef } from "react";
import { setBox } from "../../commands/choose-box";
import { liveSlice } from "../../commands/live-labels";
import { selectParticle, shownParticles } from "../../commands/review-particles";
import { maximisePane, moveCursor } from "../../commands/view-commands";
import type { Workbench } from "../../commands/workbench";
import type { PaneId, SliceSource, Viewer, ViewerEvents } from "../../scene/viewer-props";
import { entryOf, patchEntry } from "../../state/document";
import { notify } from "../../state/shell";
import { clampPoint } from "../../state/view";
import { useWorkbench } from "../workbench-context";
import { createViewerPropsOf } from "./viewer-props-of";

function sliceSource({ data, liveLabels }: Workbench): SliceSource {
  return async (id, axis, index, slab) => {
    const live = liveLabels.get(id);
    return live ? liveSlice(live, axis, index) : data.slice(id, axis, index, slab);
  };
}

function viewerEvents(workbench: Workbench): ViewerEvents {
  const { view, document } = workbench;
  const shown = () => entryOf(document.getState().volumes, view.getState().volumeId);
  return {
    onCursor(point) {
      const volume = shown();
      if (volume) view.setState({ cursor: clampPoint(point, volume.meta.shape) });
    },
    onHover: (hover) => view.setState({ hover }),
    onSlice: (axis, step) => moveCursor(workbench, axis, step),
    onContrast(low, high, pane) {
      const { volumes } = document.getState();
      const { volumeId, compareId } = view.getState();
      const volume = entryOf(volumes, pane === "compare" ? compareId : volumeId);
      if (volume) patchEntry(document, "volumes", volume.id, { display: { ...volume.display, low, high } });
    },
    onBox: (box) => setBox(workbench, box),
    onPickParticle(id) {
      const particle = shownParticles(workbench)?.list.particles.find((each) => each.id === id);
      if (particle) selectParticle(workbench, particle);
    },
    onMaximise: (pane) => maximisePane(workbench, pane),
  };
}

/**
 * Keeps a viewer in a host element, fed from the stores, and returns the refs of the host and of its panes. The drawing
 * library is loaded when the first host appears.
 */
export function useViewer() {
  const workbench = useWorkbench();
  const host = useRef<HTMLDivElement>(null);
  const viewer = useRef<Viewer | null>(null);
  const panes = useRef(new Map<PaneId, HTMLElement>());

  useEffect(() => {
    const element = host.current;
    if (!element) return;
    let ended = false;
    let frame = 0;
    const propsOf = createViewerPropsOf(workbench);
    const update = () => {
      frame = 0;
      viewer.current?.update(propsOf());
    };
    const schedule = () => {
      if (frame === 0) frame = requestAnimationFrame(update);
    };
    const stops = [
      workbench.document.subscribe(schedule),
      workbench.shell.subscribe((now, before) => {
        if (now.panel !== before.panel || now.params !== before.params) schedule();
      }),
      workbench.view.subscribe((now, before) => {
        // Moving the pointer draws nothing new.
        if (now.hover === before.hover && now.value === before.value) schedule();
      }),
    ];
    import("../../scene/viewer")
      .then(({ createViewer }) => {
        if (ended) return;
        viewer.current = createViewer(element, sliceSource(workbench), viewerEvents(workbench));
        workbench.viewer = viewer.current;
        for (const [pane, paneElement] of panes.current) viewer.current.setPane(pane, paneElement);
        update();
      })
      .catch((error: Error) =>
        notify(workbench.shell, "error", `The views cannot be drawn: ${error.message}`),
      );
    return () => {
      ended = true;
      cancelAnimationFrame(frame);
      for (const stop of stops) stop();
      viewer.current?.dispose();
      viewer.current = null;
      workbench.viewer = null;
    };
  }, [workbench]);

  const paneRef = useCallback((pane: PaneId, element: HTMLElement | null) => {
    if (element) panes.current.set(pane, element);
    else panes.current.delete(pane);
    viewer.current?.setPane(pane, element);
  }, []);
  return { host, paneRef };
}
