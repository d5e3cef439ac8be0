import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { isTagged } from "../../core/errors";
import { deepFinderLayers } from "../../core/nn/deepfinder-network";
import { findPython } from "../../testing/find-python";
import { largestDifference, loadStarterModel } from "../../testing/golden-network";
import { type KerasFileLayer, kerasFile } from "../../testing/keras-file";
import { writeHdf5 } from "./hdf5-file";
import { readDeepFinderH5 } from "./read-deepfinder-h5";
import { writeDeepFinderH5 } from "./write-deepfinder-h5";

const CLASSES = 3;

/** Value i of a tensor of layer `seed`; the same line is in the Python below. */
const valueAt = (i: number, seed: number) => ((i * 7919 + seed) % 1000) / 1024 - 0.5;
const tensor = (name: string, shape: readonly number[], seed: number) => ({
  name,
  shape,
  values: Float32Array.from({ length: shape.reduce((a, b) => a * b) }, (_, i) => valueAt(i, seed)),
});

/** DeepFinder's layers as Keras names them when other models were made before in the same session. */
function deepFinderFile(first = 0): KerasFileLayer[] {
  const layers: KerasFileLayer[] = [{ name: "input_1", weights: [] }];
  for (const [i, { kernel: k, inChannels, outChannels, resample }] of deepFinderLayers(CLASSES).entries()) {
    if (resample !== "none") layers.push({ name: `${resample.replace("-", "_")}_${i}`, weights: [] });
    layers.push({
      name: i + first === 0 ? "conv3d" : `conv3d_${i + first}`,
      weights: [
        tensor("kernel:0", [k, k, k, inChannels, outChannels], i),
        tensor("bias:0", [outChannels], 100 + i),
      ],
    });
  }
  return layers;
}

test.each([
  ["a whole model with its optimizer", 0, true],
  ["weights alone, of a second model of a session", 15, false],
])("%s is read: 15 convolutions in order", async (_, first, whole) => {
  const { weights, manifestJson } = await readDeepFinderH5(
    await kerasFile(deepFinderFile(first), whole),
    "a.h5",
  );
  expect(manifestJson).toBeNull();
  expect(weights.size).toBe(30);
  for (const [i, { name, kernel: k, inChannels, outChannels }] of deepFinderLayers(CLASSES).entries()) {
    const kernel = weights.get(`${name}.weight`);
    expect(kernel?.shape).toEqual([k, k, k, inChannels, outChannels]);
    expect(kernel?.values[17]).toBe(valueAt(17, i));
    expect(weights.get(`${name}.bias`)?.values[1]).toBe(valueAt(1, 100 + i));
  }
});

const convolutions = deepFinderFile().filter(({ weights }) => weights.length > 0);
const changed = (at: number, weights: KerasFileLayer["weights"]) =>
  convolutions.map((layer, i) => (i === at ? { ...layer, weights } : layer));
const doubles = (shape: number[]) => ({ name: "kernel:0", shape, values: new Int32Array(shape[4]) });

test.each<[string, KerasFileLayer[], string, string]>([
  ["too few layers", convolutions.slice(0, 11), "unsupported", "11 layers have weights instead of 15"],
  [
    "other channels",
    changed(9, [tensor("kernel:0", [3, 3, 3, 96, 48], 0), tensor("bias:0", [48], 0)]),
    "unsupported",
    "its 10th convolution (conv3d_9) is 3 × 3 × 3, 96 to 48 channels instead of 3 × 3 × 3, 112 to 48 channels",
  ],
  [
    "no bias",
    changed(1, [tensor("kernel:0", [3, 3, 3, 32, 32], 0)]),
    "unsupported",
    "layer conv3d_1 is no 3D convolution with a bias but has kernel of 3 × 3 × 3 × 32 × 32",
  ],
  [
    "a normalization",
    changed(2, [tensor("gamma:0", [48], 0), tensor("beta:0", [48], 0)]),
    "unsupported",
    "has gamma of 48, beta of 48",
  ],
  [
    "whole numbers",
    changed(0, [doubles([1, 1, 1, 1, 32])]),
    "unsupported",
    "The weights conv3d/kernel:0 of layer conv3d in b.h5",
  ],
  [
    "one class",
    changed(14, [tensor("kernel:0", [1, 1, 1, 32, 1], 0), tensor("bias:0", [1], 0)]),
    "unsupported",
    "it tells 1 class apart",
  ],
])("a network with %s is refused in a sentence", async (_, layers, tag, sentence) => {
  const error = await readDeepFinderH5(await kerasFile(layers, false), "b.h5").catch((e: unknown) => e);
  expect(isTagged(error, tag as "unsupported")).toBe(true);
  expect((error as Error).message).toContain(sentence);
  expect((error as Error).message).toContain("b.h5");
});

test("what is no HDF5, cut short, or no file of Keras says so", async () => {
  const text = new TextEncoder().encode("weights");
  await expect(readDeepFinderH5(text, "c.h5")).rejects.toThrow("c.h5 is no HDF5 file.");
  const whole = await kerasFile(convolutions, true);
  await expect(readDeepFinderH5(whole.subarray(0, 100_000), "c.h5")).rejects.toThrow("was cut short");
  const tomogram = await writeHdf5((file) => {
    file.create_dataset({ name: "dataset", data: new Float32Array(8), shape: [2, 2, 2] });
  });
  const sentence =
    "c.h5 holds no weights of Keras (neither layer_names nor layers with vars); it holds dataset.";
  await expect(readDeepFinderH5(tomogram, "c.h5")).rejects.toThrow(sentence);
});

describe("a model written for DeepFinder", () => {
  test("comes back bit for bit, with its manifest", async () => {
    const model = await loadStarterModel();
    const { weights, manifestJson } = await readDeepFinderH5(await writeDeepFinderH5(model), "starter.h5");
    expect(JSON.parse(String(manifestJson))).toEqual(model.manifest);
    expect([...weights.keys()]).toEqual([...model.weights.keys()]);
    for (const [name, { shape, values }] of weights) {
      expect(shape).toEqual(model.weights.get(name)?.shape);
      expect(largestDifference(values, model.weights.get(name)?.values ?? [])).toBe(0);
    }
  });
});

/** A Python that has h5py, with which Keras reads and writes its files. */
const python = findPython("h5py");

// Laid out as by keras/saving/legacy (Keras 2): byte strings of one length, layers without weights, the optimizer's moments.
const WRITE = `
import h5py, json, numpy as np, sys
layers = json.loads(sys.stdin.read())
def value(shape, seed):
    return (((np.arange(np.prod(shape)) * 7919 + seed) % 1000) / 1024 - 0.5).astype("f4").reshape(shape)
with h5py.File(sys.argv[1], "w") as f:
    f.attrs["keras_version"] = b"2.13.1"
    f.attrs["backend"] = b"tensorflow"
    f.attrs["model_config"] = json.dumps({"class_name": "Functional"}).encode()
    root = f.create_group("model_weights")
    root.attrs["layer_names"] = [l["name"].encode() for l in layers]
    adam = f.create_group("optimizer_weights")
    for l in sorted(layers, key=lambda l: l["name"]):
        g = root.create_group(l["name"])
        names = [(l["name"] + "/" + w["name"]).encode() for w in l["weights"]]
        g.attrs["weight_names"] = names
        for n, w in zip(names, l["weights"]):
            d = g.create_dataset(n, tuple(w["shape"]), dtype="f4")
            d[...] = value(w["shape"], w["seed"])
            adam.create_dataset(b"Adam/m/" + n, data=value(w["shape"], 999))
    root.create_group("top_level_model_weights").attrs["weight_names"] = []
`;
const READ = `
import h5py, json, sys
text = lambda v: v.decode() if isinstance(v, bytes) else str(v)
with h5py.File(sys.argv[1]) as f:
    out = []
    for name in map(text, f.attrs["layer_names"]):
        for w in map(text, f[name].attrs["weight_names"]):
            a = f[name][w][()]
            out.append({"name": w, "dtype": str(a.dtype), "shape": a.shape, "sum": float(a.astype("f8").sum()), "last": float(a.ravel()[-1])})
    print(json.dumps({"version": text(f.attrs["keras_version"]), "backend": text(f.attrs["backend"]), "weights": out}))
`;

describe.skipIf(!python)("h5py (skipped: no Python with h5py)", () => {
  const inFolder = async (use: (path: string) => Promise<void>) => {
    const folder = mkdtempSync(join(tmpdir(), "tomoscope-"));
    try {
      await use(join(folder, "net_weights_FINAL.h5"));
    } finally {
      rmSync(folder, { recursive: true });
    }
  };

  test("a file laid out by Keras is read, value for value", () =>
    inFolder(async (path) => {
      const described = deepFinderFile().map(({ name, weights }) => ({
        name,
        weights: weights.map((w, i) => ({ name: w.name, shape: w.shape, seed: i === 0 ? 7 : 8 })),
      }));
      execFileSync(python as string, ["-c", WRITE, path], { input: JSON.stringify(described) });
      const { weights } = await readDeepFinderH5(readFileSync(path), "net_weights_FINAL.h5");
      expect(weights.size).toBe(30);
      for (const [name, { values, shape }] of weights) {
        const seed = name.endsWith("bias") ? 8 : 7;
        const expected = Float32Array.from({ length: shape.reduce((a, b) => a * b) }, (_, i) =>
          valueAt(i, seed),
        );
        expect(largestDifference(values, expected)).toBe(0);
      }
    }));

  test("ours is read as Keras reads it", () =>
    inFolder(async (path) => {
      const model = await loadStarterModel();
      writeFileSync(path, await writeDeepFinderH5(model));
      const report = JSON.parse(execFileSync(python as string, ["-c", READ, path], { encoding: "utf8" }));
      expect(report).toMatchObject({ version: "2.13.1", backend: "tensorflow" });
      const expected = [...model.weights.values()].map(({ shape, values }) => ({
        shape,
        sum: values.reduce((sum, value) => sum + value, 0),
        last: values.at(-1),
      }));
      expect(report.weights).toHaveLength(30);
      for (const [i, { shape, sum, last }] of expected.entries()) {
        expect(report.weights[i]).toMatchObject({ shape, last, dtype: "float32" });
        expect(report.weights[i].sum).toBeCloseTo(sum, 6);
      }
      expect(report.weights[2].name).toBe("conv3d_1/kernel:0");
    }));
});
