import type { OutputVoxelType, VoxelType } from "../../core/volume/volume";

/** The modes of MRC files and what their voxels are. Mode 0 is unsigned in files of older IMOD versions. */
export const MRC_MODES: Readonly<Record<number, VoxelType>> = {
  0: "int8",
  1: "int16",
  2: "float32",
  3: "complex-int16",
  4: "complex-float32",
  6: "uint16",
  12: "float16",
  101: "uint4",
};

/** The mode in which each type is written. */
export const OUTPUT_MODES: Readonly<Record<OutputVoxelType, number>> = {
  int8: 0,
  int16: 1,
  float32: 2,
  uint16: 6,
  float16: 12,
};
