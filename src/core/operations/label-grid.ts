import { nearestAlong, type Resampling } from "../volume/resample";
import { type Box, boxShape, type Shape3, voxelCount } from "../volume/shape";
import type { LabelledPiece } from "./results";

type Values = Uint8Array<ArrayBuffer> | Float32Array<ArrayBuffer>;

/** How voxels of the network's grid become voxels of the volume: each of these takes the nearest of those. */
export interface LabelGrid {
  /** Voxels of a section of the network's grid. */
  readonly areaOfNetwork: number;
  /** The part of the network's grid that the wanted box of the volume needs. */
  readonly wanted: Box;
  /** Returns the section of the network's grid that a section of the volume takes its labels from. */
  networkSection(z: number): number;
  /** Returns the volume's first section in the box that takes from section `z` of the network's grid or a later one. */
  sectionAt(z: number): number;
  /** Returns section `z` of the volume out of the network's sections from `z0` on, 0 outside the box. */
  section<V extends Values>(values: V, z0: number, z: number): V;
  /** Returns the voxels of the volume that take from a piece; null if none do. */
  piece(piece: LabelledPiece): LabelledPiece | null;
}

/** Returns the grid of a volume that the network sees as it is. */
export function sameGrid(shape: Shape3, wanted: Box): LabelGrid {
  const area = shape[1] * shape[2];
  return {
    areaOfNetwork: area,
    wanted,
    networkSection: (z) => z,
    sectionAt: (z) => Math.min(Math.max(z, wanted.z0), wanted.z1),
    section: (values, z0, z) => values.subarray((z - z0) * area, (z - z0 + 1) * area) as typeof values,
    piece: (piece) => piece,
  };
}

/** Returns the grid of a volume that the network sees resampled. */
export function resampledGrid(shape: Shape3, box: Box, resampling: Resampling): LabelGrid {
  const nearest = {
    z: nearestAlong(resampling.z),
    y: nearestAlong(resampling.y),
    x: nearestAlong(resampling.x),
  };
  const [, ny, nx] = shape;
  const [, newNy, newNx] = resampling.shape;

  /** The volume's voxels along an axis, within the box, whose nearest ones lie in a range. */
  const within = (axis: "z" | "y" | "x", start: number, end: number): readonly [number, number] => {
    const [first, last] = [box[`${axis}0`], box[`${axis}1`]];
    const places = nearest[axis];
    let from = first;
    while (from < last && places[from] < start) from++;
    let to = from;
    while (to < last && places[to] < end) to++;
    return [from, to];
  };

  return {
    areaOfNetwork: newNy * newNx,
    wanted: {
      z0: nearest.z[box.z0],
      y0: nearest.y[box.y0],
      x0: nearest.x[box.x0],
      z1: nearest.z[box.z1 - 1] + 1,
      y1: nearest.y[box.y1 - 1] + 1,
      x1: nearest.x[box.x1 - 1] + 1,
    },
    networkSection: (z) => nearest.z[Math.min(z, nearest.z.length - 1)],
    sectionAt: (z) => within("z", z, z)[0],
    section(values, z0, z) {
      const out = new (values.constructor as new (length: number) => typeof values)(ny * nx);
      const section = (nearest.z[z] - z0) * newNy * newNx;
      for (let y = box.y0; y < box.y1; y++) {
        const row = section + nearest.y[y] * newNx;
        for (let x = box.x0; x < box.x1; x++) out[y * nx + x] = values[row + nearest.x[x]];
      }
      return out;
    },
    piece({ z0, y0, x0, shape: pieceShape, labels }) {
      const [pz, py, px] = pieceShape;
      const z = within("z", z0, z0 + pz);
      const y = within("y", y0, y0 + py);
      const x = within("x", x0, x0 + px);
      const part: Box = { z0: z[0], y0: y[0], x0: x[0], z1: z[1], y1: y[1], x1: x[1] };
      const partShape = boxShape(part);
      if (voxelCount(partShape) === 0) return null;
      const out = new Uint8Array(voxelCount(partShape));
      let index = 0;
      for (let pieceZ = z[0]; pieceZ < z[1]; pieceZ++)
        for (let pieceY = y[0]; pieceY < y[1]; pieceY++) {
          const row = ((nearest.z[pieceZ] - z0) * py + nearest.y[pieceY] - y0) * px - x0;
          for (let pieceX = x[0]; pieceX < x[1]; pieceX++) out[index++] = labels[row + nearest.x[pieceX]];
        }
      return { z0: z[0], y0: y[0], x0: x[0], shape: partShape, labels: out };
    },
  };
}
