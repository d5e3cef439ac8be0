const POLL_MS = 4;

/** Measures how long the graphics card takes until it has drawn what was asked of it. */
export class FrameCost {
  readonly #gl: WebGL2RenderingContext;
  #sync: WebGLSync | null = null;
  #startMs = 0;
  #timer = 0;
  /** Of the last frame measured; 0 before the first. */
  milliseconds = 0;

  constructor(gl: WebGL2RenderingContext) {
    this.#gl = gl;
  }

  /** Starts the clock, before the commands of a frame; a frame still being measured is measured to its end. */
  begin(): void {
    if (!this.#sync) this.#startMs = performance.now();
  }

  /** Marks the end of the frame's commands. */
  end(): void {
    if (this.#sync) return;
    this.#sync = this.#gl.fenceSync(this.#gl.SYNC_GPU_COMMANDS_COMPLETE, 0);
    this.#gl.flush();
    this.#poll();
  }

  dispose(): void {
    window.clearTimeout(this.#timer);
    this.#sync = null;
  }

  #poll(): void {
    this.#timer = window.setTimeout(() => {
      const gl = this.#gl;
      if (!this.#sync) return;
      const waits = !gl.isContextLost() && gl.getSyncParameter(this.#sync, gl.SYNC_STATUS) === gl.UNSIGNALED;
      if (waits) {
        this.#poll();
        return;
      }
      gl.deleteSync(this.#sync);
      this.#sync = null;
      this.milliseconds = performance.now() - this.#startMs;
    }, POLL_MS);
  }
}
