import { ComputeError } from "../core/errors";

/**
 * Returns the first `length` floats of a buffer. Throws ComputeError "backend-failed" where the device was lost meanwhile:
 * browsers call that an abort, which would pass for the user's own cancel.
 */
export async function readFloats(
  device: GPUDevice,
  buffer: GPUBuffer,
  length: number,
): Promise<Float32Array<ArrayBuffer>> {
  const size = 4 * length;
  const staging = device.createBuffer({ size, usage: GPUBufferUsage.COPY_DST | GPUBufferUsage.MAP_READ });
  try {
    const encoder = device.createCommandEncoder();
    encoder.copyBufferToBuffer(buffer, 0, staging, 0, size);
    device.queue.submit([encoder.finish()]);
    await staging.mapAsync(GPUMapMode.READ);
    return new Float32Array(staging.getMappedRange().slice(0));
  } catch (error) {
    throw new ComputeError("backend-failed", "The GPU did not give back its result.", {}, error);
  } finally {
    staging.destroy();
  }
}
