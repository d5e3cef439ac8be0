import { expect, test } from "vitest";
import { createWasmMwrKernels } from "../../wasm/restore/wasm-mwr-kernels";
import { createWasmRuntime } from "../../wasm/runtime";
import { checkParams } from "../task/params";
import { type Shape3, voxelCount } from "../volume/shape";
import { RESTORE } from "./restore";

const SIDE = 64;
const SHAPE: Shape3 = [SIDE, SIDE, SIDE];
const VOXELS = voxelCount(SHAPE);

/** Bytes of WebAssembly's memory that a chain in one box takes. */
async function wasmBytes(denoiser: "bm4d" | "nl-means" | "tv" | "diffusion" | "gaussian"): Promise<number> {
  const runtime = await createWasmRuntime({ threads: 1 });
  const start = runtime.mark();
  const kernels = createWasmMwrKernels(runtime, {
    shape: SHAPE,
    sampled: new Float32Array(SIDE * SIDE * (SIDE / 2 + 1)),
    measured: new Float32Array(VOXELS),
    transform: "pp-fft",
    denoiser: { id: denoiser },
    energy: "l2",
    breathe: async () => {},
  });
  for (let volume = 0; volume < 6; volume++) kernels.allocate(); // the chain's
  const used = runtime.mark() - start;
  runtime.dispose();
  return used;
}

test.each(["bm4d", "nl-means", "tv", "diffusion", "gaussian"] as const)(
  "the estimate has room for what the denoiser %s keeps, and not much more",
  async (denoiser) => {
    // Beside WebAssembly's: the input, the weights, and the four volumes that a chain hands over at its end.
    const taken = (await wasmBytes(denoiser)) + 6 * 4 * VOXELS;
    const { bytes } = RESTORE.estimate(SHAPE, checkParams(RESTORE.params, { denoiser }));
    expect(bytes / taken).toBeGreaterThan(0.9);
    expect(bytes / taken).toBeLessThan(1.1);
  },
);

test("the estimate counts single samples, what blocks are blended in, and the voxels of every block", () => {
  const plain = checkParams(RESTORE.params, {});
  const ofBlock = RESTORE.estimate(SHAPE, plain);
  const withSamples = RESTORE.estimate(SHAPE, { ...plain, keep: 3 });
  expect(withSamples.bytes - ofBlock.bytes).toBe(5 * 4 * VOXELS);
  const inBlocks = RESTORE.estimate([SIDE, 200, 200], { ...plain, block: SIDE });
  // Mean and deviation: a band of sections as high as a block, and the results of one.
  expect(inBlocks.bytes - ofBlock.bytes).toBe(2 * 4 * (SIDE * 200 * 200 + VOXELS));
  expect(inBlocks.flops).toBe(16 * ofBlock.flops);
});
