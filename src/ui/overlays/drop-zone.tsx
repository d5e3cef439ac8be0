import { useEffect, useState } from "react";
import { openFiles } from "../../commands/open-files";
import { useWorkbench } from "../workbench-context";

const hasFiles = (event: DragEvent) => event.dataTransfer?.types.includes("Files") ?? false;

/** Makes the whole window take dropped files, and says so while they are over it. */
export function DropZone() {
  const workbench = useWorkbench();
  const [isOver, setOver] = useState(false);
  useEffect(() => {
    const stop = new AbortController();
    const { signal } = stop;
    window.addEventListener(
      "dragover",
      (event) => {
        if (!hasFiles(event)) return;
        event.preventDefault();
        setOver(true);
      },
      { signal },
    );
    window.addEventListener("dragleave", (event) => event.relatedTarget === null && setOver(false), {
      signal,
    });
    window.addEventListener(
      "drop",
      (event) => {
        if (!hasFiles(event)) return;
        event.preventDefault();
        setOver(false);
        void openFiles(workbench, [...(event.dataTransfer?.files ?? [])]);
      },
      { signal },
    );
    return () => stop.abort();
  }, [workbench]);
  return isOver ? (
    <div className="drop-zone">
      <p>Drop to open. Nothing leaves this computer.</p>
    </div>
  ) : null;
}
