import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import type { NetworkExecutor } from "../src/core/backend";
import { networkFlopsPerVoxel } from "../src/core/nn/deepfinder-network";
import { type Shape3, voxelCount, wholeBox } from "../src/core/volume/shape";
import { networkTile } from "../src/testing/cases/network-cases";
import {
  GOLDEN_TOLERANCE,
  largestDifference,
  loadGoldenNetwork,
  loadStarterModel,
  projectFile,
} from "../src/testing/golden-network";
import { type BenchOptions, type BenchResult, median, round } from "./bench-result";
import { openBackend, THREADS } from "./open-backend";

const SHAPE: Shape3 = [48, 64, 64];
const SLOW_SHAPE: Shape3 = [16, 24, 24];
/** The engines compile hot code anew while they run: the first runs are slower. */
const WARM_UPS = 2;
const RUNS = 5;
const ONNX_FILE = "../shared/model/starter.onnx";

type Run = () => Promise<Float32Array>;

/**
 * The network on one tile, in GFLOP/s (the layers' plain count, whatever is saved), against onnxruntime-web with as many
 * threads on the same tile and weights. Runs of the two alternate; medians.
 */
export async function networkBench(options: BenchOptions): Promise<BenchResult> {
  const { backend, slow, backends } = await openBackend(options.backend);
  const shape = slow ? SLOW_SHAPE : SHAPE;
  const network = await backend.createNetwork(await loadStarterModel());
  try {
    const goldenError = await compareWithGolden(network);
    const tile = networkTile(shape);
    const own: Run = () => network.predict(tile, shape, wholeBox(shape), async () => {});
    const peer = await onnxRuntime(tile, shape, network.classCount);
    const peerError = peer ? largestDifference(await own(), await peer()) : null;
    const correct = goldenError < GOLDEN_TOLERANCE && (peerError ?? 0) < GOLDEN_TOLERANCE;

    const seconds: number[] = [];
    const peerSeconds: number[] = [];
    for (let run = slow ? 0 : -WARM_UPS; run < (slow ? 1 : RUNS); run++) {
      const elapsed = await time(own);
      const peerElapsed = peer ? await time(peer) : 0;
      if (run < 0) continue;
      seconds.push(elapsed);
      peerSeconds.push(peerElapsed);
    }
    const gigaflops = (voxelCount(shape) * networkFlopsPerVoxel(network.classCount)) / 1e9;
    const value = gigaflops / median(seconds);
    const peerValue = peer ? gigaflops / median(peerSeconds) : null;
    return {
      name: "network",
      backend: backend.id,
      value: round(value),
      unit: "GFLOP/s",
      peer: `onnxruntime-web wasm, ${THREADS} threads`,
      peerValue: peerValue && round(peerValue),
      ratio: peerValue && round(value / peerValue),
      correct,
      details: {
        shape,
        description: backend.description,
        goldenError,
        peerError,
        secondsMedian: round(median(seconds)),
      },
    };
  } finally {
    network.dispose();
    backends.dispose();
  }
}

async function compareWithGolden(network: NetworkExecutor): Promise<number> {
  const { shape, x, probabilities } = await loadGoldenNetwork();
  return largestDifference(await network.predict(x, shape, wholeBox(shape), async () => {}), probabilities);
}

/** Returns the peer, its output reordered as ours; null where its model is not at hand. */
async function onnxRuntime(
  tile: Float32Array<ArrayBuffer>,
  shape: Shape3,
  classCount: number,
): Promise<Run | null> {
  const path = projectFile(ONNX_FILE);
  if (!existsSync(path)) return null;
  const ort = await import("onnxruntime-web");
  ort.env.wasm.numThreads = THREADS;
  const session = await ort.InferenceSession.create(await readFile(path), { executionProviders: ["wasm"] });
  const input = new ort.Tensor("float32", tile, [1, 1, ...shape]);
  return async () => {
    const { prob } = await session.run({ x: input });
    const planes = prob.data as Float32Array;
    const voxels = planes.length / classCount;
    return Float32Array.from(
      planes,
      (_, i) => planes[(i % classCount) * voxels + Math.floor(i / classCount)],
    );
  };
}

async function time(run: Run): Promise<number> {
  const start = performance.now();
  await run();
  return (performance.now() - start) / 1000;
}
