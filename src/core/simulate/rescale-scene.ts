import { type Shape3, voxelCount } from "../volume/shape";
import type { SceneRecipe } from "./recipe";

/** Returns the scene in a volume of another shape, with as many of everything for its size; what there is stays, once at least. */
export function rescaleScene(scene: SceneRecipe, shape: Shape3): SceneRecipe {
  const factor = voxelCount(shape) / voxelCount(scene.shape);
  const scaled = (count: number) => (count === 0 ? 0 : Math.max(1, Math.round(count * factor)));
  const withCount = <Part extends { readonly count: number }>(part: Part): Part => ({
    ...part,
    count: scaled(part.count),
  });
  return {
    ...scene,
    shape,
    membranes: scene.membranes.map(withCount),
    filaments: scene.filaments.map(withCount),
    particles: scene.particles.map((particle) =>
      particle.count === undefined ? particle : { ...particle, count: scaled(particle.count) },
    ),
  };
}
