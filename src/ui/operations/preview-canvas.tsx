import { useEffect, useRef, useState } from "react";
import { useWorkbench } from "../workbench-context";
import { drawGreys, robustRange } from "./draw-greys";

interface PreviewCanvasProps {
  readonly jobId: string;
  /** Rises with each new picture. */
  readonly revision: number;
  readonly invert: boolean;
  /** What the picture shows. */
  readonly caption: string;
  /** Where the box begins in z of its volume. */
  readonly firstSection: number;
}

/** A section through the middle of the box that a job works on, in its own range of greys. */
export function PreviewCanvas({ jobId, revision, invert, caption, firstSection }: PreviewCanvasProps) {
  const { previews } = useWorkbench();
  const canvas = useRef<HTMLCanvasElement>(null);
  const [index, setIndex] = useState(0);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the revision says that the preview is a new one
  useEffect(() => {
    const slice = previews.get(jobId);
    if (!slice || !canvas.current) return;
    drawGreys(canvas.current, slice, { ...robustRange(slice.values), invert });
    setIndex(slice.index);
  }, [previews, jobId, revision, invert]);
  if (revision === 0) return <p className="hint">The first picture comes with the first iteration.</p>;
  const what = `${caption}, section z ${firstSection + index}`;
  return (
    <figure className="preview">
      <canvas ref={canvas} aria-label={`Preview: ${what}`} role="img" />
      <figcaption className="hint">{what}</figcaption>
    </figure>
  );
}
