import { WebGPUBackend } from "@tensorflow/tfjs-backend-webgpu";
import { flushNow } from "../gpu/immediate-queue";

/**
 * tfjs's backend, whose programs and our kernels take turns: each side records and submits when it likes, and what the other
 * has recorded before goes first.
 */
export class SharedQueueBackend extends WebGPUBackend {
  #hasRecorded = false;

  override ensureCommandEncoderReady(): void {
    super.ensureCommandEncoderReady();
    this.#hasRecorded = true;
  }

  override submitQueue(): void {
    flushNow(this.device);
    super.submitQueue();
    this.#hasRecorded = false;
  }

  /** Submits what tfjs has recorded, if anything, so that our kernels can follow. */
  submitRecorded(): void {
    if (!this.#hasRecorded) return;
    this.endComputePassEncoder();
    this.submitQueue();
  }
}
