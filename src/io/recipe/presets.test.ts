import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { readStructureIndex } from "../bead-model/read-structure-index";
import { readRecipe } from "./read-recipe";

const shipped = (path: string) => readFileSync(new URL(`../../../public/${path}`, import.meta.url), "utf8");
const names: readonly string[] = JSON.parse(shipped("presets/index.json"));
const structureIds = readStructureIndex(shipped("structures/index.json")).map(({ id }) => id);

test.each(names)("the preset %s is a recipe of structures that ship", (name) => {
  const recipe = readRecipe(shipped(`presets/${name}.json`), { structureIds, mayReadFiles: false });
  expect(recipe.summary).toMatch(/\.$/);
});

test("the Chlamydomonas-like cell has the classes of the starter model", () => {
  const { scene } = readRecipe(shipped("presets/chlamydomonas.json"), { structureIds, mayReadFiles: false });
  const { classes } = JSON.parse(shipped("models/starter/manifest.json"));
  const particles = scene.particles.map(({ name, color, radiusAngstrom }) => ({
    name,
    color,
    radiusAngstrom,
  }));
  expect(scene.membranes.length).toBeGreaterThan(0);
  expect(particles).toEqual(
    classes.slice(2).map(({ name, color, radiusAngstrom }: (typeof particles)[number]) => ({
      name,
      color,
      radiusAngstrom,
    })),
  );
});
