import { ComputeError } from "../core/errors";
import { withErrorScopes } from "./error-scopes";

/** Storage buffers that are kept from one use to the next while they are large enough. */
export class BufferSet {
  readonly #device: GPUDevice;
  #buffers: GPUBuffer[] = [];

  constructor(device: GPUDevice) {
    this.#device = device;
  }

  /**
   * Returns one buffer for each size; contents are not kept. Throws ComputeError "out-of-memory" where one is larger than
   * the device allows or the GPU has no room for them all.
   */
  async take(sizes: readonly number[]): Promise<readonly GPUBuffer[]> {
    const { maxBufferSize, maxStorageBufferBindingSize } = this.#device.limits;
    const limit = Math.min(maxBufferSize, maxStorageBufferBindingSize);
    const largest = Math.max(...sizes);
    if (largest > limit) {
      const sentence = `The GPU allows buffers of ${mebibytes(limit)} MiB, and ${mebibytes(largest)} MiB are needed.`;
      throw new ComputeError("out-of-memory", sentence, { bytes: largest, limitBytes: limit });
    }
    const held = this.#buffers;
    if (sizes.length === held.length && sizes.every((size, i) => held[i].size >= size)) return held;
    this.free();
    const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_DST | GPUBufferUsage.COPY_SRC;
    const total = sizes.reduce((sum, size) => sum + size, 0);
    try {
      await withErrorScopes(this.#device, `allocating ${mebibytes(total)} MiB`, () => {
        for (const size of sizes) this.#buffers.push(this.#device.createBuffer({ size, usage }));
      });
    } catch (error) {
      this.free();
      throw error;
    }
    return this.#buffers;
  }

  free(): void {
    for (const buffer of this.#buffers) buffer.destroy();
    this.#buffers = [];
  }
}

const mebibytes = (bytes: number) => Math.ceil(bytes / 2 ** 20);
