import { float16Values } from "../../core/volume/float16";
import type { VoxelType } from "../../core/volume/volume";

/** How a file stores its voxels. */
export interface VoxelEncoding {
  readonly dtype: VoxelType;
  readonly littleEndian: boolean;
}

/** Real voxel values, in the narrowest type that holds what the file stores (complex voxels as their modulus). */
export type VoxelValues =
  | Int8Array
  | Uint8Array
  | Int16Array
  | Uint16Array
  | Int32Array
  | Float32Array
  | Float64Array;

/** The bytes of the numbers that voxels are made of: two for each complex voxel, one for the others. */
const WORD_BYTES: Record<Exclude<VoxelType, "uint4">, 1 | 2 | 4 | 8> = {
  int8: 1,
  uint8: 1,
  int16: 2,
  uint16: 2,
  int32: 4,
  float16: 2,
  float32: 4,
  float64: 8,
  "complex-int16": 2,
  "complex-float32": 4,
};

/** Returns the bytes of a row of voxels; 4-bit rows are filled up to whole bytes. */
export function rowBytes(dtype: VoxelType, columns: number): number {
  if (dtype === "uint4") return Math.ceil(columns / 2);
  return columns * WORD_BYTES[dtype] * (dtype.startsWith("complex") ? 2 : 1);
}

/** Turns the bytes of 16-bit words around, in place. */
function swap16(words: Uint16Array): void {
  for (let i = 0; i < words.length; i++) words[i] = (words[i] << 8) | (words[i] >> 8);
}

/** Turns the bytes of 32-bit words around, in place. */
function swap32(words: Uint32Array): void {
  for (let i = 0; i < words.length; i++) {
    const word = words[i];
    words[i] = (word << 24) | ((word & 0xff00) << 8) | ((word >>> 8) & 0xff00) | (word >>> 24);
  }
}

/** Turns the bytes of 64-bit words around, in place. */
function swap64(words: Uint32Array): void {
  swap32(words);
  for (let i = 0; i < words.length; i += 2) {
    const low = words[i];
    words[i] = words[i + 1];
    words[i + 1] = low;
  }
}

function toLittleEndian(buffer: ArrayBuffer, wordBytes: number): void {
  if (wordBytes === 2) swap16(new Uint16Array(buffer));
  else if (wordBytes === 4) swap32(new Uint32Array(buffer));
  else if (wordBytes === 8) swap64(new Uint32Array(buffer));
}

function moduli(pairs: Int16Array | Float32Array): Float32Array {
  const out = new Float32Array(pairs.length / 2);
  for (let i = 0; i < out.length; i++) out[i] = Math.hypot(pairs[2 * i], pairs[2 * i + 1]);
  return out;
}

/** Every byte holds two voxels, the low half first. */
function nibbles(bytes: Uint8Array): Uint8Array {
  const out = new Uint8Array(bytes.length * 2);
  for (let i = 0; i < bytes.length; i++) {
    out[2 * i] = bytes[i] & 15;
    out[2 * i + 1] = bytes[i] >> 4;
  }
  return out;
}

function halves(words: Uint16Array): Float32Array {
  const values = float16Values();
  const out = new Float32Array(words.length);
  for (let i = 0; i < out.length; i++) out[i] = values[words[i]];
  return out;
}

/**
 * Returns the voxels that `bytes` hold: a whole number of them, from the start of an array of its own, which is changed
 * where the byte order is not this machine's (little-endian, as is every machine with WebAssembly). 4-bit rows of odd length
 * give one voxel too many at their end.
 */
export function decodeVoxels(
  bytes: Uint8Array<ArrayBuffer>,
  { dtype, littleEndian }: VoxelEncoding,
): VoxelValues {
  const { buffer } = bytes;
  if (!littleEndian && dtype !== "uint4") toLittleEndian(buffer, WORD_BYTES[dtype]);
  switch (dtype) {
    case "int8":
      return new Int8Array(buffer);
    case "uint8":
      return bytes;
    case "int16":
      return new Int16Array(buffer);
    case "uint16":
      return new Uint16Array(buffer);
    case "int32":
      return new Int32Array(buffer);
    case "float16":
      return halves(new Uint16Array(buffer));
    case "float32":
      return new Float32Array(buffer);
    case "float64":
      return new Float64Array(buffer);
    case "complex-int16":
      return moduli(new Int16Array(buffer));
    case "complex-float32":
      return moduli(new Float32Array(buffer));
    case "uint4":
      return nibbles(bytes);
  }
}
