import { deepFinderLayers } from "../../core/nn/deepfinder-network";
import type { Model, Tensor } from "../../core/nn/model";
import { boxShape } from "../../core/volume/shape";
import type { WasmRuntime } from "../runtime";
import { packClassifier, packConvolution, packUpConvolution } from "./pack-weights";
import { type PlaneMemory, rowBytes, voxelOffset } from "./plane-memory";
import { inputPlanes, type PlaneStream } from "./plane-stream";
import { planeItems } from "./spread-planes";
import { packWinograd } from "./winograd-weights";

/** Work between two breaths, below 100 ms on slow threads; shorter pieces would wait more often for a thread that is late. */
const FLOPS_PER_THREAD = 1.5e9;
/** The descriptor of the largest kernel, in int32. */
const DESCRIPTOR_INTS = 32;

interface LayerWeights {
  /** One packed kernel for each input. */
  readonly weights: readonly number[];
  readonly bias: number;
}

/** What the last layer makes of its sums. */
export type Outcome = "probabilities" | "labels";

/** The network's kernels with its weights in the runtime's memory. */
export interface NetworkKernels {
  /**
   * Computes plane z of a stream in pieces of well under 100 ms, `breathe` with the operations done after each. Plane z of
   * the tile is given by `tilePlane`; what comes out stays in the last stream's plane, rows from its very start on:
   * probabilities, or bytes, the labels of a row and then their scores.
   */
  compute(
    stream: PlaneStream,
    z: number,
    memory: PlaneMemory,
    tilePlane: (z: number) => Float32Array,
    outcome: Outcome,
    breathe: (flops: number) => Promise<void>,
  ): Promise<void>;
}

/** Packs a model's weights (checked before) into memory that is kept for as long as the runtime lives. */
export function createNetworkKernels(runtime: WasmRuntime, model: Model, classCount: number): NetworkKernels {
  const tensor = (name: string): Tensor => model.weights.get(name)!;
  const store = (values: Float32Array): number => {
    const pointer = runtime.alloc(values.byteLength);
    runtime.f32(pointer, values.length).set(values);
    return pointer;
  };

  const layers = deepFinderLayers(classCount);
  const outChannels = new Map(layers.map((layer) => [layer.name, layer.outChannels]));
  const packed = new Map<string, LayerWeights>();
  for (const { name, inputs, resample, kernel } of layers) {
    const weight = tensor(`${name}.weight`);
    const bias = tensor(`${name}.bias`);
    if (kernel === 1) {
      const classifier = packClassifier(weight, bias);
      packed.set(name, { weights: [store(classifier.weights)], bias: store(classifier.bias) });
    } else if (resample === "nearest-up") {
      packed.set(name, { weights: [store(packUpConvolution(weight))], bias: store(bias.values) });
    } else {
      let first = 0;
      const weights = inputs.map((input) => {
        const channels = outChannels.get(input) ?? 1;
        first += channels;
        const pack = channels === 1 ? packConvolution : packWinograd;
        return store(pack(weight, first - channels, channels));
      });
      packed.set(name, { weights, bias: store(bias.values) });
    }
  }
  const descriptor = runtime.alloc(4 * DESCRIPTOR_INTS);
  const describe = (...values: readonly number[]) => runtime.i32(descriptor, values.length).set(values);

  return {
    async compute(stream, z, memory, tilePlane, outcome, breathe) {
      const [, ny, nx] = boxShape(stream.box);
      const { channels, inputs, flopsPerPlane } = stream;
      const [first, last] = inputPlanes(stream.kind, z);
      const [input] = inputs;
      const out = memory.plane(stream, z);

      /** Runs the `items` of a plane with the descriptor, some at a time. */
      const runItems = async (kernel: string, items: number) => {
        const flopsPerItem = flopsPerPlane / items;
        const together = Math.max(1, Math.floor((runtime.threads * FLOPS_PER_THREAD) / flopsPerItem));
        for (let item = 0; item < items; item += together) {
          const count = Math.min(together, items - item);
          runtime.parallel(kernel, count, item, descriptor);
          await breathe(count * flopsPerItem);
        }
      };
      const describeSources = (weights: readonly number[]) =>
        inputs.flatMap((source, index) => [
          memory.plane(source, first),
          memory.plane(source, z),
          memory.plane(source, last),
          source.channels,
          weights[index],
        ]);

      switch (stream.kind) {
        case "tile": {
          const plane = tilePlane(z);
          for (let y = 0; y < ny; y++)
            runtime.f32(out + voxelOffset(stream, y, 0), nx).set(plane.subarray(y * nx, (y + 1) * nx));
          return breathe(0);
        }
        case "conv": {
          const { weights, bias } = packed.get(stream.name)!;
          const sources = describeSources(weights);
          describe(out, channels, nx, bias, 1, 1, inputs.length, descriptor + 4 * 8, ...sources);
          return runItems("conv3Row", ny);
        }
        case "winograd": {
          const { weights, bias } = packed.get(stream.name)!;
          const { items, rows } = planeItems(boxShape(stream.box));
          const { pointer, slots } = memory.scratch;
          const sources = describeSources(weights);
          describe(
            out,
            channels,
            ny,
            nx,
            bias,
            1,
            rows,
            pointer,
            slots,
            inputs.length,
            descriptor + 4 * 11,
            ...sources,
          );
          return runItems("winogradItem", items);
        }
        case "spread":
          runtime.parallel("spreadRow", ny, memory.plane(input, z), 0, out, 0, channels, ny, nx);
          return breathe(0);
        case "up": {
          const { weights, bias } = packed.get(stream.name)!;
          const odd = z % 2;
          describe(
            out,
            channels,
            nx,
            bias,
            memory.plane(input, first),
            odd ? memory.plane(input, last) : 0,
            input.channels,
            boxShape(input.box)[2],
            stream.box.y0 / 2 - input.box.y0,
            stream.box.x0 / 2 - input.box.x0,
            odd,
            weights[0],
          );
          return runItems("upRow", ny);
        }
        case "max-pool":
          runtime.parallel(
            "maxPoolRow",
            ny,
            out,
            memory.plane(input, first),
            memory.plane(input, last),
            channels,
            nx,
          );
          return breathe(0);
        case "crop": {
          const from = voxelOffset(input, stream.box.y0 - input.box.y0, stream.box.x0 - input.box.x0);
          runtime.parallel(
            "copyRow",
            ny,
            memory.plane(input, z) + from,
            rowBytes(input),
            out + voxelOffset(stream, 0, 0),
            rowBytes(stream),
            4 * channels * nx,
          );
          return breathe(0);
        }
        case "classify": {
          const { weights, bias } = packed.get(stream.name)!;
          const from = voxelOffset(input, stream.box.y0 - input.box.y0, stream.box.x0 - input.box.x0);
          runtime.parallel(
            outcome === "labels" ? "labelRow" : "classifyRow",
            ny,
            memory.plane(input, z) + from,
            rowBytes(input),
            input.channels,
            weights[0],
            bias,
            classCount,
            out,
            rowBytes(stream),
            nx,
          );
          return breathe(flopsPerPlane);
        }
      }
    },
  };
}
