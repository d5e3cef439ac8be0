import { classColor } from "../particles/class-colors";
import type { ClassInfo } from "../particles/particle-list";
import type { Order } from "./place-particles";
import type { SceneRecipe } from "./recipe";

const MEMBRANE_COLOR = "#9aa0a6";

/** The radius of a ball of so many voxels. */
const ballRadius = (voxels: number) => Math.cbrt((3 * voxels) / (4 * Math.PI));

/** Returns the classes of a scene by label: background, membrane where there are any, filaments, particles that are no decoys. */
export function sceneClasses(
  { membranes, filaments, voxelSizeAngstrom }: SceneRecipe,
  orders: readonly Order[],
): readonly ClassInfo[] {
  const classes: ClassInfo[] = [{ label: 0, name: "background" }];
  if (membranes.length > 0) classes.push({ label: 1, name: "membrane", color: MEMBRANE_COLOR });
  const nextColor = () => classColor(classes.length);
  for (const { kind } of filaments) classes.push({ label: classes.length, name: kind, color: nextColor() });
  for (const { recipe, kind, label } of orders) {
    if (label === 0) continue;
    const radius = recipe.radiusAngstrom ?? ballRadius(kind.maskVoxels) * voxelSizeAngstrom;
    classes.push({
      label,
      name: recipe.name,
      color: recipe.color ?? nextColor(),
      radiusAngstrom: Number(radius.toFixed(1)),
    });
  }
  return classes;
}
