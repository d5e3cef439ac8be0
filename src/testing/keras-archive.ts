import { zipSync } from "fflate";
import { deepFinderLayers } from "../core/nn/deepfinder-network";
import type { Tensor, Weights } from "../core/nn/model";
import { hdf5Bytes } from "./keras-file";

/** A layer of a functional model as config.json tells of it, with its weights. */
export interface KerasModelLayer {
  readonly className: string;
  readonly name: string;
  readonly config: Readonly<Record<string, unknown>>;
  /** The names of the layers whose outputs it takes. */
  readonly inputs: readonly string[];
  readonly weights: readonly Tensor[];
}

/** Who writes: TensorFlow 2.12 and 2.13 (on Windows, too) have a layout of their own, 2.14 and 2.15 that of Keras 3. */
export type KerasWriter = "Keras 3" | "TensorFlow 2.13" | "TensorFlow 2.13 on Windows";

/** Returns DeepFinder's layers as its models.py makes them, the first convolution of the session being number `first`. */
export function deepFinderModel(weights: Weights, first = 0): KerasModelLayer[] {
  const layers: KerasModelLayer[] = [];
  const names = new Map([["x", "input_1"]]);
  const add = (
    className: string,
    name: string,
    inputs: readonly string[],
    config: object,
    own: Tensor[] = [],
  ) => {
    layers.push({ className, name, inputs, config: { name, trainable: true, ...config }, weights: own });
    return name;
  };
  add("InputLayer", "input_1", [], { batch_shape: [null, 64, 64, 64, 1] });
  const convolutions = deepFinderLayers(weights.get("out.bias")?.values.length ?? 0);
  for (const [i, { name, inputs, resample, kernel, outChannels }] of convolutions.entries()) {
    const sides = (side: number) => [side, side, side];
    let from = inputs.map((input) => names.get(input) ?? input);
    if (resample === "max-pool")
      from = [add("MaxPooling3D", `max_pooling3d_${i}`, from, { pool_size: sides(2), strides: sides(2) })];
    if (resample === "nearest-up")
      from = [add("UpSampling3D", `up_sampling3d_${i}`, from, { size: sides(2) })];
    if (from.length > 1) from = [add("Concatenate", `concatenate_${i}`, from, { axis: -1 })];
    const config = {
      filters: outChannels,
      kernel_size: sides(kernel),
      strides: sides(1),
      padding: "same",
      data_format: "channels_last",
      dilation_rate: sides(1),
      groups: 1,
      activation: name === "out" ? "softmax" : "relu",
    };
    const own = [weights.get(`${name}.weight`), weights.get(`${name}.bias`)].filter((tensor) => !!tensor);
    names.set(name, add("Conv3D", `conv3d_${i + first}`.replace(/_0$/, ""), from, config, own));
  }
  return layers;
}

/** Keras's to_snake_case: MaxPooling3D is max_pooling3d. */
const snakeCase = (className: string) =>
  className
    .replace(/(.)([A-Z][a-z]+)/g, "$1_$2")
    .replace(/([a-z])([A-Z])/g, "$1_$2")
    .toLowerCase();

/** Returns a .weights.h5: the groups of layers named by their class and place, and the optimizer's moments of the biases beside them. */
export function kerasWeightsFile(
  layers: readonly KerasModelLayer[],
  writer: KerasWriter,
): Promise<Uint8Array<ArrayBuffer>> {
  const isOld = writer !== "Keras 3";
  const separator = writer === "TensorFlow 2.13 on Windows" ? "\\" : "/";
  return hdf5Bytes((file) => {
    file.create_group("vars");
    const moments = file.create_group("optimizer").create_group("vars");
    const parent = isOld ? "_layer_checkpoint_dependencies" : "layers";
    if (separator === "/") file.create_group(parent);
    const used = new Map<string, number>();
    let variable = 0;
    for (const { className, weights } of layers) {
      const base = snakeCase(className);
      const number = used.get(base) ?? 0;
      // It goes through a list in which every layer with weights is twice.
      used.set(base, number + (isOld && weights.length > 0 ? 2 : 1));
      const group = file.create_group(`${parent}${separator}${number === 0 ? base : `${base}_${number}`}`);
      const own = group.create_group("vars");
      for (const [i, { shape, values }] of weights.entries()) {
        own.create_dataset({ name: String(i), data: values, shape: [...shape] });
        if (i === 0) continue; // those of the kernels would only make the file larger
        moments.create_dataset({ name: String(variable++), data: values.map(() => 9), shape: [...shape] });
      }
    }
  });
}

/** Returns the config.json of a functional model. */
export function kerasConfig(layers: readonly KerasModelLayer[], writer: KerasWriter): string {
  const nodes = (inputs: readonly string[]) => {
    if (inputs.length === 0) return [];
    if (writer !== "Keras 3") return [inputs.map((name) => [name, 0, 0, {}])];
    const tensors = inputs.map((name) => ({
      class_name: "__keras_tensor__",
      config: { shape: [null, 64, 64, 64, 1], dtype: "float32", keras_history: [name, 0, 0] },
    }));
    return [{ args: tensors.length > 1 ? [tensors] : tensors, kwargs: {} }];
  };
  return JSON.stringify({
    module: "keras.src.models.functional",
    class_name: "Functional",
    config: {
      name: "functional",
      layers: layers.map(({ className, name, config, inputs }) => ({
        module: "keras.layers",
        class_name: className,
        config,
        registered_name: null,
        name,
        inbound_nodes: nodes(inputs),
      })),
      input_layers: [["input_1", 0, 0]],
      output_layers: [[layers.at(-1)?.name, 0, 0]],
    },
  });
}

/** Returns a .keras archive: metadata.json, config.json and model.weights.h5, stored as they are, as Keras does. */
export async function kerasArchive(
  layers: readonly KerasModelLayer[],
  writer: KerasWriter,
): Promise<Uint8Array<ArrayBuffer>> {
  const text = new TextEncoder();
  return zipSync(
    {
      "metadata.json": text.encode('{"keras_version": "3.8.0", "date_saved": "2025-01-31@12:00:00"}'),
      "config.json": text.encode(kerasConfig(layers, writer)),
      "model.weights.h5": await kerasWeightsFile(layers, writer),
    },
    { level: 0 },
  );
}
