import type { ModelManifest } from "../core/nn/model";
import type { VolumeRole } from "../core/volume/volume";

/**
 * A volume between threads is always a file: a local File, or a Blob that holds an MRC written by an operation. It costs
 * nothing to send, is read by ranges wherever it is needed, and is what an export saves.
 */
export interface VolumeFile {
  readonly name: string;
  readonly blob: Blob;
  /** Stated by the user; replaces the header's. Results carry it. */
  readonly voxelSizeAngstrom?: number;
}

export interface ResultVolume extends VolumeFile {
  readonly role: VolumeRole;
}

/** A model between threads: what is said of it, and its weights as a file (safetensors). */
export interface ModelFile {
  readonly manifest: ModelManifest;
  readonly weights: Blob;
}
