import { describe, expect, it } from "vitest";
import { FLOAT16_MAX } from "./float16";
import { type CacheStorage, cacheBytes, createSectionCache, halfScale, planCache } from "./section-cache";
import type { Shape3 } from "./shape";
import type { VoxelType } from "./volume";

const SHAPE: Shape3 = [13, 17, 149]; // three strips, the last one narrow
const HALF_PRECISION = 2 ** -11;

describe("half precision", () => {
  const cached = (storage: CacheStorage, dtype: VoxelType, scale: number, ...values: number[]) => {
    const cache = createSectionCache([1, 1, values.length], dtype, storage, scale);
    cache.put(0, Float32Array.from(values));
    const out = new Float32Array(values.length);
    cache.copy(0, { y0: 0, y1: 1, x0: 0, x1: values.length }, out);
    return { out: [...out], exact: cache.exact };
  };

  it("scaled values beyond its range are cut off, NaN is kept", () => {
    const { out, exact } = cached(
      "scaled-float16",
      "float32",
      4,
      3,
      1e9,
      Number.NEGATIVE_INFINITY,
      Number.NaN,
    );
    expect(out).toEqual([3, FLOAT16_MAX / 4, -FLOAT16_MAX / 4, Number.NaN]);
    expect(exact).toBe(false);
  });

  it("a file of halves comes out as it is, infinity too", () => {
    const values = [1.5, -0, 2 ** -24, FLOAT16_MAX, Number.NEGATIVE_INFINITY, Number.NaN];
    expect(cached("float16", "float16", 1, ...values)).toEqual({ out: values, exact: true });
  });
});

describe("planCache", () => {
  it("keeps the file's type if it fits, else half precision, else nothing", () => {
    const voxels = 13 * 17 * 149;
    expect(planCache(SHAPE, "float32", 4 * voxels)).toBe("float32");
    expect(planCache(SHAPE, "float32", 4 * voxels - 1)).toBe("scaled-float16");
    expect(planCache(SHAPE, "float32", 2 * voxels - 1)).toBeNull();
    expect(planCache(SHAPE, "int8", voxels)).toBe("int8");
    expect(planCache(SHAPE, "int8", voxels - 1)).toBeNull();
    expect(cacheBytes(SHAPE, "scaled-float16")).toBe(2 * voxels);
  });
});

describe("createSectionCache", () => {
  const [, ny, nx] = SHAPE;
  const sectionOf = (z: number, dtype: VoxelType) =>
    Float32Array.from({ length: ny * nx }, (_, i) => {
      const value = 40 * Math.sin(i + z);
      if (dtype.startsWith("float") || dtype.startsWith("complex")) return Math.fround(value);
      return Math.round(dtype.startsWith("u") ? Math.abs(value) % 16 : value) + 0; // no negative zero
    });

  it.each<VoxelType>(["int8", "uint8", "uint4", "int16", "uint16", "int32", "float32", "float64"])(
    "gives %s sections and rectangles back unchanged",
    (dtype) => {
      const storage = planCache(SHAPE, dtype, 2 ** 30)!;
      const cache = createSectionCache(SHAPE, dtype, storage);
      expect(cache.exact).toBe(dtype !== "int32" && dtype !== "float64");
      for (const z of [12, 3]) cache.put(z, sectionOf(z, dtype));
      expect([cache.has(3), cache.has(4), cache.has(12)]).toEqual([true, false, true]);
      const whole = new Float32Array(ny * nx);
      cache.copy(12, { y0: 0, y1: ny, x0: 0, x1: nx }, whole);
      expect(whole).toEqual(sectionOf(12, dtype));
      const part = new Float32Array(3 * 4);
      cache.copy(3, { y0: 5, y1: 8, x0: 62, x1: 66 }, part);
      const source = sectionOf(3, dtype);
      part.forEach((value, i) => {
        expect(value).toBe(source[(5 + Math.floor(i / 4)) * nx + 62 + (i % 4)]);
      });
    },
  );

  it("keeps eleven bits in half precision, whatever the values' size", () => {
    for (const size of [1e-9, 1, 1e9]) {
      const section = sectionOf(0, "float32").map((value) => value * size);
      const cache = createSectionCache(SHAPE, "float32", "scaled-float16", halfScale(40 * size));
      expect(cache.exact).toBe(false);
      cache.put(0, section);
      const back = new Float32Array(ny * nx);
      cache.copy(0, { y0: 0, y1: ny, x0: 0, x1: nx }, back);
      back.forEach((value, i) => {
        expect(Math.abs(value - section[i])).toBeLessThanOrEqual(HALF_PRECISION * Math.abs(section[i]));
      });
    }
  });
});
