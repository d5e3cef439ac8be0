import type { MwrKernelSpec } from "./mwr-kernels";

/** Sets the values that do not have the sign to 0, in place. */
export function holdSign(values: Float32Array, sign: NonNullable<MwrKernelSpec["sign"]>): void {
  const limit = sign === "positive" ? Math.max : Math.min;
  for (let i = 0; i < values.length; i++) values[i] = limit(0, values[i]);
}
