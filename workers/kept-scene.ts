import type { Backend } from "../src/core/backend";
import { buildSimulatedScene } from "../src/core/operations/simulate";
import type { Scene } from "../src/core/simulate/build-scene";
import type { Recipe } from "../src/core/simulate/recipe";
import { createSceneImager, type SceneImager } from "../src/core/simulate/scene-imager";
import type { Structure } from "../src/core/structure/structure";
import type { TaskContext } from "../src/core/task/task";
import type { Shape3 } from "../src/core/volume/shape";

interface ImagedScene {
  readonly scene: Scene;
  readonly imager: SceneImager;
}

/** What a scene is made of: the same gives the same scene. */
interface SceneRequest {
  readonly recipe: Recipe;
  readonly shape: Shape3 | null;
  readonly seed: number;
  readonly backend: Backend;
}

/** Gives a scene, built anew only where another one is asked for than the last time. */
export type KeptScene = (request: SceneRequest, context: TaskContext) => Promise<ImagedScene>;

/** Returns the keeper of the newest scene, so that a change of the microscope images the scene that there is. */
export function createKeptScene(structures: (id: string) => Promise<Structure>): KeptScene {
  let kept: (ImagedScene & { readonly key: string; readonly backend: Backend }) | null = null;
  return async ({ recipe, shape, seed, backend }, context) => {
    const key = JSON.stringify([recipe.name, recipe.scene, shape, seed]);
    if (kept?.key === key && kept.backend === backend) return kept;
    kept?.imager.dispose();
    kept = null;
    const scene = await buildSimulatedScene({ recipe, structures, ...(shape && { shape }) }, seed, context);
    kept = { key, backend, scene, imager: createSceneImager(scene, backend) };
    return kept;
  };
}
