import { type Box, boxShape, type Shape3, voxelCount, wholeBox } from "../volume/shape";
import { deepFinderLayers, NETWORK_GRID, NETWORK_HALO } from "./deepfinder-network";

/** A piece of a volume: `tile` is what the network sees, `core` what it is for; both in voxels of the padded volume. */
export interface PlannedTile {
  readonly core: Box;
  readonly tile: Box;
}

/** Tiles whose cores span the region in x and y and the same range of z. */
export type TileRow = readonly PlannedTile[];

interface Interval {
  readonly start: number;
  readonly end: number;
}

/** One way to cut one axis. */
interface AxisCut {
  readonly cores: readonly Interval[];
  readonly tiles: readonly Interval[];
  readonly coreSum: number;
  readonly tileSum: number;
  /** The piece with the longest tile. */
  readonly largest: number;
}

/**
 * The network pools twice, so a volume whose sides are not multiples of 4 is one with zeros (of the normalized volume) after
 * its last voxels; that padded volume is what counts as the whole, and zero padding acts at its border. Returns its shape.
 */
export function paddedShape([nz, ny, nx]: Shape3): Shape3 {
  return [onGridAfter(nz), onGridAfter(ny), onGridAfter(nx)];
}

const onGridAfter = (value: number) => Math.ceil(value / NETWORK_GRID) * NETWORK_GRID;
const onGridBefore = (value: number) => Math.floor(value / NETWORK_GRID) * NETWORK_GRID;

/** Returns the smallest box on the network's grid that holds a box. */
export function boxOnGrid({ z0, y0, x0, z1, y1, x1 }: Box): Box {
  return {
    z0: onGridBefore(z0),
    y0: onGridBefore(y0),
    x0: onGridBefore(x0),
    z1: onGridAfter(z1),
    y1: onGridAfter(y1),
    x1: onGridAfter(x1),
  };
}

/**
 * Returns rows of tiles, in order of z, whose cores cover `region` (a box on the grid) of a padded volume without overlap,
 * such that every voxel gets what the whole volume at once would give. Among the cuts whose largest tile takes at most
 * `budgetBytes` by `tileBytes(shape, core)` (its core in the tile's voxels) the one with the least work is taken, then the
 * one with the fewest tiles; null if not even the smallest tile fits.
 */
export function planTiles(
  volume: Shape3,
  region: Box,
  budgetBytes: number,
  tileBytes: (shape: Shape3, core: Box) => number,
): readonly TileRow[] | null {
  const [nz, ny, nx] = volume;
  const cutsZ = axisCuts({ start: region.z0, end: region.z1 }, nz);
  const cutsY = axisCuts({ start: region.y0, end: region.y1 }, ny);
  const cutsX = axisCuts({ start: region.x0, end: region.x1 }, nx);
  const plans = cutsZ.flatMap((z) =>
    cutsY.flatMap((y) => cutsX.map((x) => ({ z, y, x, ...workOf(z, y, x) }))),
  );
  plans.sort((a, b) => a.work - b.work || a.tiles - b.tiles);
  const chosen = plans.find(({ z, y, x }) => {
    const { tile, core } = pieceAt(z, z.largest, y, y.largest, x, x.largest);
    return tileBytes(boxShape(tile), coreInTile({ tile, core })) <= budgetBytes;
  });
  if (!chosen) return null;
  const { z, y, x } = chosen;
  return z.cores.map((_, iz) =>
    y.cores.flatMap((_, iy) => x.cores.map((_, ix) => pieceAt(z, iz, y, iy, x, ix))),
  );
}

/** Returns the core in voxels of its tile. */
export function coreInTile({ tile, core }: PlannedTile): Box {
  return {
    z0: core.z0 - tile.z0,
    y0: core.y0 - tile.y0,
    x0: core.x0 - tile.x0,
    z1: core.z1 - tile.z0,
    y1: core.y1 - tile.y0,
    x1: core.x1 - tile.x0,
  };
}

/** The share of the work that is done on all of a tile (the layers before the first up-step); the rest is on its core. */
const ENCODER_SHARE = (() => {
  const layers = deepFinderLayers(2);
  const flops = layers.map(
    (layer) => (layer.inChannels * layer.outChannels * layer.kernel ** 3) / layer.scale ** 3,
  );
  const firstUp = layers.findIndex((layer) => layer.resample === "nearest-up");
  const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
  return sum(flops.slice(0, firstUp)) / sum(flops);
})();

function workOf(z: AxisCut, y: AxisCut, x: AxisCut) {
  const work =
    ENCODER_SHARE * z.tileSum * y.tileSum * x.tileSum +
    (1 - ENCODER_SHARE) * z.coreSum * y.coreSum * x.coreSum;
  return { work, tiles: z.cores.length * y.cores.length * x.cores.length };
}

function pieceAt(z: AxisCut, iz: number, y: AxisCut, iy: number, x: AxisCut, ix: number): PlannedTile {
  const box = (from: Interval, between: Interval, along: Interval): Box => ({
    z0: from.start,
    y0: between.start,
    x0: along.start,
    z1: from.end,
    y1: between.end,
    x1: along.end,
  });
  return {
    core: box(z.cores[iz], y.cores[iy], x.cores[ix]),
    tile: box(z.tiles[iz], y.tiles[iy], x.tiles[ix]),
  };
}

/** Returns ways to cut an interval into cores of about one length, from one piece to many of one or two grid steps. */
function axisCuts({ start, end }: Interval, side: number): AxisCut[] {
  const cuts: AxisCut[] = [];
  let lastLength = 0;
  for (let pieces = 1; pieces <= (end - start) / NETWORK_GRID; pieces = Math.ceil(pieces * CUT_GROWTH)) {
    const length = onGridAfter(Math.ceil((end - start) / pieces));
    if (length === lastLength) continue;
    lastLength = length;
    const cores: Interval[] = [];
    for (let at = start; at < end; at += length) cores.push({ start: at, end: Math.min(at + length, end) });
    const tiles = cores.map((core) => ({
      start: Math.max(0, core.start - NETWORK_HALO),
      end: Math.min(side, core.end + NETWORK_HALO),
    }));
    const lengths = tiles.map((tile) => tile.end - tile.start);
    cuts.push({
      cores,
      tiles,
      coreSum: end - start,
      tileSum: lengths.reduce((sum, value) => sum + value, 0),
      largest: lengths.indexOf(Math.max(...lengths)),
    });
  }
  return cuts;
}

/** Numbers of pieces that are tried grow by this factor: 1, 2, 3, 4, 5, 7, 9, 12, … */
const CUT_GROWTH = 1.25;

/** Copies a tile's voxels out of a volume's reader, padded by zeros beyond the volume, through `normalize`. */
export function padTile(
  tile: Box,
  within: Box,
  values: Float32Array,
  normalize: (value: number) => number,
): Float32Array<ArrayBuffer> {
  const [, ny, nx] = boxShape(tile);
  const out = new Float32Array(voxelCount(boxShape(tile)));
  const [innerNz, innerNy, innerNx] = boxShape(within);
  let from = 0;
  for (let z = 0; z < innerNz; z++) {
    for (let y = 0; y < innerNy; y++) {
      const to = ((within.z0 - tile.z0 + z) * ny + (within.y0 - tile.y0 + y)) * nx + (within.x0 - tile.x0);
      for (let x = 0; x < innerNx; x++, from++) out[to + x] = normalize(values[from]);
    }
  }
  return out;
}

/** Returns the part of a tile that lies in the volume itself. */
export function boxWithin(tile: Box, volume: Shape3): Box {
  const { z1, y1, x1 } = wholeBox(volume);
  return { ...tile, z1: Math.min(tile.z1, z1), y1: Math.min(tile.y1, y1), x1: Math.min(tile.x1, x1) };
}
