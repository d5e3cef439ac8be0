import { type Box, boxShape, voxelCount } from "../volume/shape";
import type { VolumeReader } from "../volume/volume";
import { boxWithin, type PlannedTile } from "./tiling";

/** What the network sees of a voxel is (voxel − mean) · scale. */
export interface Normalization {
  readonly mean: number;
  readonly scale: number;
}

/** Sections of a tile that are normalized between two breaths: some milliseconds. */
const SECTIONS_AT_ONCE = 8;

/** Bytes that reading a tile takes beside the tile before it: the tile and its band. */
export function readerBytes({ tile, band }: Pick<PlannedTile, "tile" | "band">): number {
  return 4 * (voxelCount(boxShape(tile)) + voxelCount(boxShape(band)));
}

/**
 * Writes the part of a tile that lies in the volume, normalized, and zeros (the mean) beyond it: sections `fromZ` to `toZ` of
 * the tile. `values` are the voxels of `within`, a part of the volume that holds the tile's.
 */
function fillSections(
  out: Float32Array,
  tile: Box,
  within: Box,
  values: Float32Array,
  { mean, scale }: Normalization,
  fromZ: number,
  toZ: number,
): void {
  const [, ny, nx] = boxShape(tile);
  const [, bandNy, bandNx] = boxShape(within);
  const width = Math.min(tile.x1, within.x1) - tile.x0;
  const height = Math.min(tile.y1, within.y1) - tile.y0;
  for (let z = fromZ; z < toZ; z++) {
    const section = z * ny * nx;
    if (tile.z0 + z >= within.z1) {
      out.fill(0, section, section + ny * nx);
      continue;
    }
    for (let y = 0; y < height; y++) {
      const to = section + y * nx;
      const from =
        ((tile.z0 + z - within.z0) * bandNy + tile.y0 + y - within.y0) * bandNx + tile.x0 - within.x0;
      for (let x = 0; x < width; x++) out[to + x] = (values[from + x] - mean) * scale;
      if (width < nx) out.fill(0, to + width, to + nx);
    }
    if (height < ny) out.fill(0, section + height * nx, section + ny * nx);
  }
}

/**
 * Returns the function that reads tiles in their planned order, normalized and padded by zeros where they reach beyond the
 * volume. A band of tiles is read from the file once. A tile's array is used again for the tile after the next.
 */
export function createTileReader(
  volume: VolumeReader,
  normalization: Normalization,
  breathe: () => Promise<void>,
): (planned: Pick<PlannedTile, "tile" | "band">) => Promise<Float32Array> {
  const { shape } = volume.meta;
  const arrays = [new Float32Array(0), new Float32Array(0)];
  let turn = 0;
  let within: Box | null = null;
  let values = new Float32Array(0);

  return async ({ tile, band }) => {
    const wanted = boxWithin(band, shape);
    if (!within || !isSameBox(within, wanted)) {
      within = null;
      values = new Float32Array(0); // the old band makes room for the new one
      values = await volume.readBox(wanted);
      within = wanted;
    }
    const tileShape = boxShape(tile);
    turn = 1 - turn;
    if (arrays[turn].length < voxelCount(tileShape)) arrays[turn] = new Float32Array(voxelCount(tileShape));
    const out = arrays[turn].subarray(0, voxelCount(tileShape));
    for (let z = 0; z < tileShape[0]; z += SECTIONS_AT_ONCE) {
      fillSections(out, tile, within, values, normalization, z, Math.min(tileShape[0], z + SECTIONS_AT_ONCE));
      await breathe();
    }
    return out;
  };
}

function isSameBox(a: Box, b: Box): boolean {
  const ends = ["z0", "y0", "x0", "z1", "y1", "x1"] as const;
  return ends.every((end) => a[end] === b[end]);
}
