import { afterEach, describe, expect, test } from "vitest";
import { rampFactors } from "../../core/tomography/ramp-filter";
import { createReferenceTomographyKernels } from "../../core/tomography/reference-tomography-kernels";
import { relativeDifference, TOMOGRAPHY_CASES, tomographyData } from "../../testing/cases/tomography-cases";
import { createWasmRuntime, type WasmRuntime } from "../runtime";
import { createWasmTomographyKernels } from "./wasm-tomography-kernels";

/** f32 sums of some tens of products. */
const TOLERANCE = 1e-6;

const breathe = async () => {};
let runtime: WasmRuntime;
afterEach(() => runtime.dispose());

describe.each(TOMOGRAPHY_CASES)("$shape to $imageWidth pixels", (spec) => {
  const { volume, images } = tomographyData(spec, 1);
  const reference = createReferenceTomographyKernels(spec);

  test.each([true, false])("equals the reference, relaxed SIMD %s", async (relaxedSimd) => {
    runtime = await createWasmRuntime({ threads: 2, relaxedSimd });
    const kernels = createWasmTomographyKernels(runtime, spec);
    for (let run = 0; run < 2; run++) {
      const projected = await kernels.project(volume, breathe);
      expect(relativeDifference(projected, await reference.project(volume, breathe))).toBeLessThan(TOLERANCE);
      const smeared = await kernels.backProject(images, breathe);
      expect(relativeDifference(smeared, await reference.backProject(images, breathe))).toBeLessThan(
        TOLERANCE,
      );
    }
  });
});

test.each(TOMOGRAPHY_CASES)(
  "rows of images of $shape to $imageWidth pixels are filtered with the bits of the reference",
  async (spec) => {
    const { images } = tomographyData(spec, 4);
    const factors = rampFactors(spec.tiltsDeg, spec.imageWidth, {
      weighting: "exact",
      window: "hamming",
      thickness: 9,
    });
    const expected = images.slice();
    await createReferenceTomographyKernels(spec).filterImages(expected, factors, breathe);
    expect(expected).not.toEqual(images);
    for (const threads of [1, 3]) {
      runtime = await createWasmRuntime({ threads });
      const found = images.slice();
      await createWasmTomographyKernels(runtime, spec).filterImages(found, factors, breathe);
      expect(found).toEqual(expected);
      if (threads === 1) runtime.dispose();
    }
  },
);

test("the number of threads changes no bit", async () => {
  const spec = TOMOGRAPHY_CASES[5];
  const { volume, images } = tomographyData(spec, 2);
  const results: Float32Array[][] = [];
  for (const threads of [1, 3]) {
    runtime = await createWasmRuntime({ threads });
    const kernels = createWasmTomographyKernels(runtime, spec);
    results.push([await kernels.project(volume, breathe), await kernels.backProject(images, breathe)]);
    if (threads === 1) runtime.dispose();
  }
  expect(results[1]).toEqual(results[0]);
});

test("it tells how much is done, and goes on after it was cancelled", async () => {
  const spec = TOMOGRAPHY_CASES[5];
  const { volume } = tomographyData(spec, 3);
  runtime = await createWasmRuntime({ threads: 1 });
  const kernels = createWasmTomographyKernels(runtime, spec);
  const shares: number[] = [];
  const projected = await kernels.project(volume, async (share) => void shares.push(share));
  expect(shares.length).toBeGreaterThan(2);
  expect(shares).toEqual([...shares].sort((a, b) => a - b));
  expect(shares.at(-1)).toBe(1);
  const cancelled = kernels.project(volume, async (share) => {
    if (share > 0.4) throw new Error("cancelled");
  });
  await expect(cancelled).rejects.toThrow("cancelled");
  expect(await kernels.project(volume, breathe)).toEqual(projected);
});
