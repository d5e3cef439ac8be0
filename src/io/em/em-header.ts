import type { VoxelType } from "../../core/volume/volume";

/** The 512 bytes at the start of an EM file, as TOM and AV3 write it. */
export const EM_HEADER_BYTES = 512;

/** Byte 3: the type of the voxels. Type 4 (32-bit integers) is rare, 8 (complex) is not read. */
export const EM_TYPES: Readonly<Record<number, VoxelType>> = {
  1: "int8",
  2: "int16",
  4: "int32",
  5: "float32",
  9: "float64",
};

/** Byte 0: the machine that wrote it, and whether it is little-endian. */
const LITTLE_ENDIAN_MACHINES: Readonly<Record<number, boolean>> = {
  0: false, // OS-9
  1: true, // VAX
  2: false, // Convex
  3: false, // SGI
  4: false, // Sun
  5: false, // Mac
  6: true, // PC
};

const COMMENT_OFFSET = 16;
const COMMENT_BYTES = 80;

export interface EmHeader {
  /** Machine code, byte 0. */
  readonly machine: number;
  /** Type of the voxels, byte 3. */
  readonly type: number;
  /** Columns, int32 at byte 4. */
  readonly nx: number;
  /** Rows, int32 at byte 8. */
  readonly ny: number;
  /** Sections, int32 at byte 12. */
  readonly nz: number;
  readonly comment: string;
}

/** Tells whether the machine code is known, and its byte order. */
export function emLittleEndian(machine: number): boolean | undefined {
  return LITTLE_ENDIAN_MACHINES[machine];
}

/** Returns the fields of the first 512 bytes in the byte order given; judges nothing. */
export function parseEmHeader(head: Uint8Array<ArrayBuffer>, littleEndian: boolean): EmHeader {
  const view = new DataView(head.buffer, head.byteOffset, EM_HEADER_BYTES);
  const comment = head.subarray(COMMENT_OFFSET, COMMENT_OFFSET + COMMENT_BYTES);
  const printable = Array.from(comment).filter((byte) => byte >= 32 && byte < 127);
  return {
    machine: view.getUint8(0),
    type: view.getUint8(3),
    nx: view.getInt32(4, littleEndian),
    ny: view.getInt32(8, littleEndian),
    nz: view.getInt32(12, littleEndian),
    comment: String.fromCharCode(...printable).trim(),
  };
}
