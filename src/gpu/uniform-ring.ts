/** Where a uniform binding may begin, on every device. */
const ALIGNMENT_BYTES = 256;
const SLOTS = 4096;
/** A slot is written again after this many others; what uses it must be submitted by then. */
export const MOST_UNIFORMS_UNSUBMITTED = SLOTS / 2;

/**
 * Small values for kernels, side by side in one buffer that is used over and over: making a buffer for each dispatch takes
 * longer than many kernels run. Writes keep the queue's order, so a slot is free once its dispatch has been submitted.
 */
class UniformRing {
  readonly #device: GPUDevice;
  readonly #buffer: GPUBuffer;
  #next = 0;

  constructor(device: GPUDevice) {
    this.#device = device;
    const usage = GPUBufferUsage.UNIFORM | GPUBufferUsage.COPY_DST;
    this.#buffer = device.createBuffer({ label: "uniforms", size: SLOTS * ALIGNMENT_BYTES, usage });
  }

  write(values: ArrayBuffer): GPUBufferBinding {
    const slots = Math.ceil(values.byteLength / ALIGNMENT_BYTES);
    if (this.#next + slots > SLOTS) this.#next = 0;
    const offset = this.#next * ALIGNMENT_BYTES;
    this.#next += slots;
    this.#device.queue.writeBuffer(this.#buffer, offset, values);
    return { buffer: this.#buffer, offset, size: values.byteLength };
  }
}

const rings = new WeakMap<GPUDevice, UniformRing>();

/** Returns a binding of these values, which holds until MOST_UNIFORMS_UNSUBMITTED more have been asked for. */
export function uniformBinding(device: GPUDevice, values: ArrayBuffer): GPUBufferBinding {
  const ring = rings.get(device) ?? new UniformRing(device);
  rings.set(device, ring);
  return ring.write(values);
}
