import { encodeFloat16s, FLOAT16_MAX, float16Values } from "./float16";
import { type Shape3, voxelCount } from "./shape";
import type { VoxelType } from "./volume";

/** How a cache stores voxels: as the file does (`exact`), or as half-precision numbers times a power of two. */
export type CacheStorage = "int8" | "uint8" | "int16" | "uint16" | "float16" | "float32" | "scaled-float16";

type StoredSection = Int8Array | Uint8Array | Int16Array | Uint16Array | Float32Array;

const STORAGE: Record<CacheStorage, { bytes: number; make: (length: number) => StoredSection }> = {
  int8: { bytes: 1, make: (length) => new Int8Array(length) },
  uint8: { bytes: 1, make: (length) => new Uint8Array(length) },
  int16: { bytes: 2, make: (length) => new Int16Array(length) },
  uint16: { bytes: 2, make: (length) => new Uint16Array(length) },
  float16: { bytes: 2, make: (length) => new Uint16Array(length) },
  float32: { bytes: 4, make: (length) => new Float32Array(length) },
  "scaled-float16": { bytes: 2, make: (length) => new Uint16Array(length) },
};

const NATIVE: Record<VoxelType, CacheStorage> = {
  int8: "int8",
  uint8: "uint8",
  uint4: "uint8",
  int16: "int16",
  uint16: "uint16",
  float16: "float16",
  float32: "float32",
  int32: "float32",
  float64: "float32",
  "complex-int16": "float32",
  "complex-float32": "float32",
};

/** The largest voxel of the first slab becomes about 2^10: five bits of headroom for what lies outside it. */
const SCALED_EXPONENT = 10;

/** A rectangle of a section: rows y0…y1, columns x0…x1, ends excluded. */
interface SectionRange {
  readonly y0: number;
  readonly y1: number;
  readonly x0: number;
  readonly x1: number;
}

/** Sections of a volume held in memory; they come in any order. */
export interface SectionCache {
  readonly bytes: number;
  /** What comes out is what went in, and what the file holds. */
  readonly exact: boolean;
  has(z: number): boolean;
  put(z: number, values: Float32Array): void;
  /** Writes a rectangle of a section that is there into `out`, x fastest. */
  copy(z: number, range: SectionRange, out: Float32Array): void;
}

/** Returns how the whole of a volume is stored within a budget: as in the file, else in half precision, else null. */
export function planCache(shape: Shape3, dtype: VoxelType, budgetBytes: number): CacheStorage | null {
  const fits = (storage: CacheStorage) => voxelCount(shape) * STORAGE[storage].bytes <= budgetBytes;
  return [NATIVE[dtype], "scaled-float16" as const].find(fits) ?? null;
}

/** Returns the bytes that a cache of the whole volume takes. */
export function cacheBytes(shape: Shape3, storage: CacheStorage): number {
  return voxelCount(shape) * STORAGE[storage].bytes;
}

/** Returns the power of two that brings values up to `largest` into the good range of half precision. */
export function halfScale(largest: number): number {
  if (!(largest > 0) || !Number.isFinite(largest)) return 1;
  return 2 ** (SCALED_EXPONENT - Math.floor(Math.log2(largest)));
}

/**
 * Sections are stored in strips of 64 columns, each row after row: a column, which a YZ slice takes of every section, then lies
 * close together, and costs a fourth of what it would across whole rows.
 */
const STRIP = 64;

/** Calls `visit` for the part of each row that lies in one strip: where it is in the section's rows and in its strips. */
function eachPiece(
  { y0, y1, x0, x1 }: SectionRange,
  [, ny, nx]: Shape3,
  visit: (y: number, x: number, at: number, width: number) => void,
): void {
  for (let strip = x0 - (x0 % STRIP); strip < x1; strip += STRIP) {
    const stripWidth = Math.min(STRIP, nx - strip);
    const from = Math.max(x0, strip);
    const width = Math.min(x1, strip + stripWidth) - from;
    for (let y = y0, at = strip * ny + y0 * stripWidth + from - strip; y < y1; y++, at += stripWidth)
      visit(y, from, at, width);
  }
}

/** Values times `scale`; what lies beyond the range of half precision is cut off at its ends. */
function scaledToRange(values: Float32Array, scale: number): Float32Array {
  const scaled = new Float32Array(values.length);
  for (let i = 0; i < values.length; i++)
    scaled[i] = Math.max(-FLOAT16_MAX, Math.min(FLOAT16_MAX, values[i] * scale));
  return scaled;
}

/**
 * Returns an empty cache for the sections of a volume. `scale` is used by "scaled-float16" alone: voxels keep 11 significant
 * bits, and those beyond 65504 / scale are cut off there (see `halfScale`). Memory is taken section by section.
 */
export function createSectionCache(
  shape: Shape3,
  dtype: VoxelType,
  storage: CacheStorage,
  scale = 1,
): SectionCache {
  const [nz, ny, nx] = shape;
  const sections = new Array<StoredSection | null>(nz).fill(null);
  const half = storage === "float16" || storage === "scaled-float16";
  const factor = storage === "scaled-float16" ? scale : 1;
  const unscale = 1 / factor;
  const narrowed = NATIVE[dtype] === "float32" && dtype !== "float32";

  return {
    bytes: cacheBytes(shape, storage),
    exact: storage === NATIVE[dtype] && !narrowed,
    has: (z) => sections[z] !== null,
    put(z, values) {
      const stored = STORAGE[storage].make(ny * nx);
      let encoded: StoredSection = values;
      if (half) {
        encoded = new Uint16Array(ny * nx);
        encodeFloat16s(storage === "scaled-float16" ? scaledToRange(values, scale) : values, encoded);
      }
      eachPiece({ y0: 0, y1: ny, x0: 0, x1: nx }, shape, (y, x, at, width) => {
        const row = y * nx + x;
        for (let i = 0; i < width; i++) stored[at + i] = encoded[row + i];
      });
      sections[z] = stored;
    },
    copy(z, range, out) {
      const section = sections[z];
      if (!section) throw new RangeError(`Section ${z} is not in the cache.`);
      const halves = half ? float16Values() : null;
      const columns = range.x1 - range.x0;
      eachPiece(range, shape, (y, x, at, width) => {
        const to = (y - range.y0) * columns + x - range.x0;
        if (halves) for (let i = 0; i < width; i++) out[to + i] = halves[section[at + i]] * unscale;
        else for (let i = 0; i < width; i++) out[to + i] = section[at + i];
      });
    },
  };
}
