import { useEffect, useRef } from "react";
import { useWorkbench } from "../workbench-context";
import { drawGreys, robustRange } from "./draw-greys";

interface PreviewCanvasProps {
  readonly jobId: string;
  /** Rises with each new picture. */
  readonly revision: number;
  readonly invert: boolean;
}

/** The current sample of a chain: a slice through the middle of its box, in its own range of greys. */
export function PreviewCanvas({ jobId, revision, invert }: PreviewCanvasProps) {
  const { previews } = useWorkbench();
  const canvas = useRef<HTMLCanvasElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the revision says that the preview is a new one
  useEffect(() => {
    const slice = previews.get(jobId);
    if (slice && canvas.current) drawGreys(canvas.current, slice, { ...robustRange(slice.values), invert });
  }, [previews, jobId, revision, invert]);
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
