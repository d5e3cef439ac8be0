import { z } from "zod";
import { type ConvLayer, deepFinderLayers } from "../../core/nn/deepfinder-network";
import { parseJson } from "../json/parse-json";
import { anotherNetwork, convolutionText } from "./another-network";

const functionalModel = z.object({
  config: z.object({
    layers: z.array(
      z.object({
        name: z.string(),
        class_name: z.string(),
        config: z.record(z.string(), z.unknown()),
        inbound_nodes: z.unknown(),
      }),
    ),
    output_layers: z.unknown(),
  }),
});

type ConfigLayer = z.output<typeof functionalModel>["config"]["layers"][number];

/** What decides the output of a layer without weights, beside its inputs. */
const SETTINGS: Readonly<Record<string, readonly string[]>> = {
  MaxPooling3D: ["pool_size", "strides"],
  UpSampling3D: ["size"],
  Concatenate: ["axis"],
};

const INPUT = "the input";

/** A setting in words; an object stands for a function and holds its name. */
function valueText(value: unknown): string {
  if (Array.isArray(value)) return value.map(valueText).join(" × ");
  if (typeof value === "object" && value !== null && "config" in value) return String(value.config);
  return String(value);
}

const layerText = (className: string, settings: readonly unknown[], inputs: string) =>
  `${className}${settings.length > 0 ? ` (${settings.map(valueText).join(", ")})` : ""} of ${inputs}`;

/**
 * The layers whose outputs a layer takes, in order: Keras 2 writes each as [name, 0, 0, {}], Keras 3 as [name, 0, 0] deep within
 * the arguments of its call.
 */
function namesIn(nodes: unknown): readonly string[] {
  if (typeof nodes !== "object" || nodes === null) return [];
  if (!Array.isArray(nodes)) return Object.values(nodes).flatMap(namesIn);
  const [name, nodeIndex, tensorIndex] = nodes;
  const isOutput =
    typeof name === "string" && typeof nodeIndex === "number" && typeof tensorIndex === "number";
  return isOutput ? [name] : nodes.flatMap(namesIn);
}

/** What each layer takes, as a text that is the same where the computation from the convolutions before is. */
function inputTexts(layers: readonly ConfigLayer[]): ReadonlyMap<string, string> {
  const inputs = new Map<string, string>();
  const outputs = new Map<string, string>();
  for (const { name, class_name: className, config, inbound_nodes: nodes } of layers) {
    const input = namesIn(nodes).map((from) => outputs.get(from) ?? from);
    inputs.set(name, input.join(" and "));
    const settings = (SETTINGS[className] ?? []).map((key) => config[key]);
    const sameSettings = settings.map((value) => (value === 4 ? -1 : value)); // the last of five axes
    if (className === "InputLayer") outputs.set(name, INPUT);
    else if (className !== "Conv3D")
      outputs.set(name, layerText(className, sameSettings, input.join(" and ")));
  }
  return inputs;
}

/** What a convolution of DeepFinder's network takes, in the same words. */
function expectedInput({ inputs, resample }: ConvLayer, nameOf: (ours: string) => string): string {
  const names = inputs.map(nameOf).join(" and ");
  const sides = [2, 2, 2];
  if (resample === "max-pool") return layerText("MaxPooling3D", [sides, sides], names);
  if (resample === "nearest-up") return layerText("UpSampling3D", [sides], names);
  return inputs.length > 1 ? layerText("Concatenate", [-1], names) : names;
}

const expectedSettings = ({ name, kernel, outChannels }: ConvLayer): Readonly<Record<string, unknown>> => ({
  filters: outChannels,
  kernel_size: [kernel, kernel, kernel],
  strides: [1, 1, 1],
  dilation_rate: [1, 1, 1],
  groups: 1,
  padding: "same",
  data_format: "channels_last",
  activation: name === "out" ? "softmax" : "relu",
});

/** The first setting of a convolution that is not as expected, in words; null where all are. */
function settingThatDiffers(settings: Readonly<Record<string, unknown>>, expected: ConvLayer): string | null {
  for (const [key, value] of Object.entries(expectedSettings(expected))) {
    const [is, should] = [valueText(settings[key]), valueText(value)];
    if (key in settings && is !== should) return `has ${key} ${is} instead of ${should}`;
  }
  return null;
}

/**
 * Checks that the config.json of a .keras archive describes DeepFinder's network with so many classes: 15 convolutions, how each
 * computes, what it takes, and that the last is the output. Keras lists the layers from the input on, and numbers the groups of
 * their weights in that order (keras/src/ops/function.py). Throws "unsupported" with one sentence that names what differs,
 * "bad-value" where it is no functional model.
 */
export function checkKerasConfig(json: string, classCount: number, fileName: string): void {
  const what = `functional model of Keras (config.json in ${fileName})`;
  const { layers, output_layers: output } = parseJson(json, functionalModel, what).config;
  const found = layers.filter(({ class_name: className }) => className === "Conv3D");
  const expected = deepFinderLayers(classCount);
  if (found.length !== expected.length)
    anotherNetwork(fileName, `config.json has ${found.length} layers Conv3D instead of ${expected.length}`);
  const inputs = inputTexts(layers);
  const nameOf = (ours: string) => found[expected.findIndex(({ name }) => name === ours)]?.name ?? INPUT;
  for (const [i, layer] of expected.entries()) {
    const { name, config } = found[i];
    const setting = settingThatDiffers(config, layer);
    if (setting) anotherNetwork(fileName, `${convolutionText(i, name)} ${setting}`);
    const should = expectedInput(layer, nameOf);
    if (inputs.get(name) !== should)
      anotherNetwork(fileName, `${convolutionText(i, name)} takes ${inputs.get(name)} instead of ${should}`);
  }
  const [last, ends] = [nameOf("out"), namesIn(output).join(" and ")];
  if (ends !== last) anotherNetwork(fileName, `it ends in ${ends} instead of ${last}`);
}
