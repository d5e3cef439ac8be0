import type { Shape3 } from "../core/volume/shape";
import { wholeBox } from "../core/volume/shape";
import { type FeatureMap, featureMapBytes } from "../gpu/feature-map";
import { type KernelRun, PacedQueue } from "../gpu/paced-queue";

/** Returns a storage buffer of these numbers. */
export function uploadFloats(device: GPUDevice, values: Float32Array): GPUBuffer {
  const buffer = device.createBuffer({
    size: Math.ceil(values.byteLength / 16) * 16,
    usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_DST | GPUBufferUsage.COPY_SRC,
    mappedAtCreation: true,
  });
  new Float32Array(buffer.getMappedRange()).set(values);
  buffer.unmap();
  return buffer;
}

/** Returns a feature map of the whole of a shape, filled with `values` or NaN. */
export function featureMap(
  device: GPUDevice,
  shape: Shape3,
  channels: number,
  values?: Float32Array,
): FeatureMap {
  const box = wholeBox(shape);
  const content = values ?? new Float32Array(featureMapBytes(box, channels) / 4).fill(Number.NaN);
  return { buffer: uploadFloats(device, content), box, channels };
}

/** Runs kernels and returns the first `length` floats of a buffer. */
export async function runAndRead(
  device: GPUDevice,
  runs: readonly KernelRun[],
  buffer: GPUBuffer,
  length: number,
): Promise<Float32Array> {
  await new PacedQueue(device, true).run(runs, async () => {});
  const staging = device.createBuffer({
    size: buffer.size,
    usage: GPUBufferUsage.COPY_DST | GPUBufferUsage.MAP_READ,
  });
  const encoder = device.createCommandEncoder();
  encoder.copyBufferToBuffer(buffer, 0, staging, 0, buffer.size);
  device.queue.submit([encoder.finish()]);
  await staging.mapAsync(GPUMapMode.READ);
  const values = new Float32Array(staging.getMappedRange()).slice(0, length);
  staging.destroy();
  return values;
}
