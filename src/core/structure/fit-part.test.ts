import { expect, test } from "vitest";
import { partOfMap } from "./fit-part";

test("the two parts of a map are its halves about the plane between the points, and share no voxel", () => {
  const values = Float32Array.from({ length: 4 * 5 * 6 }, (_, i) => 1 + i);
  const map = { kind: "map", name: "two", values, shape: [4, 5, 6], voxelSizeAngstrom: 1 } as const;
  const [a, b] = [
    { x: 1, y: 2, z: 0 },
    { x: 4, y: 2, z: 1 },
  ];
  const one = partOfMap(map, { nearer: a, than: b }).values;
  const other = partOfMap(map, { nearer: b, than: a }).values;
  // 6x + 2z < 16 is nearer to a.
  values.forEach((value, i) => {
    const side = 6 * (i % 6) + 2 * Math.floor(i / 30) - 16;
    expect([one[i], other[i]]).toEqual([side < 0 ? value : 0, side > 0 ? value : 0]);
  });
});
