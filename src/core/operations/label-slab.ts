import { type Box, boxShape, type Shape3 } from "../volume/shape";
import type { SegmentPreview } from "./results";

/**
 * Labels and probabilities of a row of tiles: whole sections of the volume, background where nothing was computed. Sections
 * run from z0 to z1 (excluded), those of the tiles' cores that lie in the box wanted.
 */
export class LabelSlab {
  readonly z0: number;
  readonly z1: number;
  readonly labels: Uint8Array<ArrayBuffer>;
  readonly scores: Float32Array<ArrayBuffer> | null;
  /** One array for each class. */
  readonly classes: readonly Float32Array<ArrayBuffer>[];
  readonly #shape: Shape3;
  readonly #wanted: Box;
  readonly #classCount: number;

  constructor(
    shape: Shape3,
    wanted: Box,
    core: Box,
    classCount: number,
    keep: { readonly saveScore: boolean; readonly classProbabilities: boolean },
  ) {
    this.z0 = Math.max(core.z0, wanted.z0);
    this.z1 = Math.min(core.z1, wanted.z1);
    this.#shape = shape;
    this.#wanted = wanted;
    this.#classCount = classCount;
    const voxels = (this.z1 - this.z0) * shape[1] * shape[2];
    this.labels = new Uint8Array(voxels);
    this.scores = keep.saveScore ? new Float32Array(voxels) : null;
    this.classes = keep.classProbabilities
      ? Array.from({ length: classCount }, () => new Float32Array(voxels))
      : [];
  }

  /**
   * Takes the probabilities [section, y, x, class] of whole sections of a core, from its section `z` on; the most probable
   * class wins, the first of equal ones. Returns the labels that lie in the box wanted, null if none do.
   */
  add(core: Box, z: number, probabilities: Float32Array): SegmentPreview | null {
    const [, coreNy, coreNx] = boxShape(core);
    const [, ny, nx] = this.#shape;
    const count = this.#classCount;
    const sections = probabilities.length / (coreNy * coreNx * count);
    const piece: Box = {
      z0: Math.max(core.z0 + z, this.z0),
      y0: Math.max(core.y0, this.#wanted.y0),
      x0: Math.max(core.x0, this.#wanted.x0),
      z1: Math.min(core.z0 + z + sections, this.z1),
      y1: Math.min(core.y1, this.#wanted.y1),
      x1: Math.min(core.x1, this.#wanted.x1),
    };
    if (piece.z0 >= piece.z1) return null;
    const shape = boxShape(piece);
    const labels = new Uint8Array(shape[0] * shape[1] * shape[2]);
    let index = 0;
    for (let pz = piece.z0; pz < piece.z1; pz++) {
      for (let py = piece.y0; py < piece.y1; py++) {
        const row = ((pz - core.z0 - z) * coreNy + py - core.y0) * coreNx - core.x0;
        const to = ((pz - this.z0) * ny + py) * nx;
        for (let px = piece.x0; px < piece.x1; px++) {
          const from = (row + px) * count;
          let best = 0;
          for (let label = 1; label < count; label++)
            if (probabilities[from + label] > probabilities[from + best]) best = label;
          labels[index++] = best;
          this.labels[to + px] = best;
          if (this.scores) this.scores[to + px] = probabilities[from + best];
          for (let label = 0; label < this.classes.length; label++)
            this.classes[label][to + px] = probabilities[from + label];
        }
      }
    }
    return { z0: piece.z0, y0: piece.y0, x0: piece.x0, shape, labels };
  }
}
