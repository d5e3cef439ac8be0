import type { BackendId, BackendReport, BackendStatus } from "../core/backend";
import type { AuditOutput } from "../core/operations/audit-output";
import type { ReconstructOutput } from "../core/operations/reconstruct";
import type {
  LocalizeOutput,
  RestoreOutput,
  RestorePreview,
  SegmentOutput,
  SegmentPreview,
  SimulateOutput,
} from "../core/operations/results";
import type { ClassInfo } from "../core/particles/particle-list";
import type { MwrControl } from "../core/restore/mwr-control";
import type { Recipe } from "../core/simulate/recipe";
import type { Provenance } from "../core/task/operation";
import type { TrainingRecipe } from "../core/train/training-recipe";
import type { TrainPreview } from "../core/train/training-run";
import type { Point3, Shape3 } from "../core/volume/shape";
import type { ModelFile, ResultVolume, VolumeFile } from "./files";
import type { ProgressListener } from "./task";

/** What a segmentation has finished: its volumes as files in which every section from `sections` on is zero. */
export interface FinishedFiles {
  readonly sections: number;
  /** Those of the run. */
  readonly params: Readonly<Record<string, unknown>>;
  readonly volumes: readonly ResultVolume[];
}

/** What is asked of a restoration while it runs; what is not named stays as it is. */
export type RestoreChange = Partial<MwrControl>;

export interface RunRequests {
  restore: {
    readonly volume: VolumeFile;
    /** Names the chain: the newest is kept at its end. */
    readonly chainId: string;
    /** Goes on with the chain of that name, up to `iterations` in all; "bad-input" where it is not kept any more. */
    readonly goOn: boolean;
  };
  /** The model by its name, where it ships with the app. */
  segment: {
    readonly volume: VolumeFile;
    readonly model: string | ModelFile;
    /** Of a run that was stopped, with the same model and parameters: this one goes on from there. */
    readonly finished?: FinishedFiles;
  };
  localize: {
    readonly labels: VolumeFile;
    readonly score: VolumeFile | null;
    /** Stands for the labels and the score: runs with the same id are on the same voxels. */
    readonly mapId: string;
    readonly classes: readonly ClassInfo[];
  };
  distances: { readonly labels: VolumeFile; readonly points: readonly Point3[] };
  audit: {
    readonly original: VolumeFile;
    readonly restored: VolumeFile;
    readonly reference: VolumeFile | null;
    readonly std: VolumeFile | null;
    /** Where the restored volume's first voxel lies in the original. */
    readonly place: Point3;
  };
  reconstruct: { readonly stack: VolumeFile; readonly tiltsDeg: readonly number[] };
  "correct-ctf": {
    readonly stack: VolumeFile;
    readonly tiltsDeg: readonly number[] | null;
    readonly defociMicrometre: readonly number[] | null;
  };
  /** A file of atoms, a map or a bead model. */
  density: { readonly structure: VolumeFile };
  simulate: {
    readonly recipe: Recipe;
    /** Instead of the recipe's; counts follow the volume. */
    readonly shape: Shape3 | null;
    /** Whether the truth is wanted too, or the image alone (of a scene that was just built). */
    readonly truth: boolean;
  };
  train: {
    readonly recipe: TrainingRecipe;
    /** The files that the recipe names, by their paths there. */
    readonly files: Readonly<Record<string, VolumeFile>>;
    /** The simulations that it names, likewise. */
    readonly recipes: Readonly<Record<string, Recipe>>;
    /** The model that it starts from; null for one from scratch. */
    readonly start: string | ModelFile | null;
    /** Of a training that stopped. */
    readonly checkpoint: Blob | null;
  };
}

export interface RunOutputs {
  /** `isKept`: whether the chain can go on. */
  restore: RestoreOutput & { readonly isKept: boolean };
  segment: SegmentOutput;
  localize: LocalizeOutput;
  /** In the order of the points; null where the class has no voxel. */
  distances: { readonly distancesAngstrom: readonly (number | null)[] };
  audit: AuditOutput;
  reconstruct: ReconstructOutput;
  "correct-ctf": { readonly defociMicrometre: readonly number[] };
  density: unknown;
  simulate: SimulateOutput;
  train: { readonly model: ModelFile; readonly checkpoint: Blob };
}

/** What `progress.preview` holds while an operation runs. */
export interface RunPreviews {
  restore: RestorePreview;
  segment: SegmentPreview & { readonly finished?: FinishedFiles };
  localize: never;
  distances: never;
  audit: never;
  reconstruct: never;
  "correct-ctf": never;
  density: never;
  simulate: never;
  /** With a checkpoint whenever one is saved; a cancel saves one before it rejects. */
  train: TrainPreview & { readonly checkpoint?: Blob };
}

export type OperationId = keyof RunRequests;

export interface RunResult<Id extends OperationId = OperationId> {
  readonly output: RunOutputs[Id];
  readonly volumes: readonly ResultVolume[];
  readonly provenance: Provenance;
}

/**
 * The worker that owns the GPU device and the WebAssembly threads. One job runs at a time; others wait their turn.
 * A cancelled job rejects with AbortError; errors keep their tag.
 */
export interface ComputeService {
  /** Self-tests every backend (once) and says which one will be used. */
  status(): Promise<BackendStatus>;
  /** Overrides the choice; "auto" gives it back. Rejects with "backend-unavailable" if it failed its self-test. */
  choose(id: BackendId | "auto"): Promise<BackendStatus>;
  run<Id extends OperationId>(
    jobId: string,
    operation: Id,
    inputs: RunRequests[Id],
    params: Readonly<Record<string, unknown>>,
    onProgress: ProgressListener,
  ): Promise<RunResult<Id>>;
  /** Changes what is asked of a restoration that runs or waits; of a job that has ended it changes nothing. */
  steer(jobId: string, change: RestoreChange): Promise<void>;
  cancel(jobId: string): Promise<void>;
}

export type { BackendReport, BackendStatus };
