import type { Labelled } from "../nn/labelled";
import { type Box, boxShape, type Shape3, voxelCount } from "../volume/shape";
import type { LabelledPiece } from "./results";

/**
 * Labels and probabilities of a row of tiles: whole sections of the volume, background where nothing was computed. Sections
 * run from z0 to z1 (excluded), those of the tiles' cores that lie in the box wanted.
 */
export class LabelSlab {
  readonly z0: number;
  readonly z1: number;
  readonly labels: Uint8Array<ArrayBuffer>;
  /** 255 stands for a probability of 1. */
  readonly scores: Uint8Array<ArrayBuffer> | null;
  /** One array for each class. */
  readonly classes: readonly Float32Array<ArrayBuffer>[];
  readonly #shape: Shape3;
  readonly #wanted: Box;

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
    const voxels = (this.z1 - this.z0) * shape[1] * shape[2];
    this.labels = new Uint8Array(voxels);
    this.scores = keep.saveScore ? new Uint8Array(voxels) : null;
    this.classes = keep.classProbabilities
      ? Array.from({ length: classCount }, () => new Float32Array(voxels))
      : [];
  }

  /**
   * Takes labels and their probabilities [section, y, x] of whole sections of a core, from its section `z` on. Returns the
   * labels that lie in the box wanted, null if none do.
   */
  add(core: Box, z: number, { labels, scores }: Labelled): LabelledPiece | null {
    const piece = this.#pieceOf(core, z, labels.length);
    if (!piece) return null;
    const shape = boxShape(piece);
    const isWhole = voxelCount(shape) === labels.length;
    const found = isWhole ? labels.slice() : new Uint8Array(voxelCount(shape));
    let filled = 0;
    this.#eachRow(core, z, piece, (from, to, width) => {
      const row = labels.subarray(from, from + width);
      this.labels.set(row, to);
      this.scores?.set(scores.subarray(from, from + width), to);
      if (!isWhole) found.set(row, filled);
      filled += width;
    });
    return { z0: piece.z0, y0: piece.y0, x0: piece.x0, shape, labels: found };
  }

  /** Takes the probabilities [section, y, x, class] that belong to what `add` takes, if those of every class are kept. */
  addClasses(core: Box, z: number, probabilities: Float32Array): void {
    const count = this.classes.length;
    const piece = count > 0 && this.#pieceOf(core, z, probabilities.length / count);
    if (!piece) return;
    this.#eachRow(core, z, piece, (from, to, width) => {
      for (const [label, values] of this.classes.entries())
        for (let x = 0; x < width; x++) values[to + x] = probabilities[(from + x) * count + label];
    });
  }

  /** The part of `voxels` voxels of a core, from its section `z` on, that lies in the box wanted; null if none does. */
  #pieceOf(core: Box, z: number, voxels: number): Box | null {
    const [, ny, nx] = boxShape(core);
    const piece: Box = {
      z0: Math.max(core.z0 + z, this.z0),
      y0: Math.max(core.y0, this.#wanted.y0),
      x0: Math.max(core.x0, this.#wanted.x0),
      z1: Math.min(core.z0 + z + voxels / (ny * nx), this.z1),
      y1: Math.min(core.y1, this.#wanted.y1),
      x1: Math.min(core.x1, this.#wanted.x1),
    };
    return piece.z0 < piece.z1 ? piece : null;
  }

  /** Calls `visit` for each row of a piece: where it is in the core's voxels from section `z` on, and in the slab's. */
  #eachRow(core: Box, z: number, piece: Box, visit: (from: number, to: number, width: number) => void): void {
    const [, coreNy, coreNx] = boxShape(core);
    const [, ny, nx] = this.#shape;
    const width = piece.x1 - piece.x0;
    for (let pz = piece.z0; pz < piece.z1; pz++) {
      for (let py = piece.y0; py < piece.y1; py++) {
        const from = ((pz - core.z0 - z) * coreNy + py - core.y0) * coreNx + piece.x0 - core.x0;
        visit(from, ((pz - this.z0) * ny + py) * nx + piece.x0, width);
      }
    }
  }
}
