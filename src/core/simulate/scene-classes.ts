import type { ClassInfo } from "../particles/particle-list";
import type { Order } from "./place-particles";
import type { SceneRecipe } from "./recipe";

const MEMBRANE_COLOR = "#9aa0a6";
/** Okabe & Ito: told apart by all kinds of colour vision (black left out); further ones lighter or darker. */
const COLORS = [
  "#56b4e9",
  "#e69f00",
  "#009e73",
  "#f0e442",
  "#0072b2",
  "#d55e00",
  "#cc79a7",
  "#a6d8f4",
  "#ffcf70",
  "#66c5ab",
  "#f8f3a0",
  "#669fd1",
  "#e69e66",
  "#e0aeca",
];

/** The radius of a ball of so many voxels. */
const ballRadius = (voxels: number) => Math.cbrt((3 * voxels) / (4 * Math.PI));

/** Returns the classes of a scene by label: background, membrane where there are any, filaments, particles that are no decoys. */
export function sceneClasses(
  { membranes, filaments, voxelSizeAngstrom }: SceneRecipe,
  orders: readonly Order[],
): readonly ClassInfo[] {
  const classes: ClassInfo[] = [{ label: 0, name: "background" }];
  if (membranes.length > 0) classes.push({ label: 1, name: "membrane", color: MEMBRANE_COLOR });
  const nextColor = () => COLORS[(classes.length - 1) % COLORS.length];
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
