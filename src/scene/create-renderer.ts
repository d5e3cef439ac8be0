import { WebGLRenderer } from "three";
import { ComputeError } from "../core/errors";

/**
 * Returns the renderer of a canvas. The drawing buffer is kept between frames, so that panes that did not change need not
 * be drawn again. Throws a ComputeError if the browser gives no WebGL 2.
 */
export function createRenderer(canvas: HTMLCanvasElement): WebGLRenderer {
  try {
    const renderer = new WebGLRenderer({
      canvas,
      antialias: !rendersInSoftware(),
      preserveDrawingBuffer: true,
      powerPreference: "high-performance",
    });
    renderer.autoClear = false;
    renderer.setPixelRatio(1);
    return renderer;
  } catch (cause) {
    const sentence = "This browser gives no WebGL 2, which the views need: switch hardware acceleration on.";
    throw new ComputeError("backend-unavailable", sentence, {}, cause);
  }
}

/** Tells whether WebGL runs on the CPU, where smoothing edges would double the time of a frame. */
function rendersInSoftware(): boolean {
  const gl = document.createElement("canvas").getContext("webgl2");
  if (!gl) return false;
  const info = gl.getExtension("WEBGL_debug_renderer_info");
  const name = String(gl.getParameter(info ? info.UNMASKED_RENDERER_WEBGL : gl.RENDERER));
  gl.getExtension("WEBGL_lose_context")?.loseContext();
  return /swiftshader|llvmpipe|softpipe|basic render/i.test(name);
}
