import type { Features } from "../../core/nn/reference-layers";
import { wholeGroups } from "../network/pack-weights";
import { addTransformedGradient, COMBINATIONS, takesWinograd } from "../network/winograd-weights";
import type { WasmRuntime } from "../runtime";
import {
  addCorrelation,
  createFilterSums,
  type FilterSums,
  readFilterSums,
  type Taps,
} from "./filter-gradient";
import { loadVolume, type PaddedVolume } from "./padded-volume";
import { addSpreadCorrelation, spread } from "./spread-volume";

export const ALL_TAPS: Taps = { z: 3, y: 3, x: 3 };
/** Of one combination of tiles: the rows are columns along y. */
const COLUMN_TAPS: Taps = { z: 3, y: 1, x: 3 };

/** Sums of the gradient by a 3×3×3 filter of one input: of each combination of Winograd's convolution, or plain ones. */
export function createConvolutionSums(runtime: WasmRuntime, channels: number, cout: number): FilterSums[] {
  const [count, taps] = takesWinograd(channels) ? [COMBINATIONS, COLUMN_TAPS] : [1, ALL_TAPS];
  return Array.from({ length: count }, () => createFilterSums(runtime, taps, channels, wholeGroups(cout)));
}

/** Adds what a sample's inputs and the gradient before its ReLU give to each input's sums. */
export function addConvolutionGradient(
  runtime: WasmRuntime,
  sums: readonly (readonly FilterSums[])[],
  inputs: readonly Features[],
  dz: PaddedVolume,
): void {
  const mark = runtime.mark();
  const spreadDz = inputs.some(({ channels }) => takesWinograd(channels))
    ? spread(runtime, dz, "spreadGradientRow")
    : null;
  for (const [i, input] of inputs.entries()) {
    const inputMark = runtime.mark();
    const volume = loadVolume(runtime, input);
    if (spreadDz && takesWinograd(input.channels))
      addSpreadCorrelation(runtime, sums[i], spread(runtime, volume, "spreadRow"), spreadDz);
    else addCorrelation(runtime, sums[i][0], volume, dz);
    runtime.release(inputMark);
  }
  runtime.release(mark);
}

/** Returns the gradient [3, 3, 3, channels, cout]; nothing can be added to the sums after. */
export function readConvolutionSums(
  runtime: WasmRuntime,
  sums: readonly FilterSums[],
  channels: number,
  cout: number,
): Float32Array<ArrayBuffer> {
  if (sums.length === 1) return readFilterSums(runtime, sums[0], channels, cout);
  const kernel = new Float32Array(27 * channels * cout);
  for (const [f, each] of sums.entries())
    addTransformedGradient(f, readFilterSums(runtime, each, channels, cout), channels * cout, kernel);
  return kernel;
}
