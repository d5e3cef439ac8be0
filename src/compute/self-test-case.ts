import { deepFinderLayers } from "../core/nn/deepfinder-network";
import type { Model, Tensor } from "../core/nn/model";
import { fillNormal } from "../core/random/philox";
import type { MwrKernelSpec } from "../core/restore/mwr-kernels";
import { type Box, type Shape3, voxelCount } from "../core/volume/shape";

const CLASSES = ["background", "one", "two"].map((name, label) => ({ label, name }));

/** The smallest tile in which every layer has a voxel inside and one at each face, but for the coarsest. */
export const TEST_SHAPE: Shape3 = [8, 8, 8];
/** A core with faces of the tile on one side of it and the tile's middle on the other. */
export const TEST_CORE: Box = { z0: 0, y0: 4, x0: 0, z1: 4, y1: 8, x1: 4 };

/**
 * Returns a network with weights from a linear congruential generator (Numerical Recipes' numbers), uniform within
 * √(6/inputs), so that the signal keeps its size through 15 layers. The same on every machine, made in milliseconds.
 */
export function selfTestModel(): Model {
  let state = 1;
  const uniform = (bound: number) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (2 * (state / 2 ** 32) - 1) * bound;
  };
  const tensor = (shape: readonly number[], bound: number): Tensor => ({
    shape,
    values: Float32Array.from({ length: shape.reduce((product, side) => product * side) }, () =>
      uniform(bound),
    ),
  });
  const weights = new Map<string, Tensor>();
  for (const { name, kernel, inChannels, outChannels } of deepFinderLayers(CLASSES.length)) {
    const bound = Math.sqrt(6 / (kernel ** 3 * inChannels));
    weights.set(`${name}.weight`, tensor([kernel, kernel, kernel, inChannels, outChannels], bound));
    weights.set(`${name}.bias`, tensor([outChannels], 0.1));
  }
  const manifest = {
    name: "self-test",
    architecture: "deepfinder-2019",
    classes: CLASSES,
    voxelSizeAngstrom: 10,
    proteinIsBright: true,
    normalization: "volume mean 0, std 1",
    weights: "",
    trainedOn: "nothing: random weights",
    licence: "MIT",
  } as const;
  return { manifest, weights };
}

/** Returns a tile of standard normal numbers. */
export function selfTestTile(): Float32Array {
  const tile = new Float32Array(voxelCount(TEST_SHAPE));
  fillNormal(tile, 1, 0);
  return tile;
}

/** Returns a noisy bar in a box of 8×9×10 with every third coefficient missing, for one step of the chain by BM4D. */
export function selfTestRestoration(): MwrKernelSpec {
  const shape: Shape3 = [8, 9, 10];
  const [nz, ny, nx] = shape;
  const measured = new Float32Array(voxelCount(shape));
  fillNormal(measured, 2, 0);
  for (let i = 0; i < measured.length; i++) {
    const [y, x] = [Math.floor(i / nx) % ny, i % nx];
    measured[i] = 0.1 * measured[i] + (y > 2 && y < 6 && x > 2 && x < 7 ? 1 : 0);
  }
  const sampled = new Uint8Array(nz * ny * (nx / 2 + 1)).map((_, i) => (i % 3 === 1 ? 0 : 1));
  const breathe = async () => {};
  return { shape, sampled, measured, transform: "pp-fft", denoiser: { id: "bm4d" }, energy: "l2", breathe };
}
