import type { NetworkExecutor } from "../backend";
import { type Box, boxShape, type Shape3, voxelCount } from "../volume/shape";
import { checkTile } from "./check-tile";
import { checkWeights } from "./check-weights";
import { deepFinderLayers } from "./deepfinder-network";
import { labelProbabilities } from "./labelled";
import type { Model, Tensor } from "./model";
import { concatenate, convolveRow, type Features, maxPool, nearestUp, softmax } from "./reference-layers";

/** Bytes per voxel of the tile at the widest point: e1's input of 80 channels stands beside its two parts and its output. */
const BYTES_PER_VOXEL = 4 * (80 + 48 + 32 + 32);

/**
 * Returns the network in plain TypeScript, layer by layer as it is described: the specification of the other backends.
 * It computes the whole tile, at about a billion operations a second. Throws ComputeError "bad-input" if weights do not fit.
 */
export function createReferenceNetwork(model: Model): NetworkExecutor {
  const classCount = checkWeights(model);
  const layers = deepFinderLayers(classCount);
  const tensor = (name: string): Tensor => model.weights.get(name)!;
  /** The layer after which an output is needed no more. */
  const lastUse = new Map(layers.flatMap((layer, index) => layer.inputs.map((input) => [input, index])));

  const network: NetworkExecutor = {
    classCount,

    predictBytes: (shape) => voxelCount(shape) * (BYTES_PER_VOXEL + 4 * classCount),

    labelBytes: async () => network.predictBytes,

    async predict(tile, shape, core, breathe) {
      checkTile(tile, shape, core);
      const outputs = new Map<string, Features>([
        ["x", { shape, channels: 1, values: Float32Array.from(tile) }],
      ]);
      const total = voxelCount(shape);
      const flopsOf = ({ kernel, inChannels, outChannels, scale }: (typeof layers)[number]) =>
        (total * kernel ** 3 * inChannels * outChannels) / scale ** 3;
      const allFlops = layers.reduce((sum, layer) => sum + flopsOf(layer), 0);
      let doneFlops = 0;
      for (const [index, layer] of layers.entries()) {
        const joined = concatenate(layer.inputs.map((name) => outputs.get(name)!));
        const input =
          layer.resample === "max-pool"
            ? maxPool(joined)
            : layer.resample === "nearest-up"
              ? nearestUp(joined)
              : joined;
        const channels = layer.outChannels;
        const out: Features = {
          shape: input.shape,
          channels,
          values: new Float32Array(voxelCount(input.shape) * channels),
        };
        const weight = tensor(`${layer.name}.weight`);
        const bias = tensor(`${layer.name}.bias`);
        const [nz, ny] = out.shape;
        for (let row = 0; row < nz * ny; row++) {
          convolveRow(input, weight, bias, Math.floor(row / ny), row % ny, out, layer.name !== "out");
          doneFlops += flopsOf(layer) / (nz * ny);
          await breathe(doneFlops / allFlops);
        }
        outputs.set(layer.name, out);
        for (const name of layer.inputs) if (lastUse.get(name) === index) outputs.delete(name);
      }
      const probabilities = outputs.get("out")!;
      softmax(probabilities);
      return crop(probabilities, core);
    },

    async label(tile, shape, core, breathe) {
      return labelProbabilities(await network.predict(tile, shape, core, breathe), classCount);
    },

    dispose() {},
  };
  return network;
}

function crop({ shape, channels, values }: Features, core: Box): Float32Array<ArrayBuffer> {
  const [nz, ny, nx]: Shape3 = boxShape(core);
  const out = new Float32Array(nz * ny * nx * channels);
  for (let z = 0; z < nz; z++) {
    for (let y = 0; y < ny; y++) {
      const from = (((core.z0 + z) * shape[1] + core.y0 + y) * shape[2] + core.x0) * channels;
      out.set(values.subarray(from, from + nx * channels), (z * ny + y) * nx * channels);
    }
  }
  return out;
}
