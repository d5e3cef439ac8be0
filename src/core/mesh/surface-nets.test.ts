import { describe, expect, it } from "vitest";
import { type Shape3, voxelCount } from "../volume/shape";
import { binomialSmooth } from "./binomial-smooth";
import { createLabelBins } from "./label-bins";
import { type Mesh, surfaceNets } from "./surface-nets";

const SHAPE: Shape3 = [13, 17, 23];

function fieldOf([nz, ny, nx]: Shape3, value: (x: number, y: number, z: number) => number): Float32Array {
  const field = new Float32Array(nz * ny * nx);
  for (let z = 0; z < nz; z++)
    for (let y = 0; y < ny; y++) for (let x = 0; x < nx; x++) field[(z * ny + y) * nx + x] = value(x, y, z);
  return field;
}

const vector = (array: Float32Array, i: number) =>
  [array[3 * i], array[3 * i + 1], array[3 * i + 2]] as const;
const minus = (a: readonly number[], b: readonly number[]) => a.map((value, i) => value - b[i]);
const cross = (a: readonly number[], b: readonly number[]) => [
  a[1] * b[2] - a[2] * b[1],
  a[2] * b[0] - a[0] * b[2],
  a[0] * b[1] - a[1] * b[0],
];
const dot = (a: readonly number[], b: readonly number[]) =>
  a.reduce((sum, value, i) => sum + value * b[i], 0);

/** Closed and consistently turned: every directed edge has exactly one partner the other way. */
function expectClosed({ indices }: Mesh) {
  const directed = new Map<string, number>();
  for (let t = 0; t < indices.length; t += 3)
    for (const [i, j] of [
      [0, 1],
      [1, 2],
      [2, 0],
    ]) {
      const key = `${indices[t + i]},${indices[t + j]}`;
      directed.set(key, (directed.get(key) ?? 0) + 1);
    }
  for (const [key, count] of directed) {
    const [a, b] = key.split(",");
    expect(count).toBe(1);
    expect(directed.get(`${b},${a}`)).toBe(1);
  }
}

/** Six times the volume that the triangles enclose is the sum of the triple products; positive if they face outward. */
function enclosedVolume({ positions, indices }: Mesh): number {
  let sum = 0;
  for (let t = 0; t < indices.length; t += 3) {
    const [a, b, c] = [0, 1, 2].map((k) => vector(positions, indices[t + k]));
    sum += dot(a, cross(b, c));
  }
  return sum / 6;
}

describe("surfaceNets", () => {
  it("gives a sphere its radius, closed, normals outward", () => {
    const centre = [11.3, 8.2, 6.1];
    const radius = 5.4;
    const mesh = surfaceNets(
      fieldOf(SHAPE, (x, y, z) => radius - Math.hypot(x - centre[0], y - centre[1], z - centre[2])),
      SHAPE,
    );
    expectClosed(mesh);
    const RADIUS_TOLERANCE = 0.1; // vertices are means of crossings: slightly inside a curved surface
    const NORMAL_TOLERANCE = 0.02; // cosine; the gradient of one cell against the radius
    for (let i = 0; i < mesh.positions.length / 3; i++) {
      const out = minus(vector(mesh.positions, i), centre);
      const length = Math.hypot(...out);
      expect(Math.abs(length - radius)).toBeLessThan(RADIUS_TOLERANCE);
      expect(dot(out, vector(mesh.normals, i)) / length).toBeGreaterThan(1 - NORMAL_TOLERANCE);
    }
    const exact = (4 / 3) * Math.PI * radius ** 3;
    expect(enclosedVolume(mesh)).toBeGreaterThan(0.95 * exact);
    expect(enclosedVolume(mesh)).toBeLessThan(1.01 * exact);
  });

  it("closes at the borders where the volume is full", () => {
    const mesh = surfaceNets(new Float32Array(voxelCount(SHAPE)).fill(1), SHAPE);
    expectClosed(mesh);
    const xs = mesh.positions.filter((_, i) => i % 3 === 0);
    expect([Math.min(...xs), Math.max(...xs)]).toEqual([-0.5, SHAPE[2] - 0.5]);
    const ROUNDED_EDGES = 0.95; // surface nets cut corners and edges off
    expect(enclosedVolume(mesh)).toBeGreaterThan(ROUNDED_EDGES * voxelCount(SHAPE));
    expect(enclosedVolume(mesh)).toBeLessThanOrEqual(voxelCount(SHAPE));
  });

  it("puts a box where it is", () => {
    const inside = (value: number, from: number, to: number) => value >= from && value <= to;
    const mesh = surfaceNets(
      fieldOf(SHAPE, (x, y, z) => (inside(x, 3, 18) && inside(y, 4, 9) && inside(z, 2, 7) ? 1 : -1)),
      SHAPE,
    );
    expectClosed(mesh);
    for (const [axis, low, high] of [
      [0, 2.5, 18.5],
      [1, 3.5, 9.5],
      [2, 1.5, 7.5],
    ]) {
      const along = mesh.positions.filter((_, i) => i % 3 === axis);
      expect([Math.min(...along), Math.max(...along)]).toEqual([low, high]);
    }
  });

  it("gives nothing where nothing is inside, and takes NaN for outside", () => {
    expect(surfaceNets(new Float32Array(voxelCount(SHAPE)).fill(-1), SHAPE).indices).toHaveLength(0);
    expect(surfaceNets(new Float32Array(voxelCount(SHAPE)).fill(Number.NaN), SHAPE).indices).toHaveLength(0);
    const holed = fieldOf(SHAPE, (x, y, z) =>
      x === 11 && y === 8 ? Number.NaN : 4 - Math.hypot(x - 11, y - 8, z - 6),
    );
    const mesh = surfaceNets(holed, SHAPE);
    expect(mesh.positions.every(Number.isFinite) && mesh.normals.every(Number.isFinite)).toBe(true);
  });

  it("stays finite and closed about infinite voxels", () => {
    const field = fieldOf(SHAPE, (x, y, z) => 4 - Math.hypot(x - 11, y - 8, z - 6));
    field[(6 * 17 + 8) * 23 + 15] = Number.POSITIVE_INFINITY; // on the surface
    field[(6 * 17 + 8) * 23 + 11] = Number.NEGATIVE_INFINITY; // a hole in the middle
    const mesh = surfaceNets(field, SHAPE);
    expect(mesh.positions.every(Number.isFinite) && mesh.normals.every(Number.isFinite)).toBe(true);
    expectClosed(mesh);
  });
});

describe("binomialSmooth", () => {
  it("equals the plain sum over 27 neighbours", () => {
    const shape: Shape3 = [3, 4, 5];
    const field = fieldOf(shape, (x, y, z) => Math.sin(3 * x + 5 * y + 7 * z));
    const at = (x: number, y: number, z: number) =>
      x < 0 || y < 0 || z < 0 || x >= 5 || y >= 4 || z >= 3 ? 0 : field[(z * 4 + y) * 5 + x];
    const weight = [1, 2, 1];
    const expected = fieldOf(shape, (x, y, z) => {
      let sum = 0;
      for (let k = 0; k < 27; k++) {
        const [dx, dy, dz] = [k % 3, Math.floor(k / 3) % 3, Math.floor(k / 9)];
        sum += weight[dx] * weight[dy] * weight[dz] * at(x + dx - 1, y + dy - 1, z + dz - 1);
      }
      return sum / 64;
    });
    const smoothed = field.slice();
    binomialSmooth(smoothed, shape);
    const ROUNDING = 1e-6; // three roundings to f32
    for (let i = 0; i < smoothed.length; i++)
      expect(Math.abs(smoothed[i] - expected[i])).toBeLessThan(ROUNDING);
  });
});

describe("createLabelBins", () => {
  it("counts every class in its bin", () => {
    const shape: Shape3 = [5, 7, 9];
    const labels = fieldOf(shape, (x, y, z) => (x * 7 + y * 3 + z) % 4);
    const bins = createLabelBins(shape, 2);
    for (let z = 0; z < 5; z++) bins.add(labels.subarray(z * 63, (z + 1) * 63), z);
    expect(bins.shape).toEqual([3, 4, 5]);
    expect(bins.labels()).toEqual([1, 2, 3]);
    for (const label of [1, 2, 3]) {
      const expected = new Float32Array(60);
      labels.forEach((value, i) => {
        const [z, y, x] = [Math.floor(i / 63), Math.floor((i % 63) / 9), i % 9];
        if (value === label) expected[((z >> 1) * 4 + (y >> 1)) * 5 + (x >> 1)] += 1 / 8;
      });
      expect(bins.occupancy(label)).toEqual(expected);
    }
  });

  it("refuses what is not a label map", () => {
    const bins = createLabelBins([1, 1, 100], 1);
    expect(() => bins.add(new Float32Array(100).fill(0.5), 0)).toThrow("0.5 is not a label");
    expect(() =>
      bins.add(
        Float32Array.from({ length: 100 }, (_, i) => i),
        0,
      ),
    ).toThrow("more than 64");
  });
});
