import { createStore, type StoreApi } from "zustand/vanilla";
import type { ContrastRange } from "../contracts/data";
import type { TruthParticle } from "../core/metrics/evaluate";
import type { Evaluation } from "../core/operations/results";
import type { ClassInfo, Particle, ParticleList } from "../core/particles/particle-list";
import type { Provenance } from "../core/task/operation";
import type { Point3 } from "../core/volume/shape";
import {
  knownVoxelSizeAngstrom,
  type Statistics,
  type VolumeMeta,
  type VolumeRole,
} from "../core/volume/volume";

/** How grey values become grey on the screen; remembered per volume. */
export interface Display extends ContrastRange {
  readonly invert: boolean;
}

/** One open volume: what is known of it. Its voxels stay in its file, which the workbench keeps by the same id. */
export interface VolumeEntry {
  readonly id: string;
  readonly name: string;
  readonly role: VolumeRole | "raw";
  readonly meta: VolumeMeta;
  readonly fileBytes: number;
  /** Robust range of the central slab. */
  readonly autoContrast: ContrastRange;
  readonly display: Display;
  readonly histogram: { readonly min: number; readonly max: number; readonly counts: readonly number[] };
  /** Over all voxels; null until the file has been read once. */
  readonly statistics: Statistics | null;
  /** What the user says where the header says nothing usable. */
  readonly statedVoxelSizeAngstrom: number | null;
  /** Rises when its voxels change under the same id (a simulated cell that is imaged anew). */
  readonly revision: number;
  /** The volume it was made from, and where its corner lies in that volume's voxels. */
  readonly parentId: string | null;
  readonly origin: Point3;
  readonly provenance: Provenance | null;
  /** Of a tilt series; null for what is none, or whose tilts are not known. */
  readonly tilts: VolumeTilts | null;
}

/** What the images of a tilt series are known to be, in the order of its sections. */
export interface VolumeTilts {
  /** Of the file that says so. */
  readonly name: string;
  readonly tiltsDeg: readonly number[];
  /** Underfocus is positive. */
  readonly defociMicrometre: readonly number[] | null;
}

export interface LabelClass extends ClassInfo {
  readonly color: string;
  readonly visible: boolean;
  /** null while it is not counted. */
  readonly voxels: number | null;
}

export interface LabelsEntry {
  readonly id: string;
  readonly name: string;
  readonly parentId: string;
  /** Without the background. */
  readonly classes: readonly LabelClass[];
  readonly scoreId: string | null;
  readonly provenance: Provenance | null;
  /** Rises while a segmentation fills in. */
  readonly revision: number;
  readonly complete: boolean;
  /** Whether its surfaces are ready (the meshes are kept outside). */
  readonly hasSurfaces: boolean;
}

export interface ParticlesEntry {
  readonly id: string;
  readonly name: string;
  readonly parentId: string;
  /** The label map they were found in; null for a list that was opened. */
  readonly labelsId: string | null;
  readonly list: ParticleList;
  /** What the smallest sizes left out too; absent for a list that was opened. */
  readonly candidates?: readonly Particle[];
  /** Against the truth of the volume, where one is loaded. */
  readonly evaluation: Evaluation | null;
  readonly provenance: Provenance | null;
}

export interface TruthEntry {
  readonly volumeId: string;
  readonly name: string;
  readonly particles: readonly TruthParticle[];
}

export interface DocumentState {
  readonly volumes: readonly VolumeEntry[];
  readonly labels: readonly LabelsEntry[];
  readonly particles: readonly ParticlesEntry[];
  readonly truths: readonly TruthEntry[];
}

export type DocumentStore = StoreApi<DocumentState>;
type ListName = "volumes" | "labels" | "particles";

/** Returns the store of what is open: plain data only. */
export function createDocumentStore(): DocumentStore {
  return createStore<DocumentState>(() => ({ volumes: [], labels: [], particles: [], truths: [] }));
}

/** Appends an entry to one of the document's lists. */
export function addEntry<Name extends ListName>(
  store: DocumentStore,
  list: Name,
  entry: DocumentState[Name][number],
): void {
  store.setState((state) => ({ [list]: [...state[list], entry] }) as Partial<DocumentState>);
}

/** Changes some fields of the entry with that id; an id that is gone is ignored. */
export function patchEntry<Name extends ListName>(
  store: DocumentStore,
  list: Name,
  id: string,
  patch: Partial<DocumentState[Name][number]>,
): void {
  store.setState(
    (state) =>
      ({
        [list]: state[list].map((entry) => (entry.id === id ? { ...entry, ...patch } : entry)),
      }) as Partial<DocumentState>,
  );
}

/** Removes an entry and everything that was made from it; returns the ids that went. */
export function removeEntry(store: DocumentStore, id: string): readonly string[] {
  const { volumes, labels, particles, truths } = store.getState();
  const gone = new Set([id]);
  // Results come after what they were made from, so one pass in order finds all descendants.
  for (const entry of [...volumes, ...labels])
    if (entry.parentId && gone.has(entry.parentId)) gone.add(entry.id);
  for (const entry of labels) if (gone.has(entry.id) && entry.scoreId) gone.add(entry.scoreId);
  for (const { id: each, parentId, labelsId } of particles)
    if (gone.has(parentId) || (labelsId !== null && gone.has(labelsId))) gone.add(each);
  const stays = ({ id: each }: { readonly id: string }) => !gone.has(each);
  store.setState({
    volumes: volumes.filter(stays),
    labels: labels.filter(stays),
    particles: particles.filter(stays),
    truths: truths.filter((truth) => !gone.has(truth.volumeId)),
  });
  return [...gone];
}

/** Puts the truth of a volume in place of the one it had. */
export function setTruth(store: DocumentStore, truth: TruthEntry): void {
  store.setState((state) => ({
    truths: [...state.truths.filter((each) => each.volumeId !== truth.volumeId), truth],
  }));
}

/** Returns what the user stated, else the header's voxel size, else null. */
export function voxelSizeOf(volume: VolumeEntry): number | null {
  return volume.statedVoxelSizeAngstrom ?? knownVoxelSizeAngstrom(volume.meta.voxelSizeAngstrom);
}

/** Returns the voxel size along each axis: what the user stated, else the header's, 0 where that says nothing. */
export function voxelSizePerAxisOf({ statedVoxelSizeAngstrom: stated, meta }: VolumeEntry): Point3 {
  return stated === null ? meta.voxelSizeAngstrom : { x: stated, y: stated, z: stated };
}

/** Returns where the corner of a compared volume lies in the volume: that of a box of it, else its own. */
export function originIn(volume: VolumeEntry | null, compared: VolumeEntry): Point3 {
  return compared.parentId === volume?.id ? compared.origin : { x: 0, y: 0, z: 0 };
}

/** Returns the entry with that id, or null. */
export function entryOf<Entry extends { readonly id: string }>(
  entries: readonly Entry[],
  id: string | null,
): Entry | null {
  return id === null ? null : (entries.find((entry) => entry.id === id) ?? null);
}
