import type { Box, Shape3 } from "../volume/shape";
import { deepFinderLayers, NETWORK_GRID, NETWORK_HALO } from "./deepfinder-network";

/**
 * A piece of a volume: `tile` is what the network sees, `core` what it is for, and `band` the tiles beside it along x with it,
 * which share the rows of a file; all in voxels of the padded volume.
 */
export interface PlannedTile {
  readonly core: Box;
  readonly tile: Box;
  readonly band: Box;
}

/** Tiles whose cores span the region in x and y and the same range of z, in the order of y, then x. */
export type TileRow = readonly PlannedTile[];

interface Interval {
  readonly start: number;
  readonly end: number;
}

interface Piece {
  readonly core: Interval;
  readonly tile: Interval;
}

/** One way to cut one axis. */
interface AxisCut {
  readonly pieces: readonly Piece[];
  /** One piece of each kind that memory tells apart, the longest tiles first. */
  readonly kinds: readonly Piece[];
  /** How many voxels of each layer the pieces need together, counted on the tile's grid. */
  readonly needed: readonly number[];
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
 * such that every voxel gets what the whole volume at once would give. Among the cuts of which every tile takes at most
 * `budgetBytes` by `tileBytes` the one with the least work is taken, counted layer by layer, then the one with the fewest tiles;
 * null if not even the smallest tiles fit.
 */
export function planTiles(
  volume: Shape3,
  region: Box,
  budgetBytes: number,
  tileBytes: (tile: PlannedTile) => number,
): readonly TileRow[] | null {
  const [nz, ny, nx] = volume;
  const cutsZ = axisCuts({ start: region.z0, end: region.z1 }, nz);
  const cutsY = axisCuts({ start: region.y0, end: region.y1 }, ny);
  const cutsX = axisCuts({ start: region.x0, end: region.x1 }, nx);
  const plans = cutsZ.flatMap((z) =>
    cutsY.flatMap((y) => cutsX.map((x) => ({ z, y, x, ...workOf(z, y, x) }))),
  );
  plans.sort((a, b) => a.work - b.work || a.tiles - b.tiles);
  const chosen = plans.find(({ z, y, x }) =>
    z.kinds.every((alongZ) =>
      y.kinds.every((alongY) =>
        x.kinds.every((alongX) => tileBytes(tileOf(alongZ, alongY, alongX, x)) <= budgetBytes),
      ),
    ),
  );
  if (!chosen) return null;
  const { z, y, x } = chosen;
  return z.pieces.map((alongZ) =>
    y.pieces.flatMap((alongY) => x.pieces.map((alongX) => tileOf(alongZ, alongY, alongX, x))),
  );
}

/** Returns the core in voxels of its tile. */
export function coreInTile({ tile, core }: Pick<PlannedTile, "tile" | "core">): Box {
  return {
    z0: core.z0 - tile.z0,
    y0: core.y0 - tile.y0,
    x0: core.x0 - tile.x0,
    z1: core.z1 - tile.z0,
    y1: core.y1 - tile.y0,
    x1: core.x1 - tile.x0,
  };
}

const LAYERS = deepFinderLayers(2);
/** What one voxel of the tile's grid costs in each layer. */
const LAYER_COSTS = LAYERS.map(
  ({ inChannels, outChannels, kernel, scale }) => (inChannels * outChannels * kernel ** 3) / scale ** 3,
);

function workOf(z: AxisCut, y: AxisCut, x: AxisCut) {
  const work = LAYER_COSTS.reduce(
    (sum, cost, layer) => sum + cost * z.needed[layer] * y.needed[layer] * x.needed[layer],
    0,
  );
  return { work, tiles: z.pieces.length * y.pieces.length * x.pieces.length };
}

function tileOf(z: Piece, y: Piece, x: Piece, { pieces }: AxisCut): PlannedTile {
  const box = (alongZ: Interval, alongY: Interval, alongX: Interval): Box => ({
    z0: alongZ.start,
    y0: alongY.start,
    x0: alongX.start,
    z1: alongZ.end,
    y1: alongY.end,
    x1: alongX.end,
  });
  const across = { start: pieces[0].tile.start, end: pieces[pieces.length - 1].tile.end };
  return {
    core: box(z.core, y.core, x.core),
    tile: box(z.tile, y.tile, x.tile),
    band: box(z.tile, y.tile, across),
  };
}

/** Returns ways to cut an interval, from one piece to many of one or two grid steps. */
function axisCuts(region: Interval, side: number): AxisCut[] {
  const cuts: AxisCut[] = [];
  const most = (region.end - region.start) / NETWORK_GRID;
  for (let count = 1; count <= most; count = Math.ceil(count * CUT_GROWTH)) {
    const pieces = cutInto(count, region, side);
    const before = cuts.at(-1)?.pieces;
    if (before?.length === pieces.length && before[0].core.end === pieces[0].core.end) continue;
    const needed = pieces.map(({ core }) => neededByLayers(core, side));
    cuts.push({
      pieces,
      kinds: kindsOf(pieces),
      needed: LAYERS.map((_, layer) => needed.reduce((sum, piece) => sum + piece[layer], 0)),
    });
  }
  return cuts;
}

/** Numbers of pieces that are tried grow by this factor: 1 to 8, 10, 12, 14, … */
const CUT_GROWTH = 1.15;
/** Between two halos there must be something that they are for. */
const SHORTEST_TILE = 2 * NETWORK_HALO + NETWORK_GRID;

/**
 * Cuts an interval into about so many pieces with tiles of one length: those at the volume's border have a halo less and so a
 * longer core. Where that leaves no core between two halos, cores are of one length.
 */
function cutInto(count: number, { start, end }: Interval, side: number): Piece[] {
  const last = Math.min(side, end + NETWORK_HALO);
  const span = last - Math.max(0, start - NETWORK_HALO);
  const tileLength = onGridAfter(Math.ceil((span + (count - 1) * 2 * NETWORK_HALO) / count));
  const coreLength = onGridAfter(Math.ceil((end - start) / count));
  const endOf = (at: number) => {
    if (tileLength < SHORTEST_TILE) return at + coreLength;
    const tileEnd = Math.max(0, at - NETWORK_HALO) + tileLength;
    return tileEnd >= last ? end : tileEnd - NETWORK_HALO;
  };
  const pieces: Piece[] = [];
  for (let at = start; at < end; ) {
    const core = { start: at, end: Math.min(end, endOf(at)) };
    const tile = {
      start: Math.max(0, core.start - NETWORK_HALO),
      end: Math.min(side, core.end + NETWORK_HALO),
    };
    pieces.push({ core, tile });
    at = core.end;
  }
  return pieces;
}

function kindsOf(pieces: readonly Piece[]): Piece[] {
  const kinds = new Map<string, Piece>();
  for (const piece of pieces) {
    const { core, tile } = piece;
    kinds.set([core.start - tile.start, core.end - core.start, tile.end - core.end].join(), piece);
  }
  const lengthOf = ({ tile }: Piece) => tile.end - tile.start;
  return [...kinds.values()].sort((a, b) => lengthOf(b) - lengthOf(a));
}

/** Returns how many voxels of each layer a core needs along one axis, counted on the tile's grid. */
function neededByLayers(core: Interval, side: number): number[] {
  const needed = new Map<string, Interval>([[LAYERS[LAYERS.length - 1].name, core]]);
  for (const { name, inputs, kernel, resample, scale } of [...LAYERS].reverse()) {
    const { start, end } = needed.get(name) ?? core;
    const from = Math.max(0, start - (kernel === 3 ? 1 : 0));
    const to = Math.min(side / scale, end + (kernel > 1 ? 1 : 0));
    const factor = resample === "max-pool" ? 2 : resample === "nearest-up" ? 0.5 : 1;
    for (const input of inputs) {
      const known = needed.get(input);
      needed.set(input, {
        start: Math.min(Math.floor(from * factor), known?.start ?? Number.POSITIVE_INFINITY),
        end: Math.max(Math.ceil(to * factor), known?.end ?? 0),
      });
    }
  }
  return LAYERS.map(({ name, scale }) => {
    const { start, end } = needed.get(name) ?? core;
    return (end - start) * scale;
  });
}

/** Returns the part of a box that lies in the volume itself. */
export function boxWithin(box: Box, [nz, ny, nx]: Shape3): Box {
  return { ...box, z1: Math.min(box.z1, nz), y1: Math.min(box.y1, ny), x1: Math.min(box.x1, nx) };
}
