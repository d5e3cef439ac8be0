import { existsSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { readTrainingRecipe } from "./read-training-recipe";

const MODELS = new URL("../../../public/models/", import.meta.url);

test.each(["cell/training.json", "cell/from-scratch.json", "shrec/training.json"])(
  "%s can be trained: its recipes of scenes are presets or lie beside it",
  (path) => {
    const { data } = readTrainingRecipe(readFileSync(new URL(path, MODELS), "utf8"));
    const sources = [...data.train, ...data.validation];
    expect(sources.length).toBeGreaterThan(0);
    for (const source of sources) {
      const recipe = "recipe" in source ? source.recipe : expect.fail("shipped recipes simulate their data");
      const file = String(recipe).endsWith(".json") ? `${path}/../${recipe}` : `../presets/${recipe}.json`;
      expect(existsSync(new URL(file, MODELS)), file).toBe(true);
    }
  },
);
