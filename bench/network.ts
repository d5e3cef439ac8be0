import { openNodeGpu } from "../src/compute/node-gpu";
import type { Backend, NetworkExecutor } from "../src/core/backend";
import { networkFlopsPerVoxel } from "../src/core/nn/deepfinder-network";
import { type Shape3, voxelCount, wholeBox } from "../src/core/volume/shape";
import { openGpuDevice } from "../src/gpu/device";
import { networkTile } from "../src/testing/cases/network-cases";
import { GOLDEN_TOLERANCE, largestDifference, loadStarterModel } from "../src/testing/golden-network";
import { type BenchOptions, type BenchResult, median, round } from "./bench-result";
import { compareWithGolden } from "./network-golden";
import { networkGpuBench } from "./network-gpu";
import { onnxRuntime, type Predict, pyTorch } from "./network-peers";
import { openBackend, THREADS } from "./open-backend";

const SHAPE: Shape3 = [48, 64, 64];
const SLOW_SHAPE: Shape3 = [16, 24, 24];
/** The engines compile hot code anew while they run: the first runs are slower. */
const WARM_UPS = 2;
const RUNS = 5;

/** The network on one tile, on a GPU in voxels per second (network-gpu.ts), else in GFLOP/s. */
export async function networkBench(options: BenchOptions): Promise<BenchResult> {
  if (options.backend === "webgpu") {
    const api = await openNodeGpu();
    const gpu = api && (await openGpuDevice(api));
    if (gpu && !gpu.isSoftware) return networkGpuBench(gpu, await loadStarterModel());
    gpu?.device.destroy();
  }
  const { backend, slow, backends } = await openBackend(options.backend);
  const network = await backend.createNetwork(await loadStarterModel());
  try {
    return await networkCpuBench(backend, network, slow);
  } finally {
    network.dispose();
    backends.dispose();
  }
}

/**
 * In GFLOP/s (the layers' plain count, whatever is saved), against onnxruntime-web with as many threads on the same tile and
 * weights; runs of the two alternate; medians. PyTorch with as many threads is in the details.
 */
async function networkCpuBench(
  backend: Backend,
  network: NetworkExecutor,
  slow: boolean,
): Promise<BenchResult> {
  const shape = slow ? SLOW_SHAPE : SHAPE;
  const goldenError = await compareWithGolden(network);
  const tile = networkTile(shape);
  const own: Predict = () => network.predict(tile, shape, wholeBox(shape), async () => {});
  const peer = await onnxRuntime(tile, shape, network.classCount);
  const peerError = peer ? largestDifference(await own(), await peer()) : null;

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
  const torch = slow ? null : pyTorch(shape, RUNS);
  const torchValue = torch && gigaflops / torch.f32;
  const errors = [goldenError, peerError ?? 0, torch?.goldenError ?? 0];
  return {
    name: "network",
    backend: backend.id,
    value: round(value),
    unit: "GFLOP/s",
    peer: `onnxruntime-web wasm, ${THREADS} threads`,
    peerValue: peerValue && round(peerValue),
    ratio: peerValue && round(value / peerValue),
    correct: errors.every((error) => error < GOLDEN_TOLERANCE),
    details: {
      shape,
      description: backend.description,
      goldenError,
      peerError,
      secondsMedian: round(median(seconds)),
      pyTorch: torch && {
        version: torch.torch,
        device: torch.device,
        value: torchValue && round(torchValue),
        ratio: torchValue && round(value / torchValue),
      },
    },
  };
}

async function time(run: Predict): Promise<number> {
  const start = performance.now();
  await run();
  return (performance.now() - start) / 1000;
}
