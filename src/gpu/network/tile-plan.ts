import { type Box, type Shape3, wholeBox } from "../../core/volume/shape";
import { featureMapBytes } from "../feature-map";
import type { GpuLayer } from "./gpu-layers";

/** What one layer makes, and where. */
interface PlannedLayer {
  readonly layer: GpuLayer;
  /** The part of the layer's grid that the core needs. */
  readonly box: Box;
  /** Which of the plan's buffers holds the output. */
  readonly slot: number;
}

export interface TilePlan {
  readonly layers: readonly PlannedLayer[];
  readonly slotBytes: readonly number[];
}

/**
 * Returns which part of every layer has to be computed for the voxels of `core`, and buffers shared by layers that do not
 * live at the same time. Most of the halo is needed by the coarse layers only: the fine ones after them, which cost
 * most, reach 2 voxels beyond the core. `bytesOf` tells what a layer's output takes for its box.
 */
export function planTile(
  layers: readonly GpuLayer[],
  shape: Shape3,
  core: Box,
  bytesOf: (layer: GpuLayer, box: Box) => number = (layer, box) => featureMapBytes(box, layer.channels),
): TilePlan {
  const boxes = neededBoxes(layers, shape, core);
  const lastUse = new Map<string, number>();
  layers.forEach((layer, step) => {
    for (const input of layer.inputs) lastUse.set(input, step);
  });
  const slotBytes: number[] = [];
  const holder: (string | null)[] = [];
  const planned = layers.map((layer, step) => {
    const box = boxes.get(layer.name) as Box;
    const slot = takeSlot(slotBytes, holder, bytesOf(layer, box));
    holder[slot] = layer.name;
    for (let i = 0; i < holder.length; i++)
      if (holder[i] && (lastUse.get(holder[i] as string) ?? layers.length) <= step) holder[i] = null;
    return { layer, box, slot };
  });
  return { layers: planned, slotBytes };
}

/** Takes the smallest free slot that is large enough, else enlarges the largest free one, else adds one. */
function takeSlot(slotBytes: number[], holder: readonly (string | null)[], bytes: number): number {
  const free = slotBytes.map((_, slot) => slot).filter((slot) => holder[slot] === null);
  free.sort((a, b) => slotBytes[a] - slotBytes[b]);
  const slot = free.find((candidate) => slotBytes[candidate] >= bytes) ?? free.at(-1) ?? slotBytes.length;
  slotBytes[slot] = Math.max(bytes, slotBytes[slot] ?? 0);
  return slot;
}

function neededBoxes(layers: readonly GpuLayer[], shape: Shape3, core: Box): Map<string, Box> {
  const scaleOf = new Map(layers.map((layer) => [layer.name, layer.scale]));
  const needed = new Map<string, Box>();
  const require = (name: string, box: Box) => {
    const scale = scaleOf.get(name);
    if (scale === undefined) return; // the tile itself
    const [nz, ny, nx] = shape;
    const grid = wholeBox([nz / scale, ny / scale, nx / scale]);
    const inside = intersection(box, grid);
    const known = needed.get(name);
    needed.set(name, known ? union(known, inside) : inside);
  };
  require((layers.at(-1) as GpuLayer).name, core);
  for (const layer of [...layers].reverse()) {
    const box = needed.get(layer.name) as Box;
    if (layer.op === "upconv") needed.set(layer.name, mapBox(box, evenBelow, evenAbove));
    for (const input of layer.inputs) require(input, inputBox(layer, box));
  }
  return needed;
}

/** Returns the voxels of its input that a layer reads for the voxels of `box`. */
function inputBox({ op }: GpuLayer, box: Box): Box {
  switch (op) {
    case "conv3d":
      return mapBox(
        box,
        (start) => start - 1,
        (end) => end + 1,
      );
    case "upconv":
      return mapBox(
        box,
        (start) => evenBelow(start) / 2,
        (end) => evenAbove(end) / 2 + 1,
      );
    case "max-pool":
      return mapBox(
        box,
        (start) => 2 * start,
        (end) => 2 * end,
      );
    case "conv1-softmax":
      return box;
  }
}

const evenBelow = (value: number) => value - (value % 2);
const evenAbove = (value: number) => value + (value % 2);

const mapBox = (box: Box, start: (value: number) => number, end: (value: number) => number): Box => ({
  z0: start(box.z0),
  y0: start(box.y0),
  x0: start(box.x0),
  z1: end(box.z1),
  y1: end(box.y1),
  x1: end(box.x1),
});

const combine = (a: Box, b: Box, start: typeof Math.min, end: typeof Math.min): Box => ({
  z0: start(a.z0, b.z0),
  y0: start(a.y0, b.y0),
  x0: start(a.x0, b.x0),
  z1: end(a.z1, b.z1),
  y1: end(a.y1, b.y1),
  x1: end(a.x1, b.x1),
});

const union = (a: Box, b: Box) => combine(a, b, Math.min, Math.max);
const intersection = (a: Box, b: Box) => combine(a, b, Math.max, Math.min);
