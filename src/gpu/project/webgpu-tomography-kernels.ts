import type { TomographyKernels, TomographySpec } from "../../core/tomography/tomography-kernels";
import { BufferSet } from "../buffer-set";
import type { GpuDevice } from "../device";
import { withErrorScopes } from "../error-scopes";
import { bindBuffers, kernelPipeline } from "../kernel-pipeline";
import { type KernelRun, PacedQueue } from "../paced-queue";
import { readFloats } from "../read-floats";
import backProjectCode from "./back-project.wgsl?raw";
import projectCode from "./project.wgsl?raw";
import { rayTables } from "./ray-tables";

const THREADS = 64;
/** A slab of rows, of the volume or of the images, takes no more than this, and no more than the device allows. */
const SLAB_BYTES = 128e6;
/** One weighted sum with its two reads takes about as long as this many operations of the convolution. */
const FLOPS_PER_SUM = 30;

/**
 * Returns projection and back-projection on the GPU: a slab of rows along y at a time, gathered by pixel and by voxel, so
 * that nothing is added atomically and the result is the same each time. Calls throw ComputeError "out-of-memory" where
 * the GPU has no room for two slabs of 128 MB.
 */
export async function createWebGpuTomographyKernels(
  gpu: GpuDevice,
  spec: TomographySpec,
): Promise<Omit<TomographyKernels, "filterImages">> {
  const { device } = gpu;
  const { shape, imageWidth, tiltsDeg } = spec;
  const [nz, ny, nx] = shape;
  const tiltCount = tiltsDeg.length;
  const [projectPipeline, backProjectPipeline] = await Promise.all([
    kernelPipeline(device, "project", projectCode, {}),
    kernelPipeline(device, "back-project", backProjectCode, {}),
  ]);
  const queue = new PacedQueue(device, gpu.isSoftware);
  const slabs = new BufferSet(device);
  const constants = new BufferSet(device);
  const tables = rayTables(spec);
  const { crossingsPerTilt } = tables;
  const written = [tables.tilts, tables.crossings, tables.pixels];
  const held = await constants.take(written.map(({ byteLength }) => Math.max(16, byteLength)));
  const [tilts, crossings, pixels] = held;
  written.forEach((table, i) => {
    device.queue.writeBuffer(held[i], 0, table);
  });

  const { maxBufferSize, maxStorageBufferBindingSize } = device.limits;
  const slabBytes = Math.min(SLAB_BYTES, maxBufferSize, maxStorageBufferBindingSize);
  const rowBytes = 4 * Math.max(nz * nx, tiltCount * imageWidth);
  const slabRows = Math.max(1, Math.min(ny, Math.floor(slabBytes / rowBytes)));

  const projection = (rows: number, volume: GPUBuffer, images: GPUBuffer): KernelRun => ({
    flops: FLOPS_PER_SUM * tiltCount * rows * imageWidth * Math.max(nz, nx),
    slabs: tiltCount,
    encode({ pass, uniform }, from, to) {
      const params = new Uint32Array([imageWidth, rows, nx, crossingsPerTilt, from, 0, 0, 0]);
      const buffers = [uniform(params.buffer), tilts, crossings, volume, images];
      pass.setPipeline(projectPipeline);
      pass.setBindGroup(0, bindBuffers(device, projectPipeline, buffers));
      pass.dispatchWorkgroups(Math.ceil(imageWidth / THREADS), rows, to - from);
    },
  });

  const backProjection = (rows: number, volume: GPUBuffer, images: GPUBuffer): KernelRun => ({
    flops: FLOPS_PER_SUM * tiltCount * rows * nx * nz,
    slabs: nz,
    encode({ pass, uniform }, from, to) {
      const params = new Uint32Array([nx, rows, nz, from, imageWidth, tiltCount, 0, 0]);
      const buffers = [uniform(params.buffer), tilts, pixels, images, volume];
      pass.setPipeline(backProjectPipeline);
      pass.setBindGroup(0, bindBuffers(device, backProjectPipeline, buffers));
      pass.dispatchWorkgroups(Math.ceil(nx / THREADS), rows, to - from);
    },
  });

  /** Takes slab after slab of `values` [count, ny, length] through a kernel to a result of the same kind. */
  const transform = async (
    kernel: typeof projection,
    values: Float32Array,
    from: "volume" | "images",
    breathe: (fraction: number) => Promise<void>,
  ): Promise<Float32Array<ArrayBuffer>> => {
    const stacks = { volume: { count: nz, length: nx }, images: { count: tiltCount, length: imageWidth } };
    const [input, output] =
      from === "volume" ? [stacks.volume, stacks.images] : [stacks.images, stacks.volume];
    const result = new Float32Array(output.count * ny * output.length);
    if (result.length === 0 || values.length === 0) return result;
    const bytes = ({ count, length }: typeof input) => 4 * count * slabRows * length;
    const [volume, images] = await slabs.take([bytes(stacks.volume), bytes(stacks.images)]);
    const [source, target] = from === "volume" ? [volume, images] : [images, volume];
    for (let y0 = 0; y0 < ny; y0 += slabRows) {
      const rows = Math.min(slabRows, ny - y0);
      await withErrorScopes(device, from === "volume" ? "projecting" : "back-projecting", async () => {
        const floatsIn = rows * input.length;
        for (let i = 0; i < input.count; i++) {
          const first = (i * ny + y0) * input.length;
          device.queue.writeBuffer(source, 4 * i * floatsIn, values, first, floatsIn);
        }
        await queue.run([kernel(rows, volume, images)], (share) => breathe((y0 + share * rows) / ny));
        const floatsOut = rows * output.length;
        const slab = await readFloats(device, target, output.count * floatsOut);
        for (let i = 0; i < output.count; i++)
          result.set(slab.subarray(i * floatsOut, (i + 1) * floatsOut), (i * ny + y0) * output.length);
      });
      await breathe((y0 + rows) / ny);
    }
    return result;
  };

  return {
    project: (volume, breathe) => transform(projection, volume, "volume", breathe),
    backProject: (images, breathe) => transform(backProjection, images, "images", breathe),
    dispose() {
      slabs.free();
      constants.free();
    },
  };
}
