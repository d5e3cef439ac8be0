import type { Dataset, Group, File as Hdf5File } from "h5wasm";
import { FormatError } from "../../core/errors";
import type { Tensor } from "../../core/nn/model";

/** A layer with its weights in the order in which Keras sets them. */
export interface KerasLayer {
  readonly name: string;
  /** By the last part of their names, "kernel" and "bias", without Keras 2's ":0". */
  readonly weights: ReadonlyMap<string, Tensor>;
}

/** HDF5's class of floating-point numbers. */
const FLOAT_TYPE = 1;

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
  return { shape: dataset.shape ?? [], values: Float32Array.from(dataset.value as ArrayLike<number>) };
}

function readLayer(group: Group, name: string, fileName: string): KerasLayer {
  const weights = new Map<string, Tensor>();
  for (const path of stringsOf(group, "weight_names") ?? []) {
    const where = `The weights ${path} of layer ${name} in ${fileName}`;
    const dataset = group.get(path);
    if (!isDataset(dataset)) throw new FormatError("bad-header", `${where} are missing.`, { layer: name });
    const key = path.slice(path.lastIndexOf("/") + 1).replace(/:\d+$/, "");
    weights.set(key, readTensor(dataset, where));
  }
  return { name, weights };
}

/**
 * Returns the layers that have weights, in the order of the network, of a file that Keras wrote: a whole model (with or
 * without its optimizer) or its weights alone. Throws "not-this-format" where it is no such file.
 */
export function readKerasLayers(file: Hdf5File, fileName: string): readonly KerasLayer[] {
  const inner = file.keys().includes("model_weights") ? file.get("model_weights") : null;
  const model: Group = isGroup(inner) ? inner : file;
  const names = stringsOf(model, "layer_names");
  if (names === null) {
    const held = file.keys().slice(0, 3).join(", ") || "nothing";
    const sentence = `${fileName} holds no weights of Keras (no layer_names); it holds ${held}.`;
    throw new FormatError("not-this-format", sentence, { held });
  }
  const layers = names.map((name) => {
    const group = model.get(name);
    if (isGroup(group)) return readLayer(group, name, fileName);
    throw new FormatError("bad-header", `Layer ${name} is missing in ${fileName}.`, { layer: name });
  });
  return layers.filter(({ weights }) => weights.size > 0);
}
