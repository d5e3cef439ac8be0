import { ComputeError } from "../core/errors";

/** Returns the first `length` floats of a buffer; see `readBytes`. */
export async function readFloats(
  device: GPUDevice,
  buffer: GPUBuffer,
  length: number,
): Promise<Float32Array<ArrayBuffer>> {
  return new Float32Array(await readBytes(device, buffer, 4 * length));
}

/**
 * Returns the first `size` bytes (a multiple of 4) of a buffer, as they are after all that was submitted before this call. Throws
 * ComputeError "backend-failed" where the device was lost meanwhile: browsers call that an abort, which would pass for the
 * user's own cancel.
 */
export async function readBytes(device: GPUDevice, buffer: GPUBuffer, size: number): Promise<ArrayBuffer> {
  const staging = device.createBuffer({ size, usage: GPUBufferUsage.COPY_DST | GPUBufferUsage.MAP_READ });
  try {
    const encoder = device.createCommandEncoder();
    encoder.copyBufferToBuffer(buffer, 0, staging, 0, size);
    device.queue.submit([encoder.finish()]);
    await staging.mapAsync(GPUMapMode.READ);
    return staging.getMappedRange().slice(0);
  } catch (error) {
    throw new ComputeError("backend-failed", "The GPU did not give back its result.", {}, error);
  } finally {
    staging.destroy();
  }
}
