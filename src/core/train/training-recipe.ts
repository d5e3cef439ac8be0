import type { SimulateParams } from "../operations/simulate-params";
import type { ClassInfo } from "../particles/particle-list";
import type { Recipe } from "../simulate/recipe";
import type { Shape3 } from "../volume/shape";
import type { Loss } from "./trainer";

/** A tomogram of the user with what is known of it; paths are relative to the recipe. */
export interface FileSource {
  readonly volume: string;
  /** A label map of the same shape. */
  readonly labels?: string;
  /** A list of particles in any format, or a truth file. */
  readonly particles?: string;
  /** What the labels of these files mean, by the names of the model's classes; others count as background. Without it they are the model's. */
  readonly classes?: Readonly<Record<string, string>>;
  /** What its header should say. */
  readonly voxelSizeAngstrom?: number;
  /** The contrast of this volume, where it is not the model's. */
  readonly proteinIsBright?: boolean;
}

/** A tomogram that is simulated when training begins; its classes are the model's by their names, others count as background. */
export interface SimulatedSource {
  /** A preset's id, the path of a recipe, or the recipe itself. */
  readonly recipe: string | Recipe;
  /** Instead of the recipe's; counts follow the volume. */
  readonly shape?: Shape3;
  /** Of the scene and of the noise. */
  readonly seed: number;
  readonly imaging?: ImagingChanges;
}

/** What the microscope does otherwise than the recipe says, by the parameters of a simulation. */
export type ImagingChanges = Partial<Omit<SimulateParams, "seed">>;

export type DataSource = FileSource | SimulatedSource;

/**
 * What the network is to say of each voxel: the label map as given; balls of the classes' radii at the particles; or the mask
 * of each class, by its name, turned as each particle is. Balls and shapes overwrite the label map's classes without a radius
 * (membranes), and later particles earlier ones.
 */
type Targets =
  | { readonly kind: "labels" }
  | { readonly kind: "spheres" }
  | { readonly kind: "shapes"; readonly masks: Readonly<Record<string, string>> };

/** Around what patches are cut. */
export interface Sampling {
  /** Side of a patch in voxels, a multiple of 4. */
  readonly side: number;
  /** A patch's middle is off its object's centre by up to so many voxels along each axis. */
  readonly jitter: number;
  /** Every class equally often, however many objects it has; else every object. */
  readonly balanced: boolean;
  /** The share of patches about any place of a volume. */
  readonly anywhereShare: number;
  /** The share of patches about voxels of classes that have no objects, such as membranes. */
  readonly regionShare: number;
}

/** How patches are varied; ranges are drawn from evenly, and null leaves them as they are. */
export interface Augmentation {
  /** By 180° about the tilt axis y in half of the cases: the wedge stays where it is. */
  readonly halfTurn: boolean;
  /** A factor of the voxels. */
  readonly scale: readonly [number, number] | null;
  /** What is added, in standard deviations of the volume. */
  readonly shift: readonly [number, number] | null;
  /** The deviation of white noise that is added, in standard deviations of the volume. */
  readonly noise: readonly [number, number] | null;
}

interface Schedule {
  readonly kind: "constant" | "cosine";
  /** Steps in which the rate rises from 0, in a line. */
  readonly warmUpSteps: number;
  /** Where a cosine ends, as a share of the rate. */
  readonly finalShare: number;
}

interface ValidationPlan {
  /** After so many steps each, and at the end; 0 for never. The loss is measured on the same patches each time. */
  readonly lossEvery: number;
  readonly batches: number;
  /** F1 by segmenting and localizing whole volumes: after so many steps each, and at the end; 0 for never. */
  readonly f1Every: number;
  /** Whether the model's own scores are measured in the end, where F1 is not measured on the way. */
  readonly f1AtEnd: boolean;
  /** How far a particle may be from the true one. */
  readonly radiusVoxels: number;
}

/** All that training is: the same recipe and data give the same model on the same backend. */
export interface TrainingRecipe {
  readonly name: string;
  /** One sentence on what the model has seen; written from the data if empty. */
  readonly trainedOn: string;
  readonly licence: string;
  /** Labelled 0, 1, 2, … in order. */
  readonly classes: readonly ClassInfo[];
  readonly voxelSizeAngstrom: number;
  readonly proteinIsBright: boolean;
  readonly data: { readonly train: readonly DataSource[]; readonly validation: readonly DataSource[] };
  readonly targets: Targets;
  /** "scratch", or the model that training begins with. */
  readonly start: string;
  readonly sampling: Sampling;
  readonly augmentation: Augmentation;
  readonly loss: Loss;
  readonly classWeights: readonly number[] | null;
  readonly labelSmoothing: number;
  readonly batch: number;
  /** "mixed": in f16 and f32 where the GPU does that faster (core/train/trainer). */
  readonly precision: "single" | "mixed";
  /** Patches that are computed at a time; 0 for the whole batch. */
  readonly microBatch: number;
  readonly steps: number;
  readonly learningRate: number;
  readonly schedule: Schedule;
  readonly validation: ValidationPlan;
  /** A checkpoint after so many steps each; 0 for the end alone. */
  readonly saveEvery: number;
  readonly seed: number;
}
