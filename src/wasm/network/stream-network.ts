import { deepFinderLayers } from "../../core/nn/deepfinder-network";
import { type Box, boxShape, type Shape3, wholeBox } from "../../core/volume/shape";
import { type PlaneKind, type PlaneStream, planesUpTo } from "./plane-stream";

/** Voxels of its own grid that the decoder computes beyond the core: two for the two convolutions, rounded for the grid above. */
const FINE_MARGIN = 2;
const MIDDLE_MARGIN = 4;

/** What going through the planes once shows, for each stream: how deep its ring must be, how many planes are made. */
type Schedule = readonly { readonly depth: number; readonly planes: number }[];

/** Schedules by the tile's depth and the core's range in z: nothing else decides. Kept by an executor for its plans. */
export type ScheduleCache = Map<string, Schedule>;

export interface StreamNetwork {
  /** Every stream, in the order in which they depend on each other; the last one gives the probabilities. */
  readonly streams: readonly PlaneStream[];
  readonly output: PlaneStream;
  readonly flops: number;
}

/**
 * Returns the network over a tile as streams of planes, with the depth of each ring worked out by going through the
 * schedule once. The encoder covers the whole tile; the decoder, where most of the work is, covers the core and a margin,
 * whose outermost voxels come out wrong (they see zeros beyond it) and do not reach the core.
 */
export function streamNetwork(
  classCount: number,
  shape: Shape3,
  core: Box,
  schedules: ScheduleCache,
): StreamNetwork {
  const layers = new Map(deepFinderLayers(classCount).map((layer) => [layer.name, layer]));
  const streams: PlaneStream[] = [];

  const add = (
    name: string,
    kind: PlaneKind,
    box: Box,
    inputs: readonly PlaneStream[],
    after: readonly PlaneStream[] = [],
  ): PlaneStream => {
    const layer = layers.get(name);
    const [, ny, nx] = boxShape(box);
    const taps = kind === "up" ? 27 / 8 : kind === "winograd" ? 27 / 2 : (layer?.kernel ?? 0) ** 3;
    const flops = layer ? 2 * taps * layer.inChannels * layer.outChannels * ny * nx : 0;
    const channels = layer?.outChannels ?? inputs[0]?.channels ?? 1;
    const stream = { name, kind, channels, box, inputs, after, flopsPerPlane: flops, next: box.z0, depth: 1 };
    streams.push(stream);
    return stream;
  };

  /** A 3×3×3 convolution of inputs whose combinations are streams of their own. */
  const convolution = (name: string, box: Box, inputs: readonly PlaneStream[]): PlaneStream =>
    add(
      name,
      "winograd",
      box,
      inputs.map((input) => add(`${input.name} spread for ${name}`, "spread", box, [input])),
    );

  const [fine, middle, coarse] = [1, 2, 4].map((scale) => wholeBox(scaled(shape, scale)));
  const fineCore = grown(core, 1, FINE_MARGIN, fine);
  const middleCore = grown(core, 2, MIDDLE_MARGIN, middle);

  const x = add("x", "tile", fine, []);
  const a1 = add("a1", "conv", fine, [x]);
  const a2 = convolution("a2", fine, [a1]);
  const high = add("high", "crop", fineCore, [a2]);
  const aPool = add("a pool", "max-pool", middle, [a2], [high]);
  const b1 = convolution("b1", middle, [aPool]);
  const b2 = convolution("b2", middle, [b1]);
  const mid = add("mid", "crop", middleCore, [b2]);
  const bPool = add("b pool", "max-pool", coarse, [b2], [mid]);
  const c1 = convolution("c1", coarse, [bPool]);
  const c2 = convolution("c2", coarse, [c1]);
  const c3 = convolution("c3", coarse, [c2]);
  const c4 = convolution("c4", coarse, [c3]);
  const u1 = add("u1", "up", middleCore, [c4]);
  const d1 = convolution("d1", middleCore, [u1, mid]);
  const d2 = convolution("d2", middleCore, [d1]);
  const u2 = add("u2", "up", fineCore, [d2]);
  const e1 = convolution("e1", fineCore, [u2, high]);
  const e2 = convolution("e2", fineCore, [e1]);
  const output = add("out", "classify", core, [e2]);

  const key = [shape[0], core.z0, core.z1].join();
  const schedule = schedules.get(key) ?? goThrough(streams, output);
  schedules.set(key, schedule);
  let flops = 0;
  for (const [index, { depth, planes }] of schedule.entries()) {
    streams[index].depth = depth;
    flops += planes * streams[index].flopsPerPlane;
  }
  return { streams, output, flops };
}

function goThrough(streams: readonly PlaneStream[], output: PlaneStream): Schedule {
  const planes = new Map<PlaneStream, number>();
  for (const { stream } of planesUpTo(output, output.box.z1 - 1))
    planes.set(stream, (planes.get(stream) ?? 0) + 1);
  for (const stream of streams) stream.next = stream.box.z0;
  return streams.map((stream) => ({ depth: stream.depth, planes: planes.get(stream) ?? 0 }));
}

const scaled = ([nz, ny, nx]: Shape3, scale: number): Shape3 => [nz / scale, ny / scale, nx / scale];

/** Returns a core on the grid of `scale`, grown by a margin and cut to what there is. */
function grown(core: Box, scale: number, margin: number, limit: Box): Box {
  return {
    z0: Math.max(core.z0 / scale - margin, limit.z0),
    y0: Math.max(core.y0 / scale - margin, limit.y0),
    x0: Math.max(core.x0 / scale - margin, limit.x0),
    z1: Math.min(core.z1 / scale + margin, limit.z1),
    y1: Math.min(core.y1 / scale + margin, limit.y1),
    x1: Math.min(core.x1 / scale + margin, limit.x1),
  };
}
