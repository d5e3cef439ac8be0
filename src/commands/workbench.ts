import type { RestoreChange, RunRequests } from "../contracts/compute";
import type { LabelSurface, SurfaceMesh } from "../contracts/data";
import type { ModelFile, VolumeFile } from "../contracts/files";
import type { PreviewSlice } from "../core/operations/results";
import type { Axis, Point3 } from "../core/volume/shape";
import type { ComputeClient } from "../services/compute-client";
import type { DataClient } from "../services/data-client";
import type { DocumentStore, LabelClass } from "../state/document";
import type { HistoryStore } from "../state/history";
import type { JobsStore } from "../state/jobs";
import type { ShellStore } from "../state/shell";
import type { ViewStore } from "../state/view";
import type { LiveLabels } from "./live-labels";

/** What a segmentation that was stopped needs to go on. */
export interface UnfinishedSegmentation {
  readonly volumeId: string;
  readonly classes: readonly LabelClass[];
  /** With what is finished. */
  readonly request: RunRequests["segment"];
}

/** What commands may tell the views directly; everything else goes through the stores. */
interface ViewerControls {
  zoom(factor: number): void;
  fit(): void;
  lookAlong(axis: Axis): void;
  flyTo(point: Point3): void;
  toBlob(): Promise<Blob>;
}

/** What differs between the browser and a test. */
export interface Host {
  /** Lets the user choose files; empty if they chose none. */
  pickFiles(): Promise<readonly File[]>;
  saveFile(name: string, blob: Blob): void;
  /** Loads a file that ships with the app. */
  fetchAsset(path: string): Promise<Response>;
  /** Milliseconds since the epoch. */
  now(): number;
}

/** Everything a command works on: the stores, the files and meshes they refer to by id, and the workers. */
export interface Workbench {
  readonly document: DocumentStore;
  readonly view: ViewStore;
  readonly jobs: JobsStore;
  readonly shell: ShellStore;
  readonly history: HistoryStore;
  /** The file of each volume and label map, by id. */
  readonly files: Map<string, VolumeFile>;
  /** The surfaces of each label map, by id. */
  readonly surfaces: Map<string, readonly LabelSurface[]>;
  /** The one isosurface, and the volume it is of. */
  readonly isosurface: { volumeId: string | null; mesh: SurfaceMesh | null };
  /** Label maps that are still filling in, by id. */
  readonly liveLabels: Map<string, LiveLabels>;
  /** Segmentations that were stopped, by the id of the label map of what they had finished. */
  readonly unfinished: Map<string, UnfinishedSegmentation>;
  /** The newest preview of each job, by id. */
  readonly previews: Map<string, PreviewSlice>;
  /** What the training was begun with and its newest checkpoint, so that it can go on; and the model it ended with. */
  readonly training: { request: RunRequests["train"] | null; model: ModelFile | null };
  /** How to stop each running job, by id. */
  readonly stops: Map<string, AbortController>;
  /** How to change what is asked of each running restoration, by the id of its job. */
  readonly steers: Map<string, (change: RestoreChange) => void>;
  readonly data: DataClient;
  readonly compute: ComputeClient;
  readonly host: Host;
  /** When a file was last saved, in milliseconds since the epoch; 0 before the first. */
  savedAt: number;
  /** Set by the views while they are mounted. */
  viewer: ViewerControls | null;
  nextId(kind: string): string;
}
