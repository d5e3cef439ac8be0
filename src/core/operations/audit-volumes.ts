import { ComputeError } from "../errors";
import type { TaskContext } from "../task/task";
import { type Box, boxShape } from "../volume/shape";
import type { OutputVoxelType, VolumeMeta, VolumeReader, VolumeRole } from "../volume/volume";
import { volumeStem } from "../volume/volume-stem";

/** Reads a box; throws "bad-input" naming its first voxel that is no number. */
export async function readNumbers(volume: VolumeReader, box: Box): Promise<Float32Array<ArrayBuffer>> {
  const values = await volume.readBox(box);
  const at = values.findIndex((value) => !Number.isFinite(value));
  if (at < 0) return values;
  const [, ny, nx] = boxShape(box);
  const [x, y, z] = [
    box.x0 + (at % nx),
    box.y0 + (Math.floor(at / nx) % ny),
    box.z0 + Math.floor(at / (nx * ny)),
  ];
  const sentence = `The voxel at x ${x}, y ${y}, z ${z} of ${volume.meta.name} is ${values[at]}; an audit needs numbers: choose a box that has only those.`;
  throw new ComputeError("bad-input", sentence, { x, y, z });
}

interface Grids {
  readonly original: VolumeReader;
  readonly restored: VolumeReader;
  readonly box: Box;
  readonly inRestored: Box;
}

const isOnGridOf = (volume: VolumeReader, other: VolumeReader) =>
  volume.meta.shape.join() === other.meta.shape.join();

export function readReference(reference: VolumeReader, { original, restored, box, inRestored }: Grids) {
  if (isOnGridOf(reference, original)) return readNumbers(reference, box);
  if (isOnGridOf(reference, restored)) return readNumbers(reference, inRestored);
  const sentence = `The reference ${reference.meta.name} has ${reference.meta.shape.join(" × ")} voxels (z, y, x); it must have as many as the original or the restored volume.`;
  throw new ComputeError("bad-input", sentence);
}

export function readStd(std: VolumeReader, restored: VolumeReader, box: Box) {
  if (isOnGridOf(std, restored)) return readNumbers(std, box);
  const sentence = `The deviation ${std.meta.name} has ${std.meta.shape.join(" × ")} voxels (z, y, x); it must have as many as the restored volume.`;
  throw new ComputeError("bad-input", sentence);
}

interface Written {
  readonly original: VolumeMeta;
  readonly restored: VolumeMeta;
  readonly box: Box;
  readonly context: TaskContext;
}

const DTYPES = { "measured-change": "float32", uncertain: "int8" } as const satisfies Partial<
  Record<VolumeRole, OutputVoxelType>
>;
const NAMES = { "measured-change": "change", uncertain: "uncertain" } as const;
const LABELS = {
  "measured-change": "Tomoscope: restored minus original, limited to what was measured",
  uncertain: "Tomoscope: 1 where the deviation is larger than the signal",
} as const;

/** Writes a result as a volume of its own, placed where its box lies. */
export async function writeAuditVolume(
  { original, restored, box, context }: Written,
  role: keyof typeof DTYPES,
  values: Float32Array | Uint8Array,
): Promise<void> {
  const { voxelSizeAngstrom: size, originAngstrom: origin } = original;
  const shape = boxShape(box);
  const sink = await context.createVolume({
    role,
    name: `${volumeStem(restored.name)}-${NAMES[role]}.mrc`,
    shape,
    dtype: DTYPES[role],
    voxelSizeAngstrom: size,
    originAngstrom: {
      x: origin.x + box.x0 * size.x,
      y: origin.y + box.y0 * size.y,
      z: origin.z + box.z0 * size.z,
    },
    labels: [LABELS[role]],
  });
  const sectionVoxels = shape[1] * shape[2];
  for (let z = 0; z < shape[0]; z++) {
    await sink.write(values.subarray(z * sectionVoxels, (z + 1) * sectionVoxels));
    await context.breathe();
  }
  await sink.close();
}
