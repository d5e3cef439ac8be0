import type { Particle } from "../core/particles/particle-list";
import { volumeStem } from "../core/volume/volume-stem";
import { distancesCsv } from "../io/scores/score-csv";
import { entryOf, type ParticlesEntry } from "../state/document";
import { fileToCompute, runOperation } from "./run-operation";
import type { Workbench } from "./workbench";

/** How far particles are from the nearest voxel of a class, in Å; null where the class has none. */
export interface MeasuredDistances {
  readonly to: number;
  readonly particles: readonly Particle[];
  readonly distancesAngstrom: readonly (number | null)[];
}

/**
 * Measures the distances of a list's particles, and of those that its smallest sizes leave out, to a class of its label map
 * (of the one that is shown, for a list that was opened). Null where it failed, which has been told, or has no label map.
 */
export async function measureDistances(
  workbench: Workbench,
  { parentId, labelsId, list, candidates }: ParticlesEntry,
  to: number,
): Promise<MeasuredDistances | null> {
  const { document, view } = workbench;
  const volume = entryOf(document.getState().volumes, parentId);
  const labels = entryOf(document.getState().labels, labelsId ?? view.getState().labelsId);
  const file = labels && volume && fileToCompute(workbench, labels.id, volume);
  if (!file) return null;
  const particles = candidates ?? list.particles;
  const points = particles.map(({ x, y, z }) => ({ x, y, z }));
  const inputs = { labels: file, points };
  const result = await runOperation(workbench, { operation: "distances", inputs, volume, params: { to } });
  return result && { to, particles, distancesAngstrom: result.output.distancesAngstrom };
}

/** Saves measured distances as CSV. */
export function exportDistances(
  { host }: Workbench,
  { list }: ParticlesEntry,
  { particles, distancesAngstrom }: MeasuredDistances,
): void {
  const name = `${volumeStem(list.volumeName)}-distances.csv`;
  host.saveFile(name, new Blob([distancesCsv(particles, distancesAngstrom)], { type: "text/csv" }));
}
