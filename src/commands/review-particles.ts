import type { Particle } from "../core/particles/particle-list";
import { entryOf, type ParticlesEntry, patchEntry } from "../state/document";
import { recordStep } from "../state/history";
import { orderParticles } from "../state/particle-order";
import { scoresOf } from "./evaluate-particles";
import type { Workbench } from "./workbench";

/** Returns the particle list that is shown, or null. */
export function shownParticles({ document, view }: Workbench): ParticlesEntry | null {
  return entryOf(document.getState().particles, view.getState().particlesId);
}

/** Selects a particle and brings every view to it; null selects none. */
export function selectParticle(workbench: Workbench, particle: Particle | null): void {
  if (!particle) {
    workbench.view.setState({ selectedParticle: null });
    return;
  }
  const cursor = { x: Math.round(particle.x), y: Math.round(particle.y), z: Math.round(particle.z) };
  workbench.view.setState({ selectedParticle: particle.id, cursor });
  workbench.viewer?.flyTo(cursor);
}

/** Selects the particle `step` rows further in the order of the table, staying within it. */
export function stepParticle(workbench: Workbench, step: number): void {
  const entry = shownParticles(workbench);
  if (!entry || entry.list.particles.length === 0) return;
  const { selectedParticle, particleSort } = workbench.view.getState();
  const ordered = orderParticles(entry.list.particles, particleSort);
  const at = ordered.findIndex(({ id }) => id === selectedParticle);
  const next = at < 0 ? (step > 0 ? 0 : ordered.length - 1) : at + step;
  selectParticle(workbench, ordered[Math.min(ordered.length - 1, Math.max(0, next))]);
}

/** Removes the selected particle and goes on to the next; it can be undone. */
export function removeSelectedParticle(workbench: Workbench): void {
  const entry = shownParticles(workbench);
  const { selectedParticle, particleSort } = workbench.view.getState();
  if (!entry || selectedParticle === null) return;
  const ordered = orderParticles(entry.list.particles, particleSort);
  const at = ordered.findIndex(({ id }) => id === selectedParticle);
  if (at < 0) return;
  recordStep(workbench, `remove particle ${selectedParticle}`, workbench.host.now());
  const list = {
    ...entry.list,
    particles: entry.list.particles.filter(({ id }) => id !== selectedParticle),
  };
  patchEntry(workbench.document, "particles", entry.id, {
    list,
    evaluation: scoresOf(workbench, entry.parentId, list),
  });
  selectParticle(workbench, ordered[at + 1] ?? ordered[at - 1] ?? null);
}
