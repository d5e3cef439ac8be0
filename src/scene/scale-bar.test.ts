import fc from "fast-check";
import { expect, test } from "vitest";
import { scaleBar } from "./scale-bar";

test("a scale bar is the longest round length that fits", () => {
  expect(scaleBar(2, 10, 150)).toEqual({ lengthPixels: 100, text: "50 nm" });
  expect(scaleBar(2, 10, 100)).toEqual({ lengthPixels: 100, text: "50 nm" });
  expect(scaleBar(2, 10, 99)).toEqual({ lengthPixels: 40, text: "20 nm" });
  expect(scaleBar(0.1, 13.5, 160)?.text).toBe("2 µm");
  expect(scaleBar(0.16, 10, 160)?.text).toBe("1 µm");
  expect(scaleBar(60, 2, 120)?.text).toBe("0.2 nm");
});

test("without a voxel size it counts voxels", () => {
  expect(scaleBar(3, null, 100)).toEqual({ lengthPixels: 60, text: "20 voxels" });
  expect(scaleBar(80, null, 90)).toEqual({ lengthPixels: 80, text: "1 voxel" });
});

test("nothing is drawn without a scale", () => {
  expect(scaleBar(0, 10, 100)).toBeNull();
  expect(scaleBar(Number.NaN, 10, 100)).toBeNull();
});

test("its length is what it says, and more than 40 % of what is allowed", () => {
  const positive = (max: number) => fc.double({ min: 0.01, max, noNaN: true });
  fc.assert(
    fc.property(positive(80), positive(50), (scale, voxelSize) => {
      const bar = scaleBar(scale, voxelSize, 160);
      if (!bar) throw new Error("no bar");
      const [value, unit] = bar.text.split(" ");
      const nm = Number(value) * (unit === "µm" ? 1000 : 1);
      expect(((bar.lengthPixels / scale) * voxelSize) / 10 / nm).toBeCloseTo(1, 9);
      expect(bar.lengthPixels).toBeLessThanOrEqual(160 * (1 + 1e-9));
      // From 2 to 5 is the widest step: the bar is at least 2/5 of the room.
      expect(bar.lengthPixels).toBeGreaterThan(160 * 0.399);
    }),
  );
});
