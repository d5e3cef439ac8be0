import { createStore, type StoreApi } from "zustand/vanilla";
import type { BackendStatus } from "../contracts/compute";
import type { SimulateOutput } from "../core/operations/results";
import type { Recipe } from "../core/simulate/recipe";
import type { Shape3 } from "../core/volume/shape";
import type { AuditResult, AuditSetup } from "./audit";
import type { ModelEntry } from "./models";
import type { Restoration } from "./restoration";
import { NO_SETUP, type Training, type TrainingSetup } from "./training";

export type PanelId =
  | "simulate"
  | "reconstruct"
  | "restore"
  | "audit"
  | "segment"
  | "localize"
  | "review"
  | "train";
export type KeyPreset = "tomoscope" | "3dmod";

/** A sentence that comes up at the edge of the window. */
export interface Notice {
  readonly id: number;
  readonly tone: "error" | "warning" | "info";
  readonly text: string;
}

export interface ShellState {
  readonly panel: PanelId;
  readonly palette: boolean;
  readonly help: boolean;
  /** The three first steps, shown over the sample until they are dismissed. */
  readonly welcome: boolean;
  /** The volume, labels or particles whose provenance is shown. */
  readonly provenanceOf: string | null;
  /** In a narrow window: which side panel lies over the views. */
  readonly drawer: "data" | "operation" | null;
  /** Side panels that the user folded away. */
  readonly folded: { readonly data: boolean; readonly operation: boolean };
  readonly notices: readonly Notice[];
  /** Values that the user changed, by operation; what is not named has its default. */
  readonly params: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly backend: BackendStatus | null;
  /** Why no backend could be asked, if so. */
  readonly backendError: string | null;
  /** The volume that is the bundled sample. */
  readonly sampleId: string | null;
  readonly models: readonly ModelEntry[];
  /** The model that the user chose; null: the first that fits the volume that is shown. */
  readonly modelId: string | null;
  readonly recipes: readonly Recipe[];
  /** The ids of the structures that recipes may name. */
  readonly structureIds: readonly string[];
  /** The name of the recipe that is built next. */
  readonly recipeName: string | null;
  /** The side of the cube that is built; null is the recipe's own shape, where that is small. */
  readonly cellSide: number | null;
  readonly cell: CellState | null;
  /** What is trained next, and the training that runs or ran. */
  readonly trainingSetup: TrainingSetup;
  readonly training: Training | null;
  readonly restoration: Restoration | null;
  /** Which volumes are audited next, and the audits there were. */
  readonly auditSetup: AuditSetup;
  readonly audits: readonly AuditResult[];
  readonly keyPreset: KeyPreset;
  /** Floating-point operations per second of earlier runs on this machine, by "operation/backend". */
  readonly measuredFlops: Readonly<Record<string, number>>;
}

/** The simulated cell that the imaging controls work on. */
export interface CellState {
  readonly recipe: Recipe;
  readonly shape: Shape3;
  /** The imaged volume, and the noiseless density it was made of. */
  readonly seed: number;
  readonly volumeId: string;
  readonly densityId: string | null;
  readonly output: SimulateOutput;
  /** How long the newest image took; null until the controls were moved. */
  readonly seconds: number | null;
}

export type ShellStore = StoreApi<ShellState>;

/** What is remembered between visits. */
export interface Remembered {
  readonly welcome: boolean;
  readonly keyPreset: KeyPreset;
  readonly measuredFlops: Readonly<Record<string, number>>;
}

/** Returns the store of the window around the data. */
export function createShellStore(remembered: Partial<Remembered> = {}): ShellStore {
  return createStore<ShellState>(() => ({
    panel: "segment",
    palette: false,
    help: false,
    welcome: remembered.welcome ?? true,
    provenanceOf: null,
    drawer: null,
    folded: { data: false, operation: false },
    notices: [],
    params: {},
    backend: null,
    backendError: null,
    sampleId: null,
    models: [],
    modelId: null,
    recipes: [],
    structureIds: [],
    recipeName: null,
    cellSide: null,
    cell: null,
    trainingSetup: NO_SETUP,
    training: null,
    auditSetup: {},
    audits: [],
    restoration: null,
    keyPreset: remembered.keyPreset ?? "tomoscope",
    measuredFlops: remembered.measuredFlops ?? {},
  }));
}

/** Shows a sentence; the same sentence is not shown twice at a time. */
export function notify(store: ShellStore, tone: Notice["tone"], text: string): void {
  store.setState(({ notices }) => {
    const id = (notices.at(-1)?.id ?? 0) + 1;
    return { notices: [...notices.filter((notice) => notice.text !== text), { id, tone, text }].slice(-4) };
  });
}

/** Takes a sentence away. */
export function dismissNotice(store: ShellStore, id: number): void {
  store.setState(({ notices }) => ({ notices: notices.filter((notice) => notice.id !== id) }));
}

/** Sets one parameter of an operation; `undefined` gives it its default back. */
export function setParam(store: ShellStore, operation: string, name: string, value: unknown): void {
  store.setState(({ params }) => {
    const { [name]: _, ...others } = params[operation] ?? {};
    return {
      params: { ...params, [operation]: value === undefined ? others : { ...others, [name]: value } },
    };
  });
}

/** Gives every parameter of an operation its default back. */
export function resetParams(store: ShellStore, operation: string): void {
  store.setState(({ params }) => ({ params: { ...params, [operation]: {} } }));
}
