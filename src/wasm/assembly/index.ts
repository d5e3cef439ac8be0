// Everything that the WebAssembly module exports. Kernels work on raw pointers into the shared memory and allocate nothing.
export { bm4dRow, bm4dWienerRow } from "./bm4d";
export { classifyInputGradientRow, classifyRow, labelRow, softmaxGradientRow } from "./classify";
export { conv3Row, conv3Rows, upRow, upRows } from "./conv3d";
export {
  diffusionCrossFlux,
  diffusionEnd,
  diffusionFlow,
  diffusionProducts,
  diffusionSmooth,
  diffusionStart,
} from "./diffusion";
export { diffusionTensors } from "./diffusion-tensor";
export { energyColumns, fftColumns, fftRows, inverseFftRows, projectColumns } from "./fft";
export { addSlabs, biasGradientSlab, filterGradientSlab, maskRow } from "./filter-gradient";
export { blurX, blurYOrZ } from "./gaussian";
export { maxPoolGradientRows, maxPoolRow, maxPoolRows } from "./max-pool";
export { copyRow, fillF32, heapBase } from "./memory";
export { accumulate, divide } from "./mwr";
export { nlMeansBorder, nlMeansDivide, nlMeansShift } from "./nl-means";
export { addNoise } from "./noise";
export { filterRows } from "./row-filter";
export { backProjectRows, cellsToRows, projectTilts, rowsToCells } from "./project";
export { stepDual, stepPrimal } from "./total-variation";
export { spreadGradientRow, spreadRow, winogradItem, winogradItems } from "./winograd";
