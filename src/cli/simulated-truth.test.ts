import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { matrixOf } from "../core/geometry/rotation";
import { buildSimulatedScene } from "../core/operations/simulate";
import { sigmaOfResolution } from "../core/structure/sigma-of-resolution";
import type { BeadModel } from "../core/structure/structure";
import { readBeadModel } from "../io/bead-model/read-bead-model";
import { readRecipe } from "../io/recipe/read-recipe";
import { publicFile } from "./public-files";

/** One voxel in so many of a particle is compared: enough, and quick. */
const STRIDE = 5;

const preset = readRecipe(readFileSync(publicFile("presets/teaching.json"), "utf8"), {
  structureIds: ["6qzp", "3j9i", "4v94"],
  mayReadFiles: false,
});
const models = new Map<string, BeadModel>();
const structures = async (id: string) => {
  const model = readBeadModel(readFileSync(publicFile(`structures/${id}.beads`)), id);
  models.set(id, model);
  return model;
};

/** Pearson's correlation of pairs. */
function correlation(pairs: readonly (readonly [number, number])[]): number {
  const n = pairs.length;
  const [ma, mb] = [0, 1].map((i) => pairs.reduce((sum, pair) => sum + pair[i], 0) / n);
  const sum = (of: (a: number, b: number) => number) =>
    pairs.reduce((total, [a, b]) => total + of(a - ma, b - mb), 0);
  return sum((a, b) => a * b) / Math.sqrt(sum((a) => a * a) * sum((_, b) => b * b));
}

test("every particle of the teaching cell is there as its bead model, drawn bead by bead at its stated pose, has it", async () => {
  const quiet = { breathe: async () => {}, onProgress() {} };
  const scene = await buildSimulatedScene({ recipe: preset, structures }, 7, quiet);
  const [, ny, nx] = scene.shape;
  const size = scene.voxelSizeAngstrom;
  const blur = sigmaOfResolution(preset.scene.resolutionAngstrom);
  const voxels = new Map<number, number[]>();
  scene.instances.forEach((id, i) => {
    if (id === 0) return;
    if (!voxels.has(id)) voxels.set(id, []);
    voxels.get(id)?.push(i);
  });
  expect(scene.list.particles.length).toBeGreaterThan(15);
  for (const { id, label, x, y, z, rotation } of scene.list.particles) {
    const { name } = scene.list.classes[label];
    const structure = preset.scene.particles.find((particle) => particle.name === name)?.structure;
    const model = models.get(String(structure));
    if (!model || !rotation) throw new Error(`particle ${id} has no model or no rotation`);
    const m = matrixOf(rotation);
    const own = (voxels.get(id) ?? []).filter((_, i) => i % STRIDE === 0);
    const pairs = own.map((i) => {
      const at = [i % nx, Math.floor(i / nx) % ny, Math.floor(i / (nx * ny))];
      const d = [x, y, z].map((c, axis) => (at[axis] - c) * size);
      // Into the frame of the structure, by the transpose.
      const p = [0, 1, 2].map((c) => m[c] * d[0] + m[3 + c] * d[1] + m[6 + c] * d[2]);
      let density = 0;
      for (let b = 0; b < model.electrons.length; b++) {
        const variance = model.sigmasAngstrom[b] ** 2 + blur ** 2;
        const r2 =
          (model.positionsAngstrom[3 * b] - p[0]) ** 2 +
          (model.positionsAngstrom[3 * b + 1] - p[1]) ** 2 +
          (model.positionsAngstrom[3 * b + 2] - p[2]) ** 2;
        if (r2 < 25 * variance)
          density += model.electrons[b] * (2 * Math.PI * variance) ** -1.5 * Math.exp(-r2 / (2 * variance));
      }
      return [scene.density[i], density] as const;
    });
    expect(correlation(pairs), `${name} ${id}`).toBeGreaterThan(0.95);
  }
}, 60_000);
