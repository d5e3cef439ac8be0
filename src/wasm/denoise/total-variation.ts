import { hasSettled, lambdaOfSigma, totalVariationSteps } from "../../core/denoise/tv";
import type { Shape3 } from "../../core/volume/shape";
import type { WasmDenoiser } from "../restore/wasm-denoise";
import type { WasmRuntime } from "../runtime";

/**
 * Returns the twin of core's `tvDenoise` for volumes of `shape`: the same roundings, on any number of threads. It keeps six
 * volumes of `runtime`'s memory; `breathe` is called after each pass of an iteration.
 */
export function createTotalVariation(runtime: WasmRuntime, shape: Shape3): WasmDenoiser {
  const [nz, ny, nx] = shape;
  const rowBytes = 4 * nx;
  const paddedBytes = 16 * Math.ceil(nx / 4);
  const sectionBytes = paddedBytes * ny;

  /** Returns a volume of zeros with padded rows, and a vector of zeros before and behind it. */
  const allocate = (sections: number) => {
    const pointer = runtime.alloc(sections * sectionBytes + 32);
    const bytes = runtime.u8(pointer, sections * sectionBytes + 32);
    return { pointer: pointer + 16, clear: () => bytes.fill(0) };
  };
  const volumes = Array.from({ length: 6 }, () => allocate(nz));
  const [values, estimate, ahead, dualX, dualY, dualZ] = volumes.map(({ pointer }) => pointer);
  const nothing = allocate(1);
  const changes = runtime.alloc(8 * nz);

  return async (from, to, sigma, breathe) => {
    const lambda = lambdaOfSigma(sigma);
    if (!(lambda > 0)) {
      runtime.parallel("copyRow", nz, from, rowBytes * ny, to, rowBytes * ny, rowBytes * ny);
      return;
    }
    for (const { clear } of [...volumes, nothing]) clear();
    for (const volume of [values, estimate, ahead])
      runtime.parallel("copyRow", nz * ny, from, rowBytes, volume, paddedBytes, rowBytes);
    for (const { dual, primal, extrapolation } of totalVariationSteps()) {
      const duals = [dualX, dualY, dualZ];
      runtime.parallel("stepDual", nz, ahead, ...duals, nz, ny, nx, dual, lambda / 2);
      await breathe();
      const steps = [primal, 1 / (1 + primal), extrapolation];
      const arrays = [values, estimate, ahead, ...duals, nothing.pointer];
      runtime.parallel("stepPrimal", nz, ...arrays, ny, nx, ...steps, changes);
      await breathe();
      const squaredChange = runtime.f64(changes, nz).reduce((sum, change) => sum + change, 0);
      if (hasSettled(squaredChange, nz * ny * nx, lambda)) break;
    }
    runtime.parallel("copyRow", nz * ny, estimate, paddedBytes, to, rowBytes, rowBytes);
  };
}
