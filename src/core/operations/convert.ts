import type { Operation } from "../task/operation";
import type { ParamSpec, ParamValues } from "../task/params";
import type { TaskContext } from "../task/task";
import { boxShape, type Shape3, voxelCount, wholeBox } from "../volume/shape";
import type { OutputVoxelType, VolumeReader, VoxelType } from "../volume/volume";

/** Voxels that are held at a time: 16 MB. */
const SLAB_VOXELS = 1 << 22;

const CONVERT_PARAMS = {
  mode: {
    kind: "choice",
    label: "Mode",
    help: "The number type of the result; integers are rounded, and a value that does not fit is an error.",
    default: "auto",
    choices: [
      { value: "auto", label: "As the input" },
      { value: "0", label: "0: int8" },
      { value: "1", label: "1: int16" },
      { value: "2", label: "2: float32" },
      { value: "6", label: "6: uint16" },
      { value: "12", label: "12: float16" },
    ],
  },
  crop: {
    kind: "box",
    label: "Crop",
    help: "The part that is kept; its corner moves the header's origin.",
    default: null,
  },
} as const satisfies ParamSpec;

type ConvertParams = ParamValues<typeof CONVERT_PARAMS>;

const TYPES = { "0": "int8", "1": "int16", "2": "float32", "6": "uint16", "12": "float16" } as const;

/** The smallest type that is written and holds every value of a type that is read (int32, float64: all that f32 holds). */
const LIKE: Readonly<Record<VoxelType, OutputVoxelType>> = {
  int8: "int8",
  uint8: "int16",
  int16: "int16",
  uint16: "uint16",
  int32: "float32",
  float16: "float16",
  float32: "float32",
  float64: "float32",
  "complex-int16": "float32",
  "complex-float32": "float32",
  uint4: "int8",
};

/** Writes a volume, or a box of it, as MRC in another number type; reads and writes in slabs. */
export const CONVERT: Operation<
  typeof CONVERT_PARAMS,
  { readonly volume: VolumeReader },
  { readonly shape: Shape3 }
> = {
  id: "convert",
  label: "Convert",
  summary: "Writes a volume, or a part of it, as MRC in another number type.",
  params: CONVERT_PARAMS,

  estimate(shape: Shape3) {
    return { bytes: 8 * Math.min(voxelCount(shape), SLAB_VOXELS), flops: voxelCount(shape) };
  },

  async run({ volume }: { readonly volume: VolumeReader }, params: ConvertParams, context: TaskContext) {
    const { meta } = volume;
    const box = params.crop ?? wholeBox(meta.shape);
    const shape = boxShape(box);
    const { x, y, z } = meta.voxelSizeAngstrom;
    const sink = await context.createVolume({
      role: "converted",
      name: meta.name,
      shape,
      dtype: params.mode === "auto" ? LIKE[meta.dtype] : TYPES[params.mode],
      voxelSizeAngstrom: meta.voxelSizeAngstrom,
      originAngstrom: {
        x: meta.originAngstrom.x + box.x0 * x,
        y: meta.originAngstrom.y + box.y0 * y,
        z: meta.originAngstrom.z + box.z0 * z,
      },
      labels: [`Tomoscope: converted from ${meta.name}`],
    });
    const step = Math.max(1, Math.floor(SLAB_VOXELS / (shape[1] * shape[2])));
    for (let z0 = box.z0; z0 < box.z1; z0 += step) {
      await context.breathe();
      const z1 = Math.min(box.z1, z0 + step);
      await sink.write(await volume.readBox({ ...box, z0, z1 }));
      context.onProgress({
        done: z1 - box.z0,
        total: shape[0],
        note: `section ${z1 - box.z0} of ${shape[0]}`,
      });
    }
    await sink.close();
    return { shape };
  },
};
