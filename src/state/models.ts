import { fitsVoxelSize } from "../core/nn/fits-voxel-size";
import type { ModelManifest } from "../core/nn/model";
import type { ShellState } from "./shell";

/** A model that can be chosen. The weights of one that was opened are kept outside, by the same id. */
export interface ModelEntry {
  /** Of a model that ships, the name by which the workers load it. */
  readonly id: string;
  readonly manifest: ModelManifest;
  readonly isShipped: boolean;
  /** Whether its files say what its classes are; if not, the user may. */
  readonly isDescribed: boolean;
}

/** Returns the model that the user chose, else the first that fits the voxel size (null: unknown), else the first. */
export function chosenModel(
  { models, modelId }: Pick<ShellState, "models" | "modelId">,
  voxelSizeAngstrom: number | null,
): ModelEntry | null {
  return (
    models.find(({ id }) => id === modelId) ??
    models.find(({ manifest }) => fitsVoxelSize(manifest, voxelSizeAngstrom)) ??
    models.at(0) ??
    null
  );
}
