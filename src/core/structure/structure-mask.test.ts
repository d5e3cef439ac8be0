import { describe, expect, test } from "vitest";
import { structureMask } from "./structure-mask";

const SIDE = 31;

function cube(valueAt: (x: number, y: number, z: number) => number, side = SIDE) {
  const half = (side - 1) / 2;
  const values = Float32Array.from({ length: side ** 3 }, (_, i) =>
    valueAt((i % side) - half, (Math.floor(i / side) % side) - half, Math.floor(i / (side * side)) - half),
  );
  return { values, side };
}

const voxelsOf = (mask: Uint8Array) => mask.reduce((count, inside) => count + inside, 0);
const alike = (mask: Uint8Array, expected: Float32Array) =>
  mask.length === expected.length && mask.every((inside, i) => inside === expected[i]);
const ball = (radius: number) => cube((x, y, z) => (Math.hypot(x, y, z) <= radius ? 1 : 0));

describe("holes", () => {
  test("a hollow shell becomes a filled ball", () => {
    const shell = cube((x, y, z) => (Math.abs(Math.hypot(x, y, z) - 8.5) <= 1.5 ? 1 : 0));
    expect(alike(structureMask(shell), ball(10).values)).toBe(true);
  });

  test("a shell with a hole through a face stays hollow; through an edge alone nothing gets in", () => {
    const box = (x: number, y: number, z: number) => Math.max(Math.abs(x), Math.abs(y), Math.abs(z)) === 5;
    const open = structureMask(cube((x, y, z) => (box(x, y, z) && !(x === 5 && y === 0 && z === 0) ? 1 : 0)));
    expect(voxelsOf(open)).toBe(11 ** 3 - 9 ** 3 - 1);
    // The edge of the box touches the inside only along an edge of voxels.
    const nicked = structureMask(cube((x, y, z) => (box(x, y, z) && !(x === 5 && y === 5) ? 1 : 0)));
    expect(voxelsOf(nicked)).toBe(11 ** 3 - 11);
  });

  test("a tunnel from border to border stays open", () => {
    const tube = cube((x, y) => (Math.abs(Math.hypot(x, y) - 6.5) <= 1.5 ? 1 : 0));
    expect(alike(structureMask(tube), tube.values)).toBe(true);
  });
});

describe("level", () => {
  test("an even ball, blurred, is as large as it was", () => {
    const blurred = cube((x, y, z) => 3 / (1 + Math.exp(3 * (Math.hypot(x, y, z) - 9.5))));
    expect(voxelsOf(structureMask(blurred)) / voxelsOf(structureMask(ball(9.5)))).toBeCloseTo(1, 1);
  });

  test("neither scale, nor room around, nor one bright voxel changes it; a higher level is tighter", () => {
    const soft = (x: number, y: number, z: number) => Math.exp((-x * x - y * y - z * z) / 50);
    const plain = voxelsOf(structureMask(cube(soft)));
    expect(voxelsOf(structureMask(cube((...at) => 1e-4 * soft(...at))))).toBe(plain);
    expect(voxelsOf(structureMask(cube(soft, SIDE + 10)))).toBe(plain);
    const bright = cube((x, y, z) => (x === 0 && y === 0 && z === 0 ? 4 : soft(x, y, z)));
    expect(voxelsOf(structureMask(bright)) / plain).toBeGreaterThan(0.9);
    expect(voxelsOf(structureMask(cube(soft), { levelShare: 1 }))).toBeLessThan(plain / 1.5);
  });
});

test("dust goes, a second large piece stays", () => {
  const two = cube((x, y, z) => {
    if (Math.hypot(x - 7, y, z) <= 5 || Math.hypot(x + 7, y, z) <= 4) return 1;
    return Math.max(Math.abs(x), Math.abs(y - 12), Math.abs(z - 12)) <= 1 ? 1 : 0;
  });
  expect(voxelsOf(structureMask(two))).toBe(voxelsOf(Uint8Array.from(two.values)) - 27);
});

test("dilation grows by a ball, up to the border", () => {
  const point = cube((x, y, z) => (x === 0 && y === 0 && z === 0 ? 1 : 0));
  expect(alike(structureMask(point, { dilationVoxels: 4.5 }), ball(4.5).values)).toBe(true);
  const corner = cube((x, y, z) => (x === -15 && y === 15 && z === 15 ? 1 : 0));
  expect(voxelsOf(structureMask(corner, { dilationVoxels: 1 }))).toBe(4);
});

test("nothing above 0 gives an empty mask", () => {
  expect(voxelsOf(structureMask(cube(() => -1)))).toBe(0);
});
