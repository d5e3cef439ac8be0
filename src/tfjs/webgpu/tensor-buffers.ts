import type { TensorInfo } from "@tensorflow/tfjs-core";
import { submitNow } from "../../gpu/immediate-queue";
import type { KernelRun } from "../../gpu/paced-queue";
import type { SharedQueueBackend } from "../shared-queue-backend";
import type { BatchMap, Grid } from "./convolve";

/** The tensors of one of our kernels on tfjs's backend: its inputs' buffers, its outputs, and what it needs meanwhile. */
export class KernelTensors {
  readonly device: GPUDevice;
  readonly #backend: SharedQueueBackend;
  readonly #scratch: TensorInfo[] = [];

  constructor(backend: SharedQueueBackend) {
    this.#backend = backend;
    this.device = backend.device;
  }

  /** Returns the buffer of a tensor. Those of inputs are filled once what tfjs has recorded is submitted. */
  buffer({ dataId }: TensorInfo): GPUBuffer {
    this.#backend.uploadToGPU(dataId);
    return this.#backend.tensorMap.get(dataId).resource as GPUBuffer;
  }

  map(info: TensorInfo): BatchMap {
    return { buffer: this.buffer(info), channels: channelsOf(info) };
  }

  /** Returns a new tensor, whose values a kernel writes. */
  output(shape: readonly number[]): TensorInfo {
    return this.#backend.makeTensorInfo([...shape], "float32");
  }

  /** Returns a buffer of `length` floats that is used for something else after `submit`. */
  scratch(length: number): GPUBuffer {
    const info = this.output([length]);
    this.#scratch.push(info);
    return this.buffer(info);
  }

  /**
   * Puts kernels after all that tfjs has recorded, since it may be what they need. Gives the scratch buffers back: later
   * work waits for earlier in the queue.
   */
  submit(runs: readonly KernelRun[]): void {
    this.#backend.submitRecorded();
    submitNow(this.device, runs);
    for (const { dataId } of this.#scratch) this.#backend.disposeData(dataId);
    this.#scratch.length = 0;
  }
}

export function gridOf({ shape: [samples, nz, ny, nx] }: TensorInfo): Grid {
  return [samples, nz, ny, nx];
}

export const channelsOf = ({ shape }: TensorInfo) => shape[shape.length - 1];

export const voxelsOf = ([samples, nz, ny, nx]: Grid) => samples * nz * ny * nx;
