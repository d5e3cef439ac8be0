import { ComputeError } from "../errors";
import { binnedShape } from "../volume/binning";
import { type Shape3, voxelCount } from "../volume/shape";

/** More different values than this are not classes. */
const MAX_CLASSES = 64;

/** Counts, for each class of a label volume, its voxels in bins of factor³. */
export interface LabelBins {
  readonly shape: Shape3;
  /** Adds section z; throws "bad-input" where a voxel is not a label. */
  add(section: Float32Array, z: number): void;
  /** The labels that occur, rising; never 0. */
  labels(): number[];
  /** The share of each bin that a label takes, 0…1. */
  occupancy(label: number): Float32Array;
}

/** Returns empty bins for the labels of a volume of `shape`. */
export function createLabelBins(shape: Shape3, factor: number): LabelBins {
  const [, ny, nx] = shape;
  const binned = binnedShape(shape, factor);
  const [, height, width] = binned;
  const counts = new Map<number, Uint16Array>();
  const columnBin = Uint32Array.from({ length: nx }, (_, x) => Math.floor(x / factor));

  const countsOf = (label: number): Uint16Array => {
    const known = counts.get(label);
    if (known) return known;
    if (!Number.isInteger(label) || label < 0) {
      const sentence = `The value ${label} is not a label: labels are whole numbers from 0.`;
      throw new ComputeError("bad-input", sentence, { value: label });
    }
    if (counts.size === MAX_CLASSES) {
      const sentence = `This is not a label map: it has more than ${MAX_CLASSES} different values.`;
      throw new ComputeError("bad-input", sentence, { value: label });
    }
    const made = new Uint16Array(voxelCount(binned));
    counts.set(label, made);
    return made;
  };

  return {
    shape: binned,
    add(section, z) {
      let label = 0;
      let bins: Uint16Array = new Uint16Array(0);
      for (let y = 0; y < ny; y++) {
        const row = (Math.floor(z / factor) * height + Math.floor(y / factor)) * width;
        for (let x = 0, at = y * nx; x < nx; x++, at++) {
          const value = section[at];
          if (value === 0) continue;
          if (value !== label) {
            bins = countsOf(value);
            label = value;
          }
          bins[row + columnBin[x]]++;
        }
      }
    },
    labels: () => [...counts.keys()].sort((a, b) => a - b),
    occupancy(label) {
      const share = new Float32Array(voxelCount(binned));
      const bins = counts.get(label);
      if (bins) for (let i = 0; i < share.length; i++) share[i] = bins[i] / factor ** 3;
      return share;
    },
  };
}
