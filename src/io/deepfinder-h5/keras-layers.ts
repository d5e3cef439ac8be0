import type { Dataset, Group, File as Hdf5File } from "h5wasm";
import { FormatError } from "../../core/errors";
import type { Tensor } from "../../core/nn/model";
import { anotherNetwork } from "./another-network";

/** A layer with its weights in the order in which Keras sets them: kernel, then bias. */
export interface KerasLayer {
  readonly name: string;
  /** By the last part of their names: "kernel" and "bias" (without Keras 2's ":0"), or "0" and "1". */
  readonly weights: ReadonlyMap<string, Tensor>;
}

/** HDF5's class of floating-point numbers. */
const FLOAT_TYPE = 1;

/**
 * A variable in the layout of saving_lib.py: "layers" as Keras 3 and TensorFlow from 2.14 on write it, the other name from 2.12
 * and 2.13, with a backslash in it where that was done on Windows. What the optimizer keeps lies beside these groups.
 */
const VARIABLE = /^(?:layers|_layer_checkpoint_dependencies)[/\\](\w+)\/vars\/\d+$/;

const CONVOLUTION = /^conv3d(?:_(\d+))?$/;

const isGroup = (entity: unknown): entity is Group => (entity as Group | null)?.type === "Group";
const isDataset = (entity: unknown): entity is Dataset => (entity as Dataset | null)?.type === "Dataset";

/** Keras cuts a list that is too long for one attribute into name0, name1, …; an empty list is one of numbers. */
function stringsOf(group: Group, name: string): readonly string[] | null {
  const { attrs } = group;
  const list = (value: unknown) => (Array.isArray(value) ? value.map(String) : []);
  if (attrs[name]) return list(attrs[name].value);
  if (!attrs[`${name}0`]) return null;
  const all: string[] = [];
  for (let i = 0; attrs[`${name}${i}`]; i++) all.push(...list(attrs[`${name}${i}`].value));
  return all;
}

function readTensor(dataset: Dataset, where: string): Tensor {
  const { type, size } = dataset.metadata;
  if (type !== FLOAT_TYPE || (size !== 4 && size !== 8)) {
    const sentence = `${where} are no numbers of 4 or 8 bytes with a point.`;
    throw new FormatError("unsupported", sentence, { where });
  }
  return { shape: dataset.shape ?? [], values: new Float32Array(dataset.value as ArrayLike<number>) };
}

/** Reads the weights of a layer from their paths in a group. */
function readLayer(group: Group, name: string, paths: readonly string[], fileName: string): KerasLayer {
  const weights = new Map<string, Tensor>();
  for (const path of paths) {
    const where = `The weights ${path} of layer ${name} in ${fileName}`;
    const dataset = group.get(path);
    if (!isDataset(dataset)) throw new FormatError("bad-header", `${where} are missing.`, { layer: name });
    const key = path.slice(path.lastIndexOf("/") + 1).replace(/:\d+$/, "");
    weights.set(key, readTensor(dataset, where));
  }
  return { name, weights };
}

/** Keras 2 lists its layers, and the weights of each, in attributes; null where it did not write the file. */
function readListedLayers(file: Hdf5File, fileName: string): readonly KerasLayer[] | null {
  const inner = file.keys().includes("model_weights") ? file.get("model_weights") : null;
  const model: Group = isGroup(inner) ? inner : file;
  const names = stringsOf(model, "layer_names");
  if (names === null) return null;
  const layers = names.map((name) => {
    const group = model.get(name);
    if (isGroup(group)) return readLayer(group, name, stringsOf(group, "weight_names") ?? [], fileName);
    throw new FormatError("bad-header", `Layer ${name} is missing in ${fileName}.`, { layer: name });
  });
  return layers.filter(({ weights }) => weights.size > 0);
}

/**
 * Later ones name a group by the class of its layer and number those of one class in the order of the network: conv3d, conv3d_1,
 * …, conv3d_10 (HDF5 lists that before conv3d_2; TensorFlow 2.12 and 2.13 count every layer twice). How layers of two classes
 * follow each other the file does not say, so there must be one class.
 */
function readNumberedLayers(file: Hdf5File, fileName: string): readonly KerasLayer[] {
  const paths = new Map<string, string[]>();
  for (const path of file.paths()) {
    const name = VARIABLE.exec(path)?.[1];
    if (name !== undefined) paths.set(name, [...(paths.get(name) ?? []), path]);
  }
  const numbered = [...paths.keys()].map((name) => {
    const match = CONVOLUTION.exec(name);
    if (!match) anotherNetwork(fileName, `layer ${name} has weights but is no Conv3D`);
    return { name, number: Number(match[1] ?? 0) };
  });
  numbered.sort((a, b) => a.number - b.number);
  return numbered.map(({ name }) => readLayer(file, name, paths.get(name) ?? [], fileName));
}

/**
 * Returns the layers that have weights, in the order of the network, of an HDF5 file that Keras wrote: a whole model of Keras 2
 * (with or without its optimizer), its weights alone, or the weights of a later one (.weights.h5). Throws "not-this-format"
 * where it is no such file, "unsupported" where the order cannot be known. Layouts: keras/saving/legacy/hdf5_format.py of
 * Keras 2, keras/src/saving/saving_lib.py of Keras 3.
 */
export function readKerasLayers(file: Hdf5File, fileName: string): readonly KerasLayer[] {
  const listed = readListedLayers(file, fileName);
  if (listed) return listed;
  const numbered = readNumberedLayers(file, fileName);
  if (numbered.length > 0) return numbered;
  const held = file.keys().slice(0, 3).join(", ") || "nothing";
  const sentence = `${fileName} holds no weights of Keras (neither layer_names nor layers with vars); it holds ${held}.`;
  throw new FormatError("not-this-format", sentence, { held });
}
