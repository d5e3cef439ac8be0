import { ComputeError } from "../core/errors";
import type { PaneOverlay } from "./pane-overlay";

/** Returns a PNG of the canvas with what lies over its panes: lines, texts and scale bars. */
export function composeScreenshot(
  canvas: HTMLCanvasElement,
  overlays: readonly PaneOverlay[],
): Promise<Blob> {
  const picture = document.createElement("canvas");
  picture.width = canvas.width;
  picture.height = canvas.height;
  const context = picture.getContext("2d");
  if (!context) throw new ComputeError("backend-unavailable", "The browser gives no 2D canvas.");
  context.drawImage(canvas, 0, 0);
  const outer = canvas.getBoundingClientRect();
  const ratio = picture.width / outer.width;
  for (const overlay of overlays) {
    const { left, top } = overlay.root.getBoundingClientRect();
    context.setTransform(ratio, 0, 0, ratio, ratio * (left - outer.left), ratio * (top - outer.top));
    overlay.paintInto(context);
  }
  return new Promise((resolve, reject) => {
    picture.toBlob((blob) => {
      if (blob) resolve(blob);
      else reject(new ComputeError("out-of-memory", "The browser could not encode the picture."));
    });
  });
}
