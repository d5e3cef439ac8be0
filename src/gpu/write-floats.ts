import { uploadBuffers } from "./transfer-buffers";

/** Writes values to the beginning of a buffer, after all that was submitted before; the values may change at once. */
export function writeFloats(device: GPUDevice, buffer: GPUBuffer, values: Float32Array): void {
  const kept = uploadBuffers(device);
  const staging = kept.take(values.byteLength, true);
  new Float32Array(staging.getMappedRange(0, values.byteLength)).set(values);
  staging.unmap();
  const encoder = device.createCommandEncoder();
  encoder.copyBufferToBuffer(staging, 0, buffer, 0, values.byteLength);
  device.queue.submit([encoder.finish()]);
  // A lost device reports itself elsewhere; its buffers are gone with it.
  staging.mapAsync(GPUMapMode.WRITE).then(
    () => kept.give(staging),
    () => {},
  );
}
