import { ComputeError } from "../core/errors";
import { flushNow } from "./immediate-queue";
import { downloadBuffers } from "./transfer-buffers";

/** Returns the first `length` floats of a buffer; see `readBytes`. */
export async function readFloats(
  device: GPUDevice,
  buffer: GPUBuffer,
  length: number,
): Promise<Float32Array<ArrayBuffer>> {
  return new Float32Array(await readBytes(device, buffer, 4 * length));
}

/**
 * Returns the first `size` bytes (a multiple of 4) of a buffer, as they are after all that was submitted or recorded before this call. Throws
 * ComputeError "backend-failed" where the device was lost meanwhile: browsers call that an abort, which would pass for the
 * user's own cancel.
 */
export async function readBytes(device: GPUDevice, buffer: GPUBuffer, size: number): Promise<ArrayBuffer> {
  flushNow(device);
  const kept = downloadBuffers(device);
  const staging = kept.take(size, false);
  try {
    const encoder = device.createCommandEncoder();
    encoder.copyBufferToBuffer(buffer, 0, staging, 0, size);
    device.queue.submit([encoder.finish()]);
    await staging.mapAsync(GPUMapMode.READ, 0, size);
    const bytes = staging.getMappedRange(0, size).slice(0);
    staging.unmap();
    kept.give(staging);
    return bytes;
  } catch (error) {
    staging.destroy();
    throw new ComputeError("backend-failed", "The GPU did not give back its result.", {}, error);
  }
}
