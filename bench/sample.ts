import { readFile } from "node:fs/promises";
import { evaluate } from "../src/core/metrics/evaluate";
import { LOCALIZE } from "../src/core/operations/localize";
import { SEGMENT } from "../src/core/operations/segment";
import { paramDefaults } from "../src/core/task/params";
import { type Shape3, voxelCount } from "../src/core/volume/shape";
import type { VolumeReader } from "../src/core/volume/volume";
import { memorySource } from "../src/io/source/memory-source";
import { readTruth } from "../src/io/truth/read-truth";
import { openVolume } from "../src/io/volume/open-volume";
import { cropTile } from "../src/testing/cases/network-cases";
import { loadStarterModel, projectFile } from "../src/testing/golden-network";
import type { BenchOptions, BenchResult } from "./bench-result";
import { openBackend } from "./open-backend";

const LIMIT_SECONDS = 120;
const RADIUS_VOXELS = 10;
/** The starter model finds every proteasome and TRiC of the sample (its manifest): labels 4 and 5. */
const SURE_LABELS = [4, 5];
const SURE_F1 = 0.95;

/** Seconds to segment the bundled sample of 96×224×224, from file to labels; right if its sure particles are found. */
export async function sampleBench(options: BenchOptions): Promise<BenchResult> {
  const model = await loadStarterModel();
  const { backend, backends } = await openBackend(options.backend);
  const start = performance.now();
  const volume = await openVolume(
    memorySource(await readFile(projectFile("public/samples/cell-sample.mrc")), "cell-sample.mrc"),
  );
  const labels = new Float32Array(voxelCount(volume.meta.shape));
  const context = {
    signal: new AbortController().signal,
    onProgress() {},
    breathe: async () => {},
    async createVolume({ role }: { role: string }) {
      let filled = 0;
      return {
        async write(values: ArrayLike<number>) {
          if (role === "labels") labels.set(values, filled);
          filled += values.length;
        },
        async close() {},
      };
    },
  };
  const { tiles } = await SEGMENT.run({ volume, model, backend }, paramDefaults(SEGMENT.params), context);
  const seconds = (performance.now() - start) / 1000;
  backends.dispose();

  const inputs = { labels: readerOf(labels, volume), score: null, classes: model.manifest.classes };
  const { list } = await LOCALIZE.run(inputs, paramDefaults(LOCALIZE.params), context);
  const truth = readTruth(await readFile(projectFile("public/samples/cell-sample-truth.json"), "utf8"));
  const { classes } = evaluate(list.particles, truth, model.manifest.classes, RADIUS_VOXELS);
  return {
    name: "sample",
    backend: backend.id,
    value: Number(seconds.toFixed(2)),
    unit: "s",
    peer: "limit",
    peerValue: LIMIT_SECONDS,
    ratio: Number((LIMIT_SECONDS / seconds).toFixed(2)),
    correct: SURE_LABELS.every((label) => classes[label].f1 >= SURE_F1),
    details: {
      tiles,
      description: backend.description,
      f1: Object.fromEntries(
        Object.entries(classes).map(([label, { f1 }]) => [label, Number(f1.toFixed(3))]),
      ),
    },
  };
}

function readerOf(labels: Float32Array, { meta }: VolumeReader): VolumeReader {
  const shape: Shape3 = meta.shape;
  return {
    meta,
    async readBox(box) {
      return cropTile(labels, shape, box);
    },
  };
}
