import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { unzipSync, zipSync } from "fflate";
import { expect, test } from "vitest";
import { deepFinderLayers } from "../../core/nn/deepfinder-network";
import type { Weights } from "../../core/nn/model";
import { findPython } from "../../testing/find-python";
import {
  deepFinderModel,
  type KerasModelLayer,
  type KerasWriter,
  kerasArchive,
  kerasConfig,
  kerasWeightsFile,
} from "../../testing/keras-archive";
import { kerasFile } from "../../testing/keras-file";
import { checkKerasConfig } from "./keras-config";
import { readDeepFinderH5 } from "./read-deepfinder-h5";
import { readDeepFinderKeras } from "./read-deepfinder-keras";

const CLASSES = 3;

/** Every value of a tensor tells which one it is of: 1, 2, 3, … in the order of the network. */
const weights: Weights = new Map(
  deepFinderLayers(CLASSES).flatMap(({ name, kernel: k, inChannels, outChannels }, i) => {
    const tensor = (shape: number[], value: number) => ({
      shape,
      values: new Float32Array(shape.reduce((a, b) => a * b)).fill(value),
    });
    return [
      [`${name}.weight`, tensor([k, k, k, inChannels, outChannels], 2 * i + 1)],
      [`${name}.bias`, tensor([outChannels], 2 * i + 2)],
    ] as const;
  }),
);
const network = deepFinderModel(weights);

const summary = (read: Weights) => [...read].map(([name, { shape, values }]) => [name, shape, values[0]]);
const WRITERS: readonly KerasWriter[] = ["Keras 3", "TensorFlow 2.13", "TensorFlow 2.13 on Windows"];

test.each(WRITERS)("a model that %s wrote is read in the order of the network", async (writer) => {
  const file = await kerasArchive(deepFinderModel(weights, 15), writer);
  const read = await readDeepFinderKeras(file, "a.keras");
  expect(read.manifestJson).toBeNull();
  expect(summary(read.weights)).toEqual(summary(weights));
  expect(read.weights.get("d1.weight")?.values.every((value) => value === 19)).toBe(true);
});

test("an archive that was packed anew and an HDF5 file of an earlier Keras are read under the same ending", async () => {
  const packed = zipSync(unzipSync(await kerasArchive(network, "Keras 3")), { level: 1 });
  expect(summary((await readDeepFinderKeras(packed, "a.keras")).weights)).toEqual(summary(weights));
  const layers = network.map(({ name, weights: own }) => ({
    name,
    weights: own.map((tensor, i) => ({ name: i === 0 ? "kernel:0" : "bias:0", ...tensor })),
  }));
  const earlier = await kerasFile(layers, true);
  expect(summary((await readDeepFinderKeras(earlier, "a.keras")).weights)).toEqual(summary(weights));
});

const changed = (name: string, change: Partial<KerasModelLayer>) =>
  network.map((layer) => (layer.name === name ? { ...layer, ...change } : layer));
const configured = (name: string, config: Record<string, unknown>) =>
  changed(name, { config: { ...network.find((layer) => layer.name === name)?.config, ...config } });
const dropout: KerasModelLayer = {
  className: "Dropout",
  name: "dropout",
  inputs: ["conv3d_13"],
  config: { rate: 0.5 },
  weights: [],
};

test.each<[string, readonly KerasModelLayer[], string]>([
  [
    "another activation",
    configured("conv3d_2", { activation: { class_name: "function", config: "elu" } }),
    "its 3rd convolution (conv3d_2) has activation elu instead of relu.",
  ],
  [
    "another number of classes",
    configured("conv3d_14", { filters: 7 }),
    "its 15th convolution (conv3d_14) has filters 7 instead of 3.",
  ],
  [
    "strides",
    configured("conv3d_4", { strides: [2, 2, 2] }),
    "its 5th convolution (conv3d_4) has strides 2 × 2 × 2 instead of 1 × 1 × 1.",
  ],
  [
    "other joins",
    changed("concatenate_9", { inputs: ["conv3d_3", "conv3d_8"] }),
    "its 10th convolution (conv3d_9) takes Concatenate (-1) of conv3d_3 and conv3d_8 instead of Concatenate (-1) of conv3d_8 and conv3d_3.",
  ],
  [
    "convolutions of one shape in another order",
    changed("conv3d_6", { inputs: ["conv3d_4"] }),
    "its 7th convolution (conv3d_6) takes conv3d_4 instead of conv3d_5.",
  ],
  [
    "another pooling",
    configured("max_pooling3d_2", { pool_size: [3, 3, 3] }),
    "its 3rd convolution (conv3d_2) takes MaxPooling3D (3 × 3 × 3, 2 × 2 × 2) of conv3d_1 instead of MaxPooling3D (2 × 2 × 2, 2 × 2 × 2) of conv3d_1.",
  ],
  [
    "a layer in between",
    [
      ...changed("conv3d_14", { inputs: ["dropout"] }).slice(0, -1),
      dropout,
      ...changed("conv3d_14", { inputs: ["dropout"] }).slice(-1),
    ],
    "its 15th convolution (conv3d_14) takes Dropout of conv3d_13 instead of conv3d_13.",
  ],
  [
    "a layer after the last",
    [...network, { ...dropout, inputs: ["conv3d_14"] }],
    "it ends in dropout instead of conv3d_14.",
  ],
])("a model with %s is refused in a sentence", (_, layers, sentence) => {
  const checked = (writer: KerasWriter) => () =>
    checkKerasConfig(kerasConfig(layers, writer), CLASSES, "b.keras");
  expect(checked("Keras 3")).toThrow(`b.keras holds another network than DeepFinder's: ${sentence}`);
  expect(checked("TensorFlow 2.13")).toThrow(sentence);
});

test("weights whose order the file does not say are refused", async () => {
  const transposed = await kerasWeightsFile(changed("conv3d_8", { className: "Conv3DTranspose" }), "Keras 3");
  await expect(readDeepFinderH5(transposed, "b.weights.h5")).rejects.toThrow(
    "b.weights.h5 holds another network than DeepFinder's: layer conv3d_transpose has weights but is no Conv3D.",
  );
  const short = await kerasWeightsFile(network.slice(0, -1), "TensorFlow 2.13");
  await expect(readDeepFinderH5(short, "b.weights.h5")).rejects.toThrow(
    "14 layers have weights instead of 15",
  );
});

test("what is no archive of Keras, or damaged, says so", async () => {
  const text = new TextEncoder().encode("weights");
  await expect(readDeepFinderKeras(text, "c.keras")).rejects.toThrow(
    "c.keras is no model of Keras: it is neither a zip archive nor an HDF5 file.",
  );
  await expect(readDeepFinderKeras(zipSync({ "model.weights.npz": text }), "c.keras")).rejects.toThrow(
    "c.keras is no model of Keras: an archive of config.json and model.weights.h5 was expected; it holds model.weights.npz.",
  );
  const whole = await kerasArchive(network, "Keras 3");
  await expect(readDeepFinderKeras(whole.subarray(0, 1e6), "c.keras")).rejects.toThrow(
    "c.keras is a zip archive that cannot be read: it is damaged or was cut short.",
  );
  const parts = unzipSync(whole);
  const subclassed = zipSync({ ...parts, "config.json": new TextEncoder().encode('{"config": {}}') });
  await expect(readDeepFinderKeras(subclassed, "c.keras")).rejects.toThrow(
    "This is no functional model of Keras (config.json in c.keras): config.layers",
  );
  const noWeights = zipSync({ ...parts, "model.weights.h5": text });
  await expect(readDeepFinderKeras(noWeights, "c.keras")).rejects.toThrow(
    "model.weights.h5 in c.keras is no HDF5 file.",
  );
});

/** A Python that has h5py, with which Keras reads and writes its files. */
const python = findPython("h5py");

// As H5IOStore and save_model of Keras 3 write: the names of layers as attributes, groups of zero weights, scalars of the optimizer.
const WRITE = `
import h5py, io, json, numpy as np, sys, zipfile
layers = json.loads(sys.stdin.read())
buffer = io.BytesIO()
with h5py.File(buffer, "w") as f:
    f.create_group("vars").attrs["name"] = "functional"
    f.create_group("layers/input_layer").create_group("vars").attrs["name"] = "input_layer"
    for i, shapes in enumerate(layers):
        g = f.create_group("layers/conv3d" + ("_%d" % i if i else "")).create_group("vars")
        g.attrs["name"] = "conv3d_%d" % (i + 30)
        for j, shape in enumerate(shapes):
            g[str(j)] = np.full(shape, 2 * i + j + 1, "f4")
    o = f.create_group("optimizer").create_group("vars")
    o["0"] = np.int64(1200)
    o["1"] = np.float32(1e-4)
with zipfile.ZipFile(sys.argv[1], "w") as z:
    with z.open("metadata.json", "w") as f:
        f.write(b"{}")
    with z.open("config.json", "w") as f:
        f.write(open(sys.argv[2], "rb").read())
    z.writestr("model.weights.h5", buffer.getvalue())
`;

test.skipIf(!python)("an archive laid out by Python is read (skipped: no Python with h5py)", async () => {
  const folder = mkdtempSync(join(tmpdir(), "tomoscope-"));
  try {
    const [archive, config] = [join(folder, "net.keras"), join(folder, "config.json")];
    writeFileSync(config, unzipSync(await kerasArchive(network, "Keras 3"))["config.json"]);
    const shapes = network
      .map((layer) => layer.weights.map(({ shape }) => shape))
      .filter(({ length }) => length > 0);
    execFileSync(python as string, ["-c", WRITE, archive, config], { input: JSON.stringify(shapes) });
    const read = await readDeepFinderKeras(readFileSync(archive), "net.keras");
    expect(summary(read.weights)).toEqual(summary(weights));
  } finally {
    rmSync(folder, { recursive: true });
  }
});
