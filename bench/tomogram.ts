import { mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileSink } from "../src/cli/file-sink";
import { runOperation } from "../src/cli/run-operation";
import { withVolume } from "../src/cli/with-volume";
import type { Backend, NetworkExecutor } from "../src/core/backend";
import type { Model } from "../src/core/nn/model";
import { createTileReader } from "../src/core/nn/tile-reader";
import { coreInTile } from "../src/core/nn/tiling";
import { measureVolume } from "../src/core/operations/measure-volume";
import { SEGMENT } from "../src/core/operations/segment";
import { fillNormal } from "../src/core/random/philox";
import { paramDefaults } from "../src/core/task/params";
import { type Box, boxShape, type Shape3, voxelCount, wholeBox } from "../src/core/volume/shape";
import type { VolumeReader } from "../src/core/volume/volume";
import { createMrcSink } from "../src/io/mrc/mrc-writer";
import { loadStarterModel, projectFile } from "../src/testing/golden-network";
import { type BenchOptions, type BenchResult, round } from "./bench-result";
import { openBackend } from "./open-backend";

const LIMIT_SECONDS = 20;
/** A tomogram of a K3 camera, binned four times. */
const SHAPE: Shape3 = [464, 928, 928];
const SMALL_SHAPE: Shape3 = [96, 128, 112];
const SLOW_SHAPE: Shape3 = [16, 24, 20];

const SAMPLE = "public/samples/cell-sample.mrc";
const NOISE_VOXELS = 1 << 20;
const NOISE_SEED = 20261126;
/** Of the noise that is added, against the sample's own deviation. */
const NOISE_SHARE = 0.3;

/** The side of the box that is computed once more in one piece, and what it may differ in: ties of f32 numbers. */
const CHECKED_SIDE = 64;
const HALO = 36;
const TIES = 1e-3;

const quiet = { signal: new AbortController().signal, breathe: async () => {}, onProgress() {} };

/** Where the time goes: what passes from the start to the first tile, in the network, between tiles, after the last one. */
interface Stages {
  before: number;
  network: number;
  between: number;
  after: number;
}

/**
 * Seconds from a file of 928 × 928 × 464 f32 voxels (on a GPU; a small one elsewhere) to the file of its labels, as the command
 * does it: two readings, normalization, tiles, writing. The file has just been written, so that it is read from memory if there
 * is enough. Right if a box in the middle has the labels that it has when computed in one piece.
 */
export async function tomogramBench(options: BenchOptions): Promise<BenchResult> {
  const { backend, slow, backends } = await openBackend(options.backend);
  const shape = slow ? SLOW_SHAPE : backend.id === "webgpu" ? SHAPE : SMALL_SHAPE;
  const model = await loadStarterModel();
  const cwd = await mkdtemp(join(tmpdir(), "tomoscope-bench-"));
  const io = { stdout: { write() {} }, stderr: { write() {} }, signal: quiet.signal, cwd };
  const stages: Stages = { before: 0, network: 0, between: 0, after: 0 };
  try {
    await makeTomogram(join(cwd, "tomogram.mrc"), shape);
    const start = performance.now();
    const timer = timedBackend(backend, stages, start);
    const { output } = await withVolume("tomogram.mrc", io, (volume) =>
      runOperation(
        SEGMENT,
        { volume, model, backend: timer.backend },
        { ...paramDefaults(SEGMENT.params), saveScore: false },
        io,
        { fileFor: () => "labels.mrc", inputNames: [], backend: backend.description },
      ),
    );
    const end = performance.now();
    stages.after = (end - timer.lastEnd()) / 1000;
    const seconds = (end - start) / 1000;
    const peakBytes = process.resourceUsage().maxRSS * 1024;
    const wrong = await withVolume("tomogram.mrc", io, (volume) =>
      withVolume("labels.mrc", io, (labels) => wrongShare(volume, labels, model, backend)),
    );
    const isLimited = shape === SHAPE;
    return {
      name: "tomogram",
      backend: backend.id,
      value: round(seconds),
      unit: "s",
      peer: "limit",
      peerValue: isLimited ? LIMIT_SECONDS : null,
      ratio: isLimited ? round(LIMIT_SECONDS / seconds) : null,
      correct: wrong <= TIES,
      details: {
        shape,
        description: backend.description,
        fileBytes: (await stat(join(cwd, "tomogram.mrc"))).size,
        megavoxelsPerSecond: round(voxelCount(shape) / seconds / 1e6),
        tiles: output.tiles,
        budgetBytes: backend.budgetBytes,
        peakMemoryBytes: peakBytes,
        seconds: Object.fromEntries(Object.entries(stages).map(([stage, value]) => [stage, round(value)])),
        wrongShareOfBox: wrong,
      },
    };
  } finally {
    backends.dispose();
    await rm(cwd, { recursive: true, force: true });
  }
}

/** Writes the sample, put side by side, with seeded noise, which begins elsewhere in each row. */
async function makeTomogram(path: string, [nz, ny, nx]: Shape3): Promise<void> {
  const quietIo = { cwd: "/", signal: quiet.signal, stdout: { write() {} }, stderr: { write() {} } };
  const sample = await withVolume(projectFile(SAMPLE), quietIo, async (volume) => ({
    shape: volume.meta.shape,
    values: await volume.readBox(wholeBox(volume.meta.shape)),
    std: (await measureVolume(volume, { ...quiet, createVolume: nowhere })).std,
  }));
  const noise = new Float32Array(NOISE_VOXELS + nx);
  fillNormal(noise, NOISE_SEED, 0);
  const scale = NOISE_SHARE * sample.std;
  const [sampleNz, sampleNy, sampleNx] = sample.shape;
  const voxelSizeAngstrom = { x: 10, y: 10, z: 10 };
  const sink = createMrcSink(
    { role: "converted", name: "tomogram.mrc", shape: [nz, ny, nx], dtype: "float32", voxelSizeAngstrom },
    await fileSink(path),
  );
  for (let z = 0; z < nz; z++) {
    const section = new Float32Array(ny * nx);
    for (let y = 0; y < ny; y++) {
      const from = ((z % sampleNz) * sampleNy + (y % sampleNy)) * sampleNx;
      const noiseFrom = ((z * ny + y) * 7919) % NOISE_VOXELS;
      for (let x = 0; x < nx; x++)
        section[y * nx + x] = sample.values[from + (x % sampleNx)] + scale * noise[noiseFrom + x];
    }
    await sink.write(section);
  }
  await sink.close();
}

const nowhere = () => Promise.reject(new Error("A measurement writes nothing."));

function timedBackend(backend: Backend, stages: Stages, start: number) {
  let end = start;
  const timed = async <Result>(work: () => Promise<Result>): Promise<Result> => {
    const begin = performance.now();
    stages[end === start ? "before" : "between"] += (begin - end) / 1000;
    const result = await work();
    end = performance.now();
    stages.network += (end - begin) / 1000;
    return result;
  };
  const createNetwork = async (model: Model): Promise<NetworkExecutor> => {
    const network = await backend.createNetwork(model);
    return {
      classCount: network.classCount,
      predictBytes: network.predictBytes,
      labelBytes: () => network.labelBytes(),
      predict: (...args) => timed(() => network.predict(...args)),
      label: (...args) => timed(() => network.label(...args)),
      dispose: () => network.dispose(),
    };
  };
  const { id, description, budgetBytes } = backend;
  const timedOne: Backend = {
    id,
    description,
    budgetBytes,
    createNetwork,
    createTrainer: (spec) => backend.createTrainer(spec),
    createMwrKernels: (spec) => backend.createMwrKernels(spec),
    createTomographyKernels: (spec) => backend.createTomographyKernels(spec),
    createFourier3: (shape) => backend.createFourier3(shape),
    dispose() {},
  };
  return { backend: timedOne, lastEnd: () => end };
}

/** The share of voxels of a box in the middle whose labels differ from those of the box with its halo in one piece. */
async function wrongShare(
  volume: VolumeReader,
  labels: VolumeReader,
  model: Model,
  backend: Backend,
): Promise<number> {
  const { shape } = volume.meta;
  const core = middleBox(shape, CHECKED_SIDE);
  const tile = middleBox(shape, CHECKED_SIDE + 2 * HALO);
  const { mean, std } = await measureVolume(volume, { ...quiet, createVolume: nowhere });
  const voxels = await createTileReader(
    volume,
    { mean, scale: 1 / std },
    quiet.breathe,
  )({
    tile,
    band: tile,
  });
  const network = await backend.createNetwork(model);
  try {
    const inTile = coreInTile({ tile, core });
    const expected = await network.label(voxels, boxShape(tile), inTile, quiet.breathe);
    const found = await labels.readBox(core);
    return found.filter((label, i) => label !== expected.labels[i]).length / found.length;
  } finally {
    network.dispose();
  }
}

/** A cube in the middle of a volume, on multiples of 4, or what of it lies within. */
function middleBox(shape: Shape3, side: number): Box {
  const [z, y, x] = shape.map((count) => {
    const start = Math.max(0, 4 * Math.floor((count - side) / 8));
    return { start, end: Math.min(count, start + side) };
  });
  return { z0: z.start, y0: y.start, x0: x.start, z1: z.end, y1: y.end, x1: x.end };
}
