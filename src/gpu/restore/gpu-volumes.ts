import { type Shape3, voxelCount } from "../../core/volume/shape";
import { BufferSet } from "../buffer-set";
import { withErrorScopes } from "../error-scopes";
import { flushNow } from "../immediate-queue";
import { readFloats } from "../read-floats";
import { writeFloats } from "../write-floats";

/** As many as the chain allocates are made at the start, where lack of memory shows. */
const VOLUMES = 6;

/** Volumes of one shape in buffers of f32, padded to whole vec4; what is queued before is done before. */
export interface GpuVolumes {
  allocate(): GPUBuffer;
  /** Throws ComputeError "out-of-memory" where a buffer that was allocated had no room. */
  check(): void;
  copy(from: GPUBuffer, to: GPUBuffer): void;
  load(values: Float32Array, to: GPUBuffer): void;
  /** These throw ComputeError "backend-failed" where the device was lost. */
  read(from: GPUBuffer): Promise<Float32Array<ArrayBuffer>>;
  readSection(from: GPUBuffer, z: number): Promise<Float32Array<ArrayBuffer>>;
  dispose(): void;
}

/** Makes room for six volumes. Throws ComputeError "out-of-memory" where there is none. */
export async function createGpuVolumes(device: GPUDevice, shape: Shape3): Promise<GpuVolumes> {
  const voxels = voxelCount(shape);
  const volumeBytes = 16 * Math.ceil(voxels / 4);
  const sectionBytes = 4 * shape[1] * shape[2];
  const held = new BufferSet(device);
  const [section, ...volumes] = await held.take([
    Math.max(16, sectionBytes),
    ...Array.from({ length: VOLUMES }, () => volumeBytes),
  ]);
  const spare = [...volumes];
  const more: GPUBuffer[] = [];
  let fault: unknown = null;

  // Not above: the module is read where there is no WebGPU, too.
  const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_DST | GPUBufferUsage.COPY_SRC;
  const allocateMore = (): GPUBuffer => {
    const made = withErrorScopes(device, "allocating a volume", () => {
      more.push(device.createBuffer({ size: volumeBytes, usage }));
    });
    made.catch((error) => {
      fault ??= error;
    });
    return more[more.length - 1];
  };
  const copyBytes = (from: GPUBuffer, start: number, to: GPUBuffer, bytes: number) => {
    flushNow(device);
    const encoder = device.createCommandEncoder();
    encoder.copyBufferToBuffer(from, start, to, 0, bytes);
    device.queue.submit([encoder.finish()]);
  };

  return {
    allocate: () => spare.pop() ?? allocateMore(),
    check() {
      if (fault) throw fault;
    },
    copy: (from, to) => copyBytes(from, 0, to, volumeBytes),
    load(values, to) {
      flushNow(device);
      writeFloats(device, to, values);
    },
    read: (from) => withErrorScopes(device, "reading a volume", () => readFloats(device, from, voxels)),
    readSection: (from, z) =>
      withErrorScopes(device, "reading a section", () => {
        copyBytes(from, z * sectionBytes, section, sectionBytes);
        return readFloats(device, section, sectionBytes / 4);
      }),
    dispose() {
      held.free();
      for (const buffer of more) buffer.destroy();
    },
  };
}
