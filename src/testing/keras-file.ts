import * as h5wasm from "h5wasm";
import { File as Hdf5File, ready } from "h5wasm";

/** A layer as a Keras file holds it: its weights by name, none for layers that only pool or join. */
export interface KerasFileLayer {
  readonly name: string;
  readonly weights: readonly {
    readonly name: string;
    readonly shape: readonly number[];
    readonly values: Float32Array | Float64Array | Int32Array;
  }[];
}

/** Returns the bytes of an HDF5 file that `write` fills, by h5wasm alone. */
export async function hdf5Bytes(write: (file: Hdf5File) => void): Promise<Uint8Array<ArrayBuffer>> {
  await ready;
  const path = "keras.h5";
  const file = new Hdf5File(path, "w");
  write(file);
  file.close();
  const files = h5wasm.FS as {
    readFile(path: string): Uint8Array<ArrayBuffer>;
    unlink(path: string): void;
  } | null;
  const bytes = files?.readFile(path) ?? new Uint8Array();
  files?.unlink(path);
  return bytes;
}

/**
 * Returns an HDF5 file as Keras 2 writes it, a `whole` model under model_weights beside the moments of its
 * optimizer, or its weights alone at the root. Groups are in the order of their names, the network's is in layer_names.
 */
export function kerasFile(layers: readonly KerasFileLayer[], whole: boolean): Promise<Uint8Array> {
  return hdf5Bytes((file) => {
    file.create_attribute("keras_version", "2.13.1");
    const root = whole ? file.create_group("model_weights") : file;
    const names = layers.map(({ name }) => name);
    root.create_attribute("layer_names", names, null, `S${Math.max(...names.map((name) => name.length))}`);
    for (const { name, weights } of [...layers].sort((a, b) => (a.name < b.name ? -1 : 1))) {
      const group = root.create_group(name);
      if (weights.length === 0) {
        group.create_attribute("weight_names", new Float64Array(0), [0]);
        continue;
      }
      group.create_attribute(
        "weight_names",
        weights.map((weight) => `${name}/${weight.name}`),
      );
      const inner = group.create_group(name);
      for (const { name: key, shape, values } of weights)
        inner.create_dataset({ name: key, data: values, shape: [...shape] });
    }
    if (!whole) return;
    const moments = file.create_group("optimizer_weights").create_group("Adam");
    for (const { name, weights } of layers)
      for (const { shape, values } of weights)
        moments.create_dataset({ name: `${name}-${shape.length}`, data: values, shape: [...shape] });
  });
}
