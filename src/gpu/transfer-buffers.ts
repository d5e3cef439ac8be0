/** Larger buffers are not kept: what is seldom moved should not hold memory. */
const LARGEST_KEPT_BYTES = 2 ** 26;
const MOST_KEPT = 3;

/** Mappable buffers of one device and direction, kept for the next transfer: the driver takes longer to make one than to fill it. */
class TransferBuffers {
  readonly #device: GPUDevice;
  readonly #usage: GPUBufferUsageFlags;
  readonly #free: GPUBuffer[] = [];

  constructor(device: GPUDevice, usage: GPUBufferUsageFlags) {
    this.#device = device;
    this.#usage = usage;
  }

  /** Returns a kept buffer of at least `size` bytes, or a new one. */
  take(size: number, mappedAtCreation: boolean): GPUBuffer {
    const index = this.#free.findIndex((buffer) => buffer.size >= size);
    if (index >= 0) return this.#free.splice(index, 1)[0];
    return this.#device.createBuffer({ size, usage: this.#usage, mappedAtCreation });
  }

  give(buffer: GPUBuffer): void {
    this.#free.push(buffer);
    const isTooMuch =
      buffer.size > LARGEST_KEPT_BYTES ? buffer : this.#free.length > MOST_KEPT && this.#free[0];
    if (!isTooMuch) return;
    this.#free.splice(this.#free.indexOf(isTooMuch), 1);
    isTooMuch.destroy();
  }
}

const uploads = new WeakMap<GPUDevice, TransferBuffers>();
const downloads = new WeakMap<GPUDevice, TransferBuffers>();

/** Returns the kept buffers from the host to the device, which are mapped while they are free. */
export function uploadBuffers(device: GPUDevice): TransferBuffers {
  return keptFor(uploads, device, GPUBufferUsage.MAP_WRITE | GPUBufferUsage.COPY_SRC);
}

/** Returns the kept buffers from the device to the host, which are not mapped while they are free. */
export function downloadBuffers(device: GPUDevice): TransferBuffers {
  return keptFor(downloads, device, GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST);
}

function keptFor(
  all: WeakMap<GPUDevice, TransferBuffers>,
  device: GPUDevice,
  usage: GPUBufferUsageFlags,
): TransferBuffers {
  const kept = all.get(device) ?? new TransferBuffers(device, usage);
  all.set(device, kept);
  return kept;
}
