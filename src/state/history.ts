import { createStore, type StoreApi } from "zustand/vanilla";
import type { Box } from "../core/volume/shape";
import type { DocumentStore, LabelsEntry, ParticlesEntry } from "./document";
import type { ViewStore } from "./view";

/** What undo brings back: lists and classes are never changed in place, so a snapshot costs a few references. */
interface Snapshot {
  readonly label: string;
  readonly at: number;
  readonly particles: readonly ParticlesEntry[];
  readonly labels: readonly LabelsEntry[];
  readonly box: Box | null;
}

interface HistoryState {
  readonly past: readonly Snapshot[];
  readonly future: readonly Snapshot[];
}

export type HistoryStore = StoreApi<HistoryState>;

/** The two stores that a snapshot is taken of. */
interface Stores {
  readonly document: DocumentStore;
  readonly view: ViewStore;
  readonly history: HistoryStore;
}

const KEPT_STEPS = 100;
/** Changes of one kind within this time are one step: a drag of the box is undone at once. */
const SAME_STEP_MS = 800;

/** Returns the store of what can be undone. */
export function createHistoryStore(): HistoryStore {
  return createStore<HistoryState>(() => ({ past: [], future: [] }));
}

function snapshot({ document, view }: Stores, label: string, at: number): Snapshot {
  const { particles, labels } = document.getState();
  return { label, at, particles, labels, box: view.getState().box };
}

/** Remembers the state before a change; call it first, then change. `now` in milliseconds. */
export function recordStep(stores: Stores, label: string, now: number): void {
  const { past } = stores.history.getState();
  const last = past.at(-1);
  if (last && last.label === label && now - last.at < SAME_STEP_MS) {
    stores.history.setState({ past: [...past.slice(0, -1), { ...last, at: now }], future: [] });
    return;
  }
  stores.history.setState({ past: [...past, snapshot(stores, label, now)].slice(-KEPT_STEPS), future: [] });
}

function restore({ document, view }: Stores, step: Snapshot): void {
  // Only what is still open comes back; what was made since stays.
  const merge = <Entry extends { readonly id: string }>(now: readonly Entry[], then: readonly Entry[]) =>
    now.map((entry) => then.find((old) => old.id === entry.id) ?? entry);
  document.setState((state) => ({
    particles: merge(state.particles, step.particles),
    labels: state.labels.map((entry) => {
      const old = step.labels.find((each) => each.id === entry.id);
      return old ? { ...entry, classes: mergeClasses(entry.classes, old.classes) } : entry;
    }),
  }));
  view.setState({ box: step.box });
}

/** Colours and visibility of then, counts of now. */
function mergeClasses(now: LabelsEntry["classes"], then: LabelsEntry["classes"]): LabelsEntry["classes"] {
  return now.map((entry) => {
    const old = then.find((each) => each.label === entry.label);
    return old ? { ...entry, color: old.color, visible: old.visible } : entry;
  });
}

/** Goes one step back; returns what was undone, or null. */
export function undoStep(stores: Stores): string | null {
  const { past, future } = stores.history.getState();
  const step = past.at(-1);
  if (!step) return null;
  const now = snapshot(stores, step.label, 0);
  restore(stores, step);
  stores.history.setState({ past: past.slice(0, -1), future: [...future, now] });
  return step.label;
}

/** Goes one step forward again; returns what was done again, or null. */
export function redoStep(stores: Stores): string | null {
  const { past, future } = stores.history.getState();
  const step = future.at(-1);
  if (!step) return null;
  const now = snapshot(stores, step.label, 0);
  restore(stores, step);
  stores.history.setState({ past: [...past, now], future: future.slice(0, -1) });
  return step.label;
}

/** Forgets all steps: after closing something there is nothing to come back to. */
export function clearHistory(history: HistoryStore): void {
  history.setState({ past: [], future: [] });
}
