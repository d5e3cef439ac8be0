import type { Ratios } from "../metrics/ratios";
import type { Particle, ParticleList } from "../particles/particle-list";
import type { MwrPreviewKind } from "../restore/mwr-control";
import type { Axis, Shape3 } from "../volume/shape";

/** A slice that a running operation can already show, in the voxels of the box it works on. */
export interface PreviewSlice {
  readonly axis: Axis;
  readonly index: number;
  readonly width: number;
  readonly height: number;
  readonly values: Float32Array<ArrayBuffer>;
}

/** One iteration of the chain, as the trace records it. */
export interface MwrTracePoint {
  readonly iteration: number;
  /** The energy D of the current sample after this iteration. */
  readonly energy: number;
  readonly accepted: boolean;
  /** β that this iteration was judged with (it moves while it is steered). */
  readonly beta: number;
}

export interface RestorePreview {
  /** What happened since the last report. */
  readonly trace: readonly MwrTracePoint[];
  /** The middle section of the box in grey values; present a few times a second at the most. */
  readonly slice?: PreviewSlice;
  /** What the slice shows: what was asked for, or the current sample until there are two samples. */
  readonly shows?: MwrPreviewKind;
  /**
   * By how much the running mean's middle section changed since the last slice (root mean square, as a part of the section's
   * own deviation); absent before the second.
   */
  readonly meanChange?: number;
  /** Where it is done in blocks: how many are finished, told as each begins. */
  readonly blocks?: { readonly done: number; readonly count: number };
}

export interface RestoreOutput {
  readonly boxShape: Shape3;
  /** In how many blocks it was to be done, and how many are: fewer where it was stopped, and the rest is as it was measured. */
  readonly blocks: number;
  readonly finishedBlocks: number;
  readonly sigma: number;
  readonly beta: number;
  /** How many were done, of each block; the parameter's, where the method takes no samples. */
  readonly iterations: number;
  /** Null where the method takes no samples. */
  readonly acceptanceRate: number | null;
  /** Of blocks, the iterations count on. */
  readonly trace: readonly MwrTracePoint[];
  /** What is to be known of the result beyond the parameters, each in a sentence: for its provenance. */
  readonly remarks: readonly string[];
}

/** Labels of a piece of the volume that is done: x fastest, corner at (z0, y0, x0). */
export interface LabelledPiece {
  readonly z0: number;
  readonly y0: number;
  readonly x0: number;
  readonly shape: Shape3;
  readonly labels: Uint8Array<ArrayBuffer>;
}

export interface SegmentPreview {
  readonly piece?: LabelledPiece;
  /** So many sections, from the first on, are in the result's volumes for good: a later run can go on from there. */
  readonly finishedSections?: number;
}

export interface SegmentOutput {
  readonly voxelsPerClass: readonly number[];
  readonly tiles: number;
  /** The voxel size that the volume was resampled to for the network; null where it was taken as it is. */
  readonly resampledToAngstrom: number | null;
}

export interface LocalizeOutput {
  readonly list: ParticleList;
  /** What would be in the list if the smallest sizes were 1, in the same order. */
  readonly candidates: readonly Particle[];
}

/** Precision, recall and F1 of one class, by one-to-one matching within a distance. */
export interface ClassScore extends Omit<Ratios, "fBeta"> {
  readonly name: string;
  readonly truth: number;
  readonly found: number;
  readonly truePositives: number;
}

/** How often a true class (row) was found as a class (column); one more row and column stand for the background. */
export interface ConfusionMatrix {
  /** Of the rows and columns but the last. */
  readonly labels: readonly number[];
  readonly counts: readonly (readonly number[])[];
}

/** Scores by label, particles only (classes with a radius or with truth). */
export interface Evaluation {
  readonly radiusVoxels: number;
  readonly beta: number;
  readonly classes: Readonly<Record<string, ClassScore & Ratios>>;
  readonly confusion: ConfusionMatrix;
}

/** What became of one kind of particle in a simulated scene. */
export interface PlacedCount {
  readonly name: string;
  readonly asked: number;
  readonly placed: number;
}

export interface SimulateOutput {
  /** The truth: every particle that is no decoy, with its rotation. */
  readonly list: ParticleList;
  readonly placed: readonly PlacedCount[];
  /** The share of the volume that is not empty. */
  readonly occupancy: number;
  /** Of the tilt series; empty where the route is direct. */
  readonly tiltsDeg: readonly number[];
  readonly defociMicrometre: readonly number[];
  /** var(signal)/var(noise) as measured in what was made; null without noise. */
  readonly measuredSnr: number | null;
}
