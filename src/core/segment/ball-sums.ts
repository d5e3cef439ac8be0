import { SphereGrid } from "../geometry/sphere-grid";
import type { Shape3 } from "../volume/shape";
import type { LabelPieces } from "./label-pieces";

/** By how much a piece must lie within a ball to count as whole, so that rounding cannot matter. */
const MARGIN_VOXELS = 1e-6;

/**
 * The voxels of one label in balls of one radius: how many there are and the sums of their coordinates, exact in whole
 * numbers. Pieces that lie within the ball are taken whole, and in the others the rows of each section that do; only rows
 * that the ball may cut are looked at one by one.
 */
export class BallSums {
  /** Of the last ball: voxels and the sum of their x, y and z. */
  readonly sums = new Float64Array(4);
  private readonly pieces: LabelPieces;
  private readonly radius: number;
  private readonly grid: SphereGrid;

  constructor(pieces: LabelPieces, shape: Shape3, radius: number) {
    this.pieces = pieces;
    this.radius = radius;
    this.grid = new SphereGrid(shape, radius, pieces.centres, (piece) => pieces.radii[piece] + radius);
  }

  /** Sums up the voxels at most the radius away from (x, y, z). */
  measure(x: number, y: number, z: number): void {
    const { sums, pieces, radius, grid } = this;
    sums.fill(0);
    const cell = grid.cellOf(x, y, z);
    for (let at = grid.first(cell); at < grid.first(cell + 1); at++) {
      const piece = grid.members[at];
      const centre = pieces.centres[piece];
      const squared = (centre.x - x) ** 2 + (centre.y - y) ** 2 + (centre.z - z) ** 2;
      const reach = pieces.radii[piece];
      const spare = radius - reach - MARGIN_VOXELS;
      if (squared > (radius + reach + MARGIN_VOXELS) ** 2) continue;
      if (spare > 0 && squared < spare * spare) this.addPiece(piece);
      else this.addCutPiece(piece, x, y, z);
    }
  }

  private addPiece(piece: number): void {
    const { sectionOffsets, rowOffsets, rowRuns, sumsZ } = this.pieces;
    const from = rowRuns[rowOffsets[sectionOffsets[piece]]];
    const to = rowRuns[rowOffsets[sectionOffsets[piece + 1]] - 1];
    this.addWhole(from, to, 0);
    this.sums[3] += sumsZ[piece];
  }

  /** Adds the runs from `from` to before `to`, which lie at `z`. */
  private addWhole(from: number, to: number, z: number): void {
    const { voxelsBefore, twiceXBefore, yBefore } = this.pieces;
    const voxels = voxelsBefore[to] - voxelsBefore[from];
    this.sums[0] += voxels;
    this.sums[1] += (twiceXBefore[to] - twiceXBefore[from]) / 2;
    this.sums[2] += yBefore[to] - yBefore[from];
    this.sums[3] += voxels * z;
  }

  private addCutPiece(piece: number, x: number, y: number, z: number): void {
    const { sectionOffsets, sectionZ, lowX, highX, lowY, rowOffsets, rowRuns } = this.pieces;
    const limit = this.radius * this.radius;
    for (let section = sectionOffsets[piece]; section < sectionOffsets[piece + 1]; section++) {
      const dz = sectionZ[section] - z;
      const disc = limit - dz * dz;
      if (disc < 0) continue;
      const half = Math.sqrt(disc);
      // Rows by their distance from the section's lowest; those from `low` to before `high` may hold voxels of the ball.
      const first = rowOffsets[section];
      const rows = rowOffsets[section + 1] - first - 1;
      const top = y - lowY[section];
      const low = Math.max(0, Math.ceil(top - half));
      const high = Math.min(rows, Math.floor(top + half) + 1);
      if (low >= high) continue;
      const reach = Math.max(highX[section] - x, x - lowX[section]);
      const within = disc - reach * reach;
      let wholeLow = low;
      let wholeHigh = low;
      if (within >= 0) {
        const safe = Math.sqrt(within);
        wholeLow = Math.min(high, Math.max(low, Math.ceil(top - safe)));
        wholeHigh = Math.max(wholeLow, Math.min(high, Math.floor(top + safe) + 1));
        this.addWhole(rowRuns[first + wholeLow], rowRuns[first + wholeHigh], sectionZ[section]);
      }
      this.addCutRuns(rowRuns[first + low], rowRuns[first + wholeLow], x, y, disc, sectionZ[section]);
      this.addCutRuns(rowRuns[first + wholeHigh], rowRuns[first + high], x, y, disc, sectionZ[section]);
    }
  }

  /** Adds what the disc (of the squared radius `disc`, about x, y) holds of the runs from `from` to before `to`. */
  private addCutRuns(from: number, to: number, x: number, y: number, disc: number, z: number): void {
    const { y: rows, start, last } = this.pieces;
    let twiceVoxels = 0;
    let fourTimesX = 0;
    let twiceY = 0;
    for (let run = from; run < to; run++) {
      const dy = rows[run] - y;
      const half = Math.sqrt(Math.abs(disc - dy * dy));
      const first = Math.ceil(x - half);
      const end = Math.floor(x + half);
      // max(a, b) = (a + b + |a − b|) / 2: which rows are cut cannot be foreseen, and wrong guesses cost more than this.
      const twiceLeft = first + start[run] + Math.abs(first - start[run]);
      const twiceRight = end + last[run] - Math.abs(end - last[run]);
      const fourTimes = twiceRight - twiceLeft + 2 + Math.abs(twiceRight - twiceLeft + 2);
      twiceVoxels += fourTimes;
      fourTimesX += fourTimes * (twiceLeft + twiceRight);
      twiceY += fourTimes * rows[run];
    }
    const voxels = twiceVoxels / 4;
    this.sums[0] += voxels;
    this.sums[1] += fourTimesX / 16;
    this.sums[2] += twiceY / 4;
    this.sums[3] += voxels * z;
  }
}
