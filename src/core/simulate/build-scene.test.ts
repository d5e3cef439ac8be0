import { beforeAll, expect, test } from "vitest";
import { matrixOf } from "../geometry/rotation";
import { uniformSequence } from "../random/philox";
import { sigmaOfResolution } from "../structure/sigma-of-resolution";
import type { BeadModel, DensityMap } from "../structure/structure";
import { voxelCount } from "../volume/shape";
import { buildScene, membraneDistance, type Scene } from "./build-scene";
import type { SceneRecipe } from "./recipe";

const quiet = { breathe: async () => {}, onProgress() {} };

/** A lopsided blob of beads about its centre of mass. */
function beads(name: string, count: number, spread: number, stream: number): BeadModel {
  const random = uniformSequence(11, stream);
  const positions = new Float32Array(3 * count);
  const electrons = new Float32Array(count);
  const mean = [0, 0, 0];
  for (let i = 0; i < count; i++) {
    electrons[i] = 20_000 + 20_000 * random();
    const at = [spread * random(), 0.7 * spread * random() ** 2, 0.5 * spread * random() ** 3];
    at.forEach((x, axis) => {
      positions[3 * i + axis] = x;
      mean[axis] += x * electrons[i];
    });
  }
  const total = electrons.reduce((sum, e) => sum + e, 0);
  for (let i = 0; i < positions.length; i++) positions[i] -= mean[i % 3] / total;
  const sigmasAngstrom = Float32Array.from({ length: count }, () => 12 + 8 * random());
  return { kind: "beads", name, positionsAngstrom: positions, electrons, sigmasAngstrom };
}

const MODELS: Readonly<Record<string, BeadModel>> = {
  large: beads("large", 40, 170, 1),
  small: beads("small", 12, 90, 2),
};
const structures = async (id: string) => MODELS[id];

const RECIPE: SceneRecipe = {
  shape: [40, 90, 100],
  voxelSizeAngstrom: 10,
  resolutionAngstrom: 20,
  gapAngstrom: 10,
  membranes: [
    { kind: "vesicle", count: 1, radiusAngstrom: [200, 260], eccentricity: 0.5 },
    { kind: "sheet", count: 1, amplitudeAngstrom: 30, wavelengthAngstrom: 900 },
  ],
  filaments: [{ kind: "microtubule", count: 1 }],
  particles: [
    { name: "free large", structure: "large", count: 12 },
    {
      name: "bound",
      structure: "large",
      count: 6,
      onMembrane: { distanceAngstrom: 110, axis: [0, 0.6, 0.8], side: "outer" },
    },
    { name: "small", structure: "small", occupancy: 0.02 },
    {
      name: "crumb",
      structure: { shape: "sphere", radiusAngstrom: 30, density: 0.4 },
      count: 20,
      decoy: true,
    },
  ],
};
const SEED = 5;

let scene: Scene;
beforeAll(async () => {
  scene = await buildScene(RECIPE, { structures, seed: SEED, volumeName: "scene.mrc" }, quiet);
});

const boundLabel = () => scene.list.classes.find(({ name }) => name === "bound")?.label;

test("what was asked for and placed is told, and classes are labelled in order", () => {
  expect(scene.list.classes.map(({ name }) => name)).toEqual([
    "background",
    "membrane",
    "microtubule",
    "free large",
    "bound",
    "small",
  ]);
  const placed = Object.fromEntries(scene.placed.map(({ name, placed }) => [name, placed]));
  expect(placed).toMatchObject({ vesicle: 1, sheet: 1, microtubule: 1 });
  expect(placed["free large"]).toBeGreaterThan(6);
  expect(placed.bound).toBeGreaterThan(3);
  expect(placed.small).toBeGreaterThan(12);
  expect(placed.crumb).toBeGreaterThan(10);
  for (const { label, name } of scene.list.classes.slice(3))
    expect(scene.list.particles.filter((p) => p.label === label)).toHaveLength(placed[name]);
  expect(scene.occupancy).toBeGreaterThan(0.1);
  expect(scene.occupancy).toBeLessThan(0.6);
});

test("labels and instances are those of the list, and no particle takes a voxel of another", () => {
  const sizes = new Map<number, number>();
  const byId = new Map(scene.list.particles.map((particle) => [particle.id, particle]));
  expect([...byId.keys()]).toEqual(Array.from({ length: byId.size }, (_, i) => i + 1));
  for (let i = 0; i < scene.instances.length; i++) {
    const id = scene.instances[i];
    if (id === 0) continue;
    sizes.set(id, (sizes.get(id) ?? 0) + 1);
    expect(scene.labels[i]).toBe(byId.get(id)?.label);
  }
  // Each particle still has all the voxels it was pasted with: nobody wrote over them.
  for (const { id, sizeVoxels } of scene.list.particles) expect(sizes.get(id)).toBe(sizeVoxels);
});

test("the template of every particle, drawn slowly at its stated pose, is what the density shows there", () => {
  const [, ny, nx] = scene.shape;
  const blur = sigmaOfResolution(RECIPE.resolutionAngstrom);
  for (const { id, label, x, y, z, rotation } of scene.list.particles) {
    const model = scene.list.classes[label].name === "small" ? MODELS.small : MODELS.large;
    const m = matrixOf(rotation ?? { x: 0, y: 0, z: 0, w: 1 });
    const placed = Array.from(model.electrons, (_, i) => {
      const [px, py, pz] = model.positionsAngstrom.subarray(3 * i, 3 * i + 3);
      return [0, 3, 6].map((r) => m[r] * px + m[r + 1] * py + m[r + 2] * pz);
    });
    const [seen, stated]: [number[], number[]] = [[], []];
    for (let i = 0; i < scene.instances.length; i++) {
      if (scene.instances[i] !== id) continue;
      const [vx, vy, vz] = [i % nx, Math.floor(i / nx) % ny, Math.floor(i / (nx * ny))];
      const at = [vx - x, vy - y, vz - z].map((d) => d * RECIPE.voxelSizeAngstrom);
      seen.push(scene.density[i]);
      stated.push(
        placed.reduce((sum, bead, b) => {
          const sigma = Math.hypot(model.sigmasAngstrom[b], blur);
          const r2 = bead.reduce((squares, c, axis) => squares + (c - at[axis]) ** 2, 0);
          return sum + (model.electrons[b] / sigma ** 3) * Math.exp(-r2 / (2 * sigma ** 2));
        }, 0),
      );
    }
    expect(correlation(seen, stated), `particle ${id}`).toBeGreaterThan(0.95);
  }
});

function correlation(a: readonly number[], b: readonly number[]): number {
  const mean = (values: readonly number[]) => values.reduce((sum, v) => sum + v, 0) / values.length;
  const [ma, mb] = [mean(a), mean(b)];
  const dot = (u: readonly number[], mu: number, v: readonly number[], mv: number) =>
    u.reduce((sum, value, i) => sum + (value - mu) * (v[i] - mv), 0);
  return dot(a, ma, b, mb) / Math.sqrt(dot(a, ma, a, ma) * dot(b, mb, b, mb));
}

test("particles on membranes keep their distance, and their axis points away from the membrane", async () => {
  const distances = await membraneDistance(scene, quiet.breathe);
  const [, ny, nx] = scene.shape;
  const at = (x: number, y: number, z: number) =>
    distances[(Math.round(z) * ny + Math.round(y)) * nx + Math.round(x)];
  const bound = scene.list.particles.filter(({ label }) => label === boundLabel());
  expect(bound.length).toBeGreaterThan(0);
  for (const { x, y, z, rotation } of bound) {
    const m = matrixOf(rotation ?? { x: 0, y: 0, z: 0, w: 1 });
    const axis = [0, 3, 6].map((r) => 0.6 * m[r + 1] + 0.8 * m[r + 2]);
    // 110 Å from the middle of the bilayer is 85 Å from where it begins; voxels are 10 Å.
    expect(Math.abs(at(x, y, z) - 85)).toBeLessThan(13);
    // The way back along the axis ends in the bilayer.
    const foot = [x, y, z].map((c, i) => c - (axis[i] * 110) / RECIPE.voxelSizeAngstrom);
    if (foot.every((c, i) => c > 1 && c < [nx, ny, scene.shape[0]][i] - 2))
      expect(at(foot[0], foot[1], foot[2])).toBe(0);
  }
});

test("bilayers are two leaflets with little between, 38 Å from head to head", async () => {
  const fine = {
    ...RECIPE,
    shape: [48, 48, 48] as const,
    voxelSizeAngstrom: 4,
    resolutionAngstrom: 8,
    filaments: [],
  };
  const membranes = [{ kind: "sheet", count: 1, amplitudeAngstrom: 0, wavelengthAngstrom: 1000 }] as const;
  const { density, labels, placed } = await buildScene(
    { ...fine, membranes, particles: [] },
    { structures, seed: 2, volumeName: "" },
    quiet,
  );
  expect(placed).toEqual([{ name: "sheet", asked: 1, placed: 1 }]);
  const inside = [...density].filter((_, i) => labels[i] === 1);
  // Heads reach well above the chains.
  expect(Math.max(...inside)).toBeGreaterThan(3 * Math.min(...inside.filter((v) => v > 0)));
  // Labelled is a slab of 50 Å: its share of a ball about the middle of the volume tells its thickness.
  expect(labels.reduce((sum, label) => sum + label, 0)).toBeGreaterThan(0);
});

test("the same recipe and seed give the same scene, another seed another", async () => {
  const small: SceneRecipe = {
    ...RECIPE,
    shape: [32, 48, 52],
    membranes: [RECIPE.membranes[0]],
    filaments: [],
  };
  const [a, b, c] = await Promise.all(
    [1, 1, 2].map((seed) => buildScene(small, { structures, seed, volumeName: "" }, quiet)),
  );
  expect(b.list).toEqual(a.list);
  expect(Buffer.from(b.density.buffer).equals(Buffer.from(a.density.buffer))).toBe(true);
  expect(Buffer.from(b.labels.buffer).equals(Buffer.from(a.labels.buffer))).toBe(true);
  expect(c.list).not.toEqual(a.list);
});

test("a scene too full says so and leaves out what has no room; a particle larger than the volume is never placed", async () => {
  const particles = [
    { name: "small", structure: "small", occupancy: 0.9 },
    { name: "large", structure: "large", count: 2 },
  ];
  const { placed, occupancy, list } = await buildScene(
    { ...RECIPE, shape: [16, 40, 40], membranes: [], filaments: [], particles },
    { structures, seed: 1, volumeName: "" },
    quiet,
  );
  expect(placed[0].placed).toBeLessThan(placed[0].asked);
  expect(occupancy).toBeGreaterThan(0.15);
  expect(placed[1]).toEqual({ name: "large", asked: 2, placed: 0 });
  expect(list.particles.length).toBe(placed[0].placed);
});

test("a scene can be cancelled", async () => {
  let breaths = 0;
  const breathe = async () => {
    if (++breaths > 5) throw new Error("cancelled");
  };
  const options = { structures, seed: 1, volumeName: "" };
  await expect(buildScene(RECIPE, options, { ...quiet, breathe })).rejects.toThrow("cancelled");
  expect(voxelCount(RECIPE.shape)).toBeGreaterThan(0);
});

test("a map counts as protein, whatever its units", async () => {
  const side = 21;
  const ball = (unit: number): DensityMap => ({
    kind: "map",
    name: "ball",
    values: Float32Array.from({ length: side ** 3 }, (_, i) => {
      const [x, y, z] = [i % side, Math.floor(i / side) % side, Math.floor(i / side ** 2)];
      return Math.hypot(x - 10, y - 10, z - 10) <= 6 ? unit : 0;
    }),
    shape: [side, side, side],
    voxelSizeAngstrom: 10,
  });
  const recipe = {
    ...RECIPE,
    membranes: [],
    filaments: [],
    particles: [{ name: "ball", structure: "ball", count: 3 }],
  };
  const [one, many] = await Promise.all(
    [1, 400].map((unit) =>
      buildScene(recipe, { structures: async () => ball(unit), seed: 1, volumeName: "m.mrc" }, quiet),
    ),
  );
  expect(one.list.particles).toHaveLength(3);
  const inside = one.density.filter((_, i) => one.labels[i] === 1);
  const mean = inside.reduce((sum, value) => sum + value, 0) / inside.length;
  expect(mean).toBeGreaterThan(0.15);
  expect(mean).toBeLessThan(0.35);
  one.density.forEach((value, i) => {
    if (Math.abs(value - many.density[i]) > 1e-5) throw new Error(`voxel ${i}: ${value}, ${many.density[i]}`);
  });
});
