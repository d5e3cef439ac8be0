import type { Features } from "../../core/nn/reference-layers";
import type { WasmRuntime } from "../runtime";
import { storeValues } from "./run-convolution";

/** Computes max-pooling 2×2×2 of one sample into `y`. */
export function runMaxPool(runtime: WasmRuntime, x: Features, y: Features): void {
  const mark = runtime.mark();
  const [nz, ny, nx] = y.shape;
  const from = storeValues(runtime, x.values);
  const to = runtime.alloc(y.values.byteLength);
  runtime.parallel("maxPoolRows", nz * ny, to, from, y.channels, ny, nx);
  y.values.set(runtime.f32(to, y.values.length));
  runtime.release(mark);
}

/** Computes the gradient by the input of max-pooling into `dx`. */
export function runMaxPoolGradient(
  runtime: WasmRuntime,
  x: Features,
  y: Features,
  dy: Features,
  dx: Features,
): void {
  const mark = runtime.mark();
  const [nz, ny, nx] = y.shape;
  const to = runtime.alloc(dx.values.byteLength);
  const pointers = [x, y, dy].map(({ values }) => storeValues(runtime, values));
  runtime.parallel("maxPoolGradientRows", nz * ny, to, ...pointers, y.channels, ny, nx);
  dx.values.set(runtime.f32(to, dx.values.length));
  runtime.release(mark);
}
