import { expect, test } from "vitest";
import { type Matrix3, matrixOf, quaternionOf, rotationAbout } from "../geometry/rotation";
import { buildScene } from "../simulate/build-scene";
import { densityTemplate } from "../structure/density-template";
import type { BeadModel } from "../structure/structure";
import { structureMask } from "../structure/structure-mask";
import type { Shape3 } from "../volume/shape";
import { paintShapes, paintSpheres, type ShapeMask, type TrainingObject } from "./paint-targets";

const SHAPE: Shape3 = [20, 24, 28];
const VOXELS = 20 * 24 * 28;
const index = (x: number, y: number, z: number) => (z * 24 + y) * 28 + x;

/** Lists the voxels of a label as "x,y,z". */
function voxelsOf(labels: Uint8Array, label: number): string[] {
  const found: string[] = [];
  for (let z = 0; z < 20; z++)
    for (let y = 0; y < 24; y++)
      for (let x = 0; x < 28; x++) if (labels[index(x, y, z)] === label) found.push(`${x},${y},${z}`);
  return found.sort();
}

test("a ball holds the voxels within the radius of its centre, and later ones overwrite", () => {
  const labels = new Uint8Array(VOXELS).fill(9);
  const a = { label: 1, x: 10.3, y: 11.6, z: 9.1, rotation: null };
  const b = { label: 2, x: 14, y: 11, z: 9, rotation: null };
  paintSpheres(
    labels,
    SHAPE,
    [a, b],
    new Map([
      [1, 4.2],
      [2, 3],
    ]),
  );
  const expected = labels.map((_, i) => {
    const [x, y, z] = [i % 28, Math.floor(i / 28) % 24, Math.floor(i / (28 * 24))];
    if (Math.hypot(x - 14, y - 11, z - 9) <= 3) return 2;
    return Math.hypot(x - 10.3, y - 11.6, z - 9.1) <= 4.2 ? 1 : 9;
  });
  expect(labels).toEqual(expected);
});

test("a ball at the border is cut, and a class without a radius is left out", () => {
  const labels = new Uint8Array(VOXELS);
  const object = (label: number): TrainingObject => ({ label, x: 0, y: 0, z: 0, rotation: null });
  paintSpheres(labels, SHAPE, [object(1), object(2)], new Map([[1, 1]]));
  expect(voxelsOf(labels, 1)).toEqual(["0,0,0", "0,0,1", "0,1,0", "1,0,0"]);
  expect(voxelsOf(labels, 2)).toEqual([]);
});

/** An arm of 3 along x, of 2 along y and of 1 along z from the middle: no rotation leaves it as it is. */
const ARMS = [
  [0, 0, 0],
  [1, 0, 0],
  [2, 0, 0],
  [3, 0, 0],
  [0, 1, 0],
  [0, 2, 0],
  [0, 0, 1],
] as const;

function maskOf(side: number, points: readonly (readonly [number, number, number])[], scale = 1): ShapeMask {
  const values = new Uint8Array(side ** 3);
  const middle = Math.floor(side / 2);
  for (const [x, y, z] of points) values[((z + middle) * side + y + middle) * side + x + middle] = 1;
  return { side, values, scale };
}

const turned = (m: Matrix3, [x, y, z]: readonly [number, number, number]) =>
  [m[0] * x + m[1] * y + m[2] * z, m[3] * x + m[4] * y + m[5] * z, m[6] * x + m[7] * y + m[8] * z] as const;

test.each([
  ["x", 90],
  ["y", 90],
  ["z", 90],
  ["y", 180],
  ["z", -90],
] as const)(
  "a mask is turned as its particle is, from the reference to the tomogram: about %s by %i°",
  (axis, angle) => {
    const m = rotationAbout(axis, angle);
    for (const side of [7, 8]) {
      const labels = new Uint8Array(VOXELS);
      const object = { label: 3, x: 12, y: 10, z: 9, rotation: quaternionOf(m) };
      paintShapes(labels, SHAPE, [object], new Map([[3, maskOf(side, ARMS)]]));
      const expected = ARMS.map((arm) => {
        const [x, y, z] = turned(m, arm).map(Math.round);
        return `${12 + x},${10 + y},${9 + z}`;
      });
      expect(voxelsOf(labels, 3)).toEqual(expected.sort());
    }
  },
);

test("an oblong box turned by 30° about z covers what its own frame says", () => {
  const side = 17;
  const points: [number, number, number][] = [];
  for (let z = -1; z <= 1; z++)
    for (let y = -2; y <= 2; y++) for (let x = -7; x <= 3; x++) points.push([x, y, z]);
  const labels = new Uint8Array(VOXELS);
  const m = rotationAbout("z", 30);
  const object = { label: 1, x: 14.25, y: 12, z: 10, rotation: quaternionOf(m) };
  paintShapes(labels, SHAPE, [object], new Map([[1, maskOf(side, points)]]));
  const [a, b, , c, d] = matrixOf(object.rotation);
  let count = 0;
  for (let y = 0; y < 24; y++)
    for (let x = 0; x < 28; x++) {
      const [dx, dy] = [x - 14.25, y - 12];
      const u = a * dx + c * dy;
      const v = b * dx + d * dy;
      // Interpolation rounds the corners: what is clearly inside or outside is told.
      const margin = Math.min(u + 7.5, 3.5 - u, 2.5 - v, v + 2.5);
      if (margin > 0.3) expect(labels[index(x, y, 10)]).toBe(1);
      if (margin < -0.3) expect(labels[index(x, y, 10)]).toBe(0);
      count += labels[index(x, y, 10)];
    }
  expect(Math.abs(count - 55)).toBeLessThan(5);
});

test("a mask of finer voxels keeps its size in ångström", () => {
  const points: [number, number, number][] = [];
  for (let z = -6; z <= 6; z++)
    for (let y = -6; y <= 6; y++)
      for (let x = -6; x <= 6; x++) if (Math.hypot(x, y, z) <= 6.2) points.push([x, y, z]);
  const labels = new Uint8Array(VOXELS);
  const object = { label: 1, x: 12, y: 10, z: 9, rotation: null };
  paintShapes(labels, SHAPE, [object], new Map([[1, maskOf(15, points, 0.5)]]));
  const ball = new Uint8Array(VOXELS);
  paintSpheres(ball, SHAPE, [object], new Map([[1, 3.1]]));
  expect(labels).toEqual(ball);
});

test("masks painted at a scene's particles are where the scene has them", async () => {
  // A long arm and a short one, about their centre of mass.
  const positions = [-60, -20, 0, -20, -20, 0, 20, -20, 0, 60, -20, 0, 60, 20, 0, 60, 20, 40];
  const mean = [0, 1, 2].map(
    (axis) => positions.filter((_, i) => i % 3 === axis).reduce((sum, at) => sum + at, 0) / 6,
  );
  const model: BeadModel = {
    kind: "beads",
    name: "hook",
    positionsAngstrom: Float32Array.from(positions, (at, i) => at - mean[i % 3]),
    electrons: new Float32Array(6).fill(30_000),
    sigmasAngstrom: new Float32Array(6).fill(14),
  };
  const grid = { voxelSizeAngstrom: 10, resolutionAngstrom: 20 };
  const scene = await buildScene(
    {
      ...grid,
      shape: [40, 60, 60],
      gapAngstrom: 10,
      membranes: [],
      filaments: [],
      particles: [{ name: "hook", structure: "hook", count: 8 }],
    },
    { structures: async () => model, seed: 3, volumeName: "scene.mrc" },
    { breathe: async () => {}, onProgress() {} },
  );
  const template = densityTemplate(model, grid);
  const mask = { side: template.side, values: structureMask(template), scale: 1 };
  const overlap = (objects: readonly TrainingObject[]) => {
    const labels = new Uint8Array(scene.labels.length);
    paintShapes(labels, scene.shape, objects, new Map([[1, mask]]));
    const both = labels.filter((label, i) => label && scene.labels[i]).length;
    return both / labels.filter((label, i) => label || scene.labels[i]).length;
  };
  const { particles } = scene.list;
  const inverse = particles.map(({ rotation, ...rest }) => ({
    ...rest,
    rotation: rotation && { ...rotation, w: -rotation.w },
  }));
  expect(particles.length).toBe(8);
  expect(overlap(particles)).toBeGreaterThan(0.8); // the surface lies within half a voxel
  expect(overlap(inverse)).toBeLessThan(0.6);
});
