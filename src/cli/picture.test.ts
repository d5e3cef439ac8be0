import { decode } from "fast-png";
import { expect, test } from "vitest";
import type { Box, Shape3 } from "../core/volume/shape";
import {
  drawCircle,
  drawLine,
  encodePng,
  enlarged,
  greyPicture,
  gridOf,
  overlayLabels,
  parseColour,
  slabImage,
} from "./picture";

const slice = (width: number, height: number, values: number[]) => ({
  width,
  height,
  values: new Float32Array(values),
});
const pixel = (picture: { width: number; rgb: Uint8Array }, x: number, y: number) => [
  ...picture.rgb.subarray(3 * (y * picture.width + x), 3 * (y * picture.width + x) + 3),
];

test("a slab is the mean over its slices, along any axis", async () => {
  const shape: Shape3 = [3, 4, 5];
  const volume = {
    meta: {
      name: "v",
      shape,
      dtype: "float32" as const,
      voxelSizeAngstrom: { x: 1, y: 1, z: 1 },
      originAngstrom: { x: 0, y: 0, z: 0 },
      warnings: [],
    },
    async readBox({ z0, y0, x0, z1, y1, x1 }: Box) {
      const out: number[] = [];
      for (let z = z0; z < z1; z++)
        for (let y = y0; y < y1; y++) for (let x = x0; x < x1; x++) out.push(100 * z + 10 * y + x);
      return new Float32Array(out);
    },
  };
  const alongZ = await slabImage(volume, "z", 1, 3);
  expect(alongZ).toMatchObject({ width: 5, height: 4 });
  expect(alongZ.values[1 * 5 + 2]).toBe(112);
  const alongY = await slabImage(volume, "y", 2, 1);
  expect(alongY).toMatchObject({ width: 5, height: 3 });
  expect(alongY.values[2 * 5 + 4]).toBe(224);
  const alongX = await slabImage(volume, "x", 4, 2);
  expect(alongX).toMatchObject({ width: 4, height: 3 });
  expect(alongX.values[1 * 4 + 3]).toBe(133.5);
});

test("enlarging keeps the voxels in place and lies between them", () => {
  const { values, width } = enlarged(slice(2, 1, [0, 4]), 2);
  expect(width).toBe(4);
  expect([...values.subarray(0, 4)]).toEqual([0, 1, 3, 4]);
});

test("grey values are clipped to black and white", () => {
  const picture = greyPicture(slice(4, 1, [-9, 0, 1, 9]), 0, 2);
  expect([0, 1, 2, 3].map((x) => pixel(picture, x, 0)[0])).toEqual([0, 0, 128, 255]);
});

test("labels are tinted inside and full at the rim; others stay as they were", () => {
  const grey = greyPicture(slice(5, 5, new Array(25).fill(1)), 0, 1);
  const labels = slice(5, 5, [0, 0, 0, 0, 0, 0, 2, 2, 2, 0, 0, 2, 2, 2, 0, 0, 2, 2, 2, 0, 0, 0, 0, 0, 1]);
  const picture = overlayLabels(grey, labels, 1, new Map([[2, parseColour("#ff8000")]]));
  expect(pixel(picture, 1, 1)).toEqual([255, 128, 0]);
  expect(pixel(picture, 2, 2)).toEqual([255, 204, 153]);
  expect(pixel(picture, 4, 4)).toEqual([255, 255, 255]);
});

test("a line is dashed and follows its angle, rows counting downwards", () => {
  const picture = greyPicture(slice(40, 40, new Array(1600).fill(0)), 0, 1);
  drawLine(picture, 20.5, 20.5, 45, [9, 9, 9]);
  const onDiagonal = Array.from({ length: 40 }, (_, i) => pixel(picture, i, i)[0]);
  expect(new Set(onDiagonal)).toEqual(new Set([0, 9]));
  expect(picture.rgb.filter((value) => value === 9).length / 3).toBe(
    onDiagonal.filter((value) => value === 9).length,
  );
});

test("pictures stand in rows and columns, and PNG gives them back", () => {
  const a = greyPicture(slice(4, 2, new Array(8).fill(1)), 0, 1);
  drawCircle(a, 0, 0, 1, [1, 2, 3]);
  const black = greyPicture(slice(1, 2, [0, 0]), 0, 1);
  const picture = gridOf([
    [a, black],
    [a, black],
  ]);
  expect([picture.width, picture.height]).toEqual([13, 12]);
  expect(pixel(picture, 1, 0)).toEqual([1, 2, 3]);
  expect(pixel(picture, 3, 11)).toEqual([255, 255, 255]);
  expect(pixel(picture, 12, 10)).toEqual([0, 0, 0]);
  expect(pixel(picture, 5, 0)).toEqual([0x0f, 0x11, 0x15]);
  const decoded = decode(encodePng(picture));
  expect(decoded).toMatchObject({ width: 13, height: 12, channels: 3 });
  expect([...decoded.data]).toEqual([...picture.rgb]);
});
