import { useEffect, useRef } from "react";
import type { Display } from "../../state/document";
import { useWorkbench } from "../workbench-context";
import { drawGreys } from "./draw-greys";

interface PreviewCanvasProps {
  readonly jobId: string;
  /** Rises with each new picture. */
  readonly revision: number;
  readonly display: Display;
}

/** The current sample of a chain: a slice through the middle of its box, in the greys of the input. */
export function PreviewCanvas({ jobId, revision, display }: PreviewCanvasProps) {
  const { previews } = useWorkbench();
  const canvas = useRef<HTMLCanvasElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the revision says that the preview is a new one
  useEffect(() => {
    const slice = previews.get(jobId);
    if (slice && canvas.current) drawGreys(canvas.current, slice, display);
  }, [previews, jobId, revision, display]);
  if (revision === 0) return null;
  return (
    <figure className="preview">
      <canvas
        ref={canvas}
        aria-label="The current sample, a slice through the middle of the box"
        role="img"
      />
      <figcaption className="hint">current sample, middle slice</figcaption>
    </figure>
  );
}
