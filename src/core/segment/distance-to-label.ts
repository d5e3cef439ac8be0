import type { Point3 } from "../volume/shape";
import type { LabelPieces } from "./label-pieces";

/** Returns the squared distance from a point to the nearest voxel of one piece, or `best` where none is nearer. */
function nearestInPiece(pieces: LabelPieces, piece: number, { x, y, z }: Point3, best: number): number {
  const { sectionOffsets, sectionZ, rowOffsets, rowRuns, y: rows, start, last } = pieces;
  let least = best;
  for (let section = sectionOffsets[piece]; section < sectionOffsets[piece + 1]; section++) {
    const dz2 = (sectionZ[section] - z) ** 2;
    if (dz2 >= least) continue;
    const to = rowRuns[rowOffsets[section + 1] - 1];
    for (let run = rowRuns[rowOffsets[section]]; run < to; run++) {
      const dx = Math.max(0, start[run] - x, x - last[run]);
      // Between two voxel centres of a run the nearer one is up to half a voxel away.
      const within = dx === 0 ? Math.abs(x - Math.min(last[run], Math.max(start[run], Math.round(x)))) : dx;
      const squared = dz2 + (rows[run] - y) ** 2 + within * within;
      if (squared < least) least = squared;
    }
  }
  return least;
}

/**
 * Returns the exact distance, in voxels, from a point to the centre of the nearest voxel of a label; infinity where it has
 * none. Only pieces whose sphere comes near enough are looked through.
 */
export function distanceToLabel(pieces: LabelPieces, point: Point3): number {
  const { centres, radii } = pieces;
  const distances = Float64Array.from(centres, (centre) =>
    Math.sqrt((centre.x - point.x) ** 2 + (centre.y - point.y) ** 2 + (centre.z - point.z) ** 2),
  );
  // A voxel of each piece lies in its sphere.
  const atMost = distances.reduce(
    (least, distance, piece) => Math.min(least, distance + radii[piece]),
    Infinity,
  );
  let squared = Number.isFinite(atMost) ? (atMost * (1 + 1e-12)) ** 2 + 1e-12 : Infinity;
  for (const [piece, distance] of distances.entries())
    if (Math.max(0, distance - radii[piece]) ** 2 <= squared)
      squared = nearestInPiece(pieces, piece, point, squared);
  return Math.sqrt(squared);
}
