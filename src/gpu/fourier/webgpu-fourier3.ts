import type { Fourier3 } from "../../core/fourier/fourier3";
import { type Shape3, voxelCount } from "../../core/volume/shape";
import { BufferSet } from "../buffer-set";
import type { GpuDevice } from "../device";
import { withErrorScopes } from "../error-scopes";
import { flushNow } from "../immediate-queue";
import { type KernelRun, PacedQueue } from "../paced-queue";
import { readFloats } from "../read-floats";
import { createGpuFourier3 } from "./gpu-fourier3";

/**
 * Returns Fourier transforms of real volumes on the GPU, for shapes of `gpuFourierFits`; the volume and its spectrum lie there
 * together. Calls throw ComputeError "out-of-memory" where it has no room for them, "backend-failed" where the device was
 * lost.
 */
export async function createWebGpuFourier3(gpu: GpuDevice, shape: Shape3): Promise<Fourier3> {
  const { device } = gpu;
  const fourier = await createGpuFourier3(device, shape);
  const { spectrumShape, spectrumBytes } = fourier;
  const queue = new PacedQueue(device, gpu.isSoftware);
  const buffers = new BufferSet(device);
  const voxels = voxelCount(shape);

  const transform = (
    values: Float32Array,
    from: "real" | "spectrum",
    runs: (real: GPUBuffer, spectrum: GPUBuffer) => readonly KernelRun[],
  ): Promise<Float32Array<ArrayBuffer>> =>
    withErrorScopes(device, "computing a Fourier transform", async () => {
      const [real, spectrum] = await buffers.take([Math.max(16, 4 * voxels), Math.max(16, spectrumBytes)]);
      const [source, target] = from === "real" ? [real, spectrum] : [spectrum, real];
      flushNow(device);
      device.queue.writeBuffer(source, 0, values as Float32Array<ArrayBuffer>);
      await queue.run(runs(real, spectrum), async () => {});
      return readFloats(device, target, from === "real" ? spectrumBytes / 4 : voxels);
    });

  return {
    shape,
    spectrumShape,
    forward: (values) =>
      transform(values, "real", (real, spectrum) => [
        ...fourier.forwardXy(real, spectrum),
        ...fourier.forwardZ(spectrum),
      ]),
    inverse: (coefficients) =>
      transform(coefficients, "spectrum", (real, spectrum) => [
        ...fourier.inverseZ(spectrum),
        ...fourier.inverseXy(spectrum, real),
      ]),
    dispose() {
      buffers.free();
      fourier.dispose();
    },
  };
}
