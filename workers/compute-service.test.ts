import { readFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import type { VolumeFile } from "../src/contracts/files";
import type { Backend, BackendStatus } from "../src/core/backend";
import { ComputeError, isAbort, isTagged } from "../src/core/errors";
import { createReferenceFourier3 } from "../src/core/fourier/fourier3";
import { fillNormal } from "../src/core/random/philox";
import { createReferenceMwrKernels } from "../src/core/restore/reference-mwr-kernels";
import type { Progress } from "../src/core/task/task";
import { createReferenceTomographyKernels } from "../src/core/tomography/reference-tomography-kernels";
import { type Shape3, voxelCount } from "../src/core/volume/shape";
import type { OutputVoxelType } from "../src/core/volume/volume";
import { readBeadModel } from "../src/io/bead-model/read-bead-model";
import { readModel } from "../src/io/model/read-model";
import { createMrcSink } from "../src/io/mrc/mrc-writer";
import { readRecipe } from "../src/io/recipe/read-recipe";
import { createBlobSink } from "../src/io/source/blob-sink";
import { blobSource } from "../src/io/source/blob-source";
import { openVolume } from "../src/io/volume/open-volume";
import { createComputeService } from "./compute-service";

const SHAPE: Shape3 = [13, 17, 23];
const MODEL = new URL("../public/models/starter/", import.meta.url);
const STRUCTURES = new URL("../public/structures/", import.meta.url);

async function mrcFile(name: string, values: Float32Array, dtype: OutputVoxelType): Promise<VolumeFile> {
  const bytes = createBlobSink();
  const voxelSizeAngstrom = { x: 10, y: 10, z: 10 };
  const sink = createMrcSink({ role: "converted", name, shape: SHAPE, dtype, voxelSizeAngstrom }, bytes);
  await sink.write(values);
  await sink.close();
  return { name, blob: bytes.blob() };
}

function noise(): Float32Array {
  const values = new Float32Array(voxelCount(SHAPE));
  fillNormal(values, 5, 0);
  return values;
}

/** A backend that restores by the reference and whose network fails as a lost device does. */
function backendThatLosesItsDevice(onDispose: () => void): Backend {
  return {
    id: "webgpu",
    description: "a GPU (WebGPU)",
    budgetBytes: 2 ** 30,
    createNetwork: async () => {
      throw new ComputeError("backend-failed", "The GPU did not give back its result.");
    },
    createTrainer: () => Promise.reject(new Error("not part of this test")),
    createMwrKernels: async (spec) => createReferenceMwrKernels(spec),
    createTomographyKernels: async (spec) => createReferenceTomographyKernels(spec),
    createFourier3: async (shape) => createReferenceFourier3(shape),
    dispose: onDispose,
  };
}

function service() {
  const counts = { opened: 0, disposed: 0, structures: 0 };
  const status: BackendStatus = { chosen: "webgpu", reports: [] };
  const created = createComputeService({
    async openBackends() {
      counts.opened++;
      const backend = backendThatLosesItsDevice(() => counts.disposed++);
      return {
        status: async () => status,
        async get(id) {
          if (id === "wasm") throw new ComputeError("backend-unavailable", "There is no WebAssembly here.");
          return backend;
        },
        dispose: backend.dispose,
      };
    },
    loadModel: async () =>
      readModel(
        JSON.parse(await readFile(new URL("manifest.json", MODEL), "utf8")),
        new Uint8Array(await readFile(new URL("starter.safetensors", MODEL))),
      ),
    async loadStructure(id) {
      counts.structures++;
      return readBeadModel(new Uint8Array(await readFile(new URL(`${id}.beads`, STRUCTURES))), id);
    },
  });
  return { service: created, counts };
}

const CLASSES = [{ label: 3, name: "free ribosome", radiusAngstrom: 145, minVoxels: 2000 }];
const CELL = {
  name: "Two Rubiscos",
  summary: "Two of them in a small box.",
  scene: {
    shape: [24, 32, 40],
    voxelSizeAngstrom: 10,
    resolutionAngstrom: 25,
    particles: [{ name: "Rubisco", structure: "1bxn", count: 2 }],
  },
  imaging: { route: "direct", noise: { snr: 0.5, kind: "gaussian" } },
};
const FRESH = { chainId: "a", goOn: false };
const ignore = () => {};
const caught = (promise: Promise<unknown>) => promise.catch((e: unknown) => e);

describe("createComputeService", () => {
  it("localizes a label map and says how it was made", async () => {
    const { service: s } = service();
    const labels = noise().map((_, i) => {
      const [z, y, x] = [Math.floor(i / (17 * 23)), Math.floor(i / 23) % 17, i % 23];
      return Math.hypot(x - 11, y - 8, z - 6) < 4 ? 3 : 0; // a class with a radius
    });
    const inputs = {
      labels: await mrcFile("labels.mrc", labels, "int8"),
      score: null,
      mapId: "labels",
      classes: CLASSES,
    };
    const params = { minVoxels: { 3: 20 } };
    const { output, volumes, provenance } = await s.run("job", "localize", inputs, params, ignore);
    expect(output.list.particles).toHaveLength(1);
    expect(output.list.particles[0]).toMatchObject({ label: 3, x: 11, y: 8, z: 6 });
    expect(volumes).toEqual([]);
    expect(provenance).toMatchObject({
      operation: "localize",
      params: { method: "components", minVoxels: { 3: 20 } },
      backend: "a GPU (WebGPU)",
    });
    expect(provenance.inputs[0]).toBe("labels.mrc");
    expect(provenance.version).toMatch(/^\d+\.\d+\.\d+$/);
    expect(provenance.seconds).toBeGreaterThan(0);
  });

  it("reads a label map once, and another one anew", async () => {
    const { service: s } = service();
    const cube = (side: number) =>
      noise().map((_, i) => {
        const [z, y, x] = [Math.floor(i / (17 * 23)), Math.floor(i / 23) % 17, i % 23];
        return Math.max(x, y, z) < side ? 3 : 0;
      });
    const sizes = async (labels: VolumeFile, mapId: string, smallest: number) => {
      const request = { labels, score: null, mapId, classes: CLASSES };
      const run = await s.run("job", "localize", request, { minVoxels: { 3: smallest } }, ignore);
      const { list, candidates } = run.output;
      return [list.particles, candidates].map((particles) => particles.map((each) => each.sizeVoxels));
    };
    const first = await mrcFile("labels.mrc", cube(3), "int8");
    const second = await mrcFile("labels.mrc", cube(2), "int8");
    expect(await sizes(first, "a", 1)).toEqual([[27], [27]]);
    // Not looked at again: the same id stands for the same voxels.
    expect(await sizes(second, "a", 28)).toEqual([[], [27]]);
    expect(await sizes(second, "b", 1)).toEqual([[8], [8]]);
  });

  it("simulates a cell with its truth, and images it again without building it anew", async () => {
    const { service: s, counts } = service();
    const recipe = readRecipe(JSON.stringify(CELL), { structureIds: ["1bxn"], mayReadFiles: false });
    const request = { recipe, shape: null };
    const built = await s.run("a", "simulate", { ...request, truth: true }, { seed: 3 }, ignore);
    expect(built.volumes.map(({ role }) => role)).toEqual(["density", "labels", "instances", "tomogram"]);
    expect(built.output.list.particles).toHaveLength(2);
    expect(built.output.measuredSnr).toBeCloseTo(0.5, 1);
    const image = await s.run("b", "simulate", { ...request, truth: false }, { seed: 3, snr: 2 }, ignore);
    expect(image.volumes.map(({ role }) => role)).toEqual(["tomogram"]);
    expect(image.output.measuredSnr).toBeCloseTo(2, 0);
    expect(image.output.list).toEqual(built.output.list);
    expect(counts.structures).toBe(1);
    const other = await s.run("c", "simulate", { ...request, truth: false }, { seed: 4 }, ignore);
    expect(other.output.list).not.toEqual(built.output.list);
    expect(counts.structures).toBe(2);
  });

  it("restores with previews and gives its volumes as MRC files", async () => {
    const { service: s } = service();
    const inputs = { volume: await mrcFile("noise.mrc", noise(), "float32"), ...FRESH };
    const params = { iterations: 6, burnIn: 2, denoiser: "gaussian", seed: 1 };
    const reports: Progress[] = [];
    const result = await s.run("job", "restore", inputs, params, (progress) => reports.push(progress));
    expect(result.output.trace).toHaveLength(6);
    expect(reports.some(({ preview }) => preview !== undefined)).toBe(true);
    const restored = result.volumes.find(({ role }) => role === "restored");
    const { meta } = await openVolume(blobSource(restored?.blob ?? new Blob([]), "restored.mrc"));
    expect(meta.shape).toEqual(SHAPE);
  });

  it("pauses, steers and finishes a restoration, and goes on with its chain", async () => {
    const { service: s } = service();
    const volume = await mrcFile("noise.mrc", noise(), "float32");
    const params = { iterations: 1000, burnIn: 1, denoiser: "gaussian", seed: 1 };
    let iterations = 0;
    const onProgress = ({ done }: Progress) => {
      iterations = done;
    };
    const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
    const begun = s.run("job", "restore", { volume, chainId: "a", goOn: false }, params, onProgress);
    while (iterations < 2) await pause(5);
    await s.steer("job", { paused: true });
    await pause(300); // the iteration that was under way ends
    const pausedAt = iterations;
    await s.steer("job", { beta: 0.5 });
    await pause(100);
    expect(iterations).toBe(pausedAt);
    await s.steer("job", { iterations: pausedAt + 2, paused: false });
    const { output, provenance } = await begun;
    expect(output).toMatchObject({ iterations: pausedAt + 2, isKept: true, beta: 0.5 });
    expect(provenance.params.iterations).toBe(pausedAt + 2);
    expect(provenance.remarks).toEqual([`β was set to 0.5 by hand from iteration ${pausedAt + 1} on.`]);
    expect(output.trace.slice(pausedAt).every(({ accepted }) => accepted)).toBe(true);

    const more = { volume, chainId: "a", goOn: true };
    const longer = await s.run("more", "restore", more, { ...params, iterations: pausedAt + 4 }, ignore);
    expect(longer.output.trace.slice(0, pausedAt + 2)).toEqual(output.trace);
    expect(longer.output.trace).toHaveLength(pausedAt + 4);
    expect(longer.provenance.remarks).toEqual(provenance.remarks);
    const lost = await caught(s.run("lost", "restore", { ...more, chainId: "b" }, params, ignore));
    expect((lost as Error).message).toContain("not kept any more");
  });

  it("takes the voxel size that the user states in place of the header's", async () => {
    const { service: s } = service();
    const stated = { ...(await mrcFile("noise.mrc", noise(), "float32")), voxelSizeAngstrom: 14 };
    const params = { iterations: 3, burnIn: 1, denoiser: "gaussian" };
    const { volumes } = await s.run("job", "restore", { volume: stated, ...FRESH }, params, ignore);
    for (const { name, blob } of volumes) {
      const { meta } = await openVolume(blobSource(blob, name));
      expect(meta.voxelSizeAngstrom.x).toBeCloseTo(14, 4);
    }
    const inputs = { volume: { ...stated, voxelSizeAngstrom: 140 }, model: "starter" };
    const refused = await caught(s.run("job 2", "segment", inputs, {}, ignore));
    expect(isTagged(refused, "bad-input")).toBe(true);
    expect((refused as Error).message).toContain("140 Å");
    const labels = { ...(await mrcFile("labels.mrc", noise().fill(0), "int8")), voxelSizeAngstrom: 14 };
    const found = await s.run(
      "job 3",
      "localize",
      { labels, score: null, mapId: "labels", classes: CLASSES },
      {},
      ignore,
    );
    expect(found.output.list.voxelSizeAngstrom).toEqual({ x: 14, y: 14, z: 14 });
  });

  it("rejects wrong parameters and files with their tag", async () => {
    const { service: s } = service();
    const volume = await mrcFile("noise.mrc", noise(), "float32");
    const wrong = await caught(s.run("job", "restore", { volume, ...FRESH }, { iterations: -1 }, ignore));
    expect(isTagged(wrong, "bad-parameter")).toBe(true);
    const empty = { volume: { name: "empty.mrc", blob: new Blob([]) }, ...FRESH };
    const missing = await caught(s.run("job 2", "restore", empty, {}, ignore));
    expect(isTagged(missing, "empty-file")).toBe(true);
  });

  it("cancels a running job within a second, and one that waits at once", async () => {
    const { service: s } = service();
    const inputs = { volume: await mrcFile("noise.mrc", noise(), "float32"), ...FRESH };
    const params = { iterations: 1000, burnIn: 10, denoiser: "gaussian" };
    let begun = () => {};
    const running = new Promise<void>((resolve) => (begun = resolve));
    const first = caught(s.run("a", "restore", inputs, params, () => begun()));
    const second = caught(s.run("b", "restore", inputs, params, ignore));
    await running;
    await s.cancel("b");
    expect(isAbort(await second)).toBe(true);
    const start = performance.now();
    await s.cancel("a");
    expect(isAbort(await first)).toBe(true);
    expect(performance.now() - start).toBeLessThan(1000);
  });

  it("changes the choice to a backend that works alone", async () => {
    const { service: s } = service();
    expect((await s.choose("reference")).chosen).toBe("reference");
    expect(isTagged(await caught(s.choose("wasm")), "backend-unavailable")).toBe(true);
    expect((await s.status()).chosen).toBe("reference");
    expect((await s.choose("auto")).chosen).toBe("webgpu");
  });

  it("opens the backends again after the GPU failed, and says so", async () => {
    const { service: s, counts } = service();
    const inputs = { volume: await mrcFile("noise.mrc", noise(), "float32"), model: "starter" };
    const failed = await caught(s.run("job", "segment", inputs, {}, ignore));
    expect(isTagged(failed, "backend-failed")).toBe(true);
    expect((failed as Error).message).toContain("once more");
    expect(counts).toMatchObject({ opened: 1, disposed: 1 });
    await s.status();
    expect(counts.opened).toBe(2);
  });
});
