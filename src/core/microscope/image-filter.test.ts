import { expect, test } from "vitest";
import { createReferenceFourier3 } from "../fourier/fourier3";
import { fillNormal } from "../random/philox";
import type { Shape3 } from "../volume/shape";
import { createImageFilter } from "./image-filter";
import { createRadialTable } from "./radial-table";

const [HEIGHT, WIDTH] = [45, 52];
const backend = { createFourier3: async (shape: Shape3) => createReferenceFourier3(shape) };
const keep = createRadialTable(() => 1, 0.5);

const gaussian = (x0: number, y0: number, sigma: number) =>
  Float32Array.from({ length: HEIGHT * WIDTH }, (_, i) =>
    Math.exp(-(((i % WIDTH) - x0) ** 2 + (Math.floor(i / WIDTH) - y0) ** 2) / (2 * sigma ** 2)),
  );
const worst = (a: Float32Array, b: Float32Array) =>
  a.reduce((most, v, i) => Math.max(most, Math.abs(v - b[i])), 0);

test("a factor of 1 gives the image back, whatever the margin", async () => {
  const image = new Float32Array(HEIGHT * WIDTH);
  fillNormal(image, 1, 0);
  for (const margin of [0, 7, 500]) {
    const filter = await createImageFilter(HEIGHT, WIDTH, margin, backend);
    expect(worst(await filter.apply(image, keep), image)).toBeLessThan(1e-5);
    filter.dispose();
  }
});

test("a shift by parts of a pixel moves a smooth image by them", async () => {
  const filter = await createImageFilter(HEIGHT, WIDTH, 8, backend);
  const moved = await filter.apply(gaussian(24, 20, 2), keep, { x: 2.37, y: -1.6 });
  expect(worst(moved, gaussian(26.37, 18.4, 2))).toBeLessThan(1e-4);
});

test("the factor at k is that of k: a Gaussian filter widens a Gaussian", async () => {
  const filter = await createImageFilter(HEIGHT, WIDTH, 8, backend);
  const blur = createRadialTable((f2) => Math.exp(-2 * Math.PI ** 2 * 5 * f2), 0.5);
  const widened = await filter.apply(gaussian(24, 20, 2), blur);
  expect(
    worst(
      widened,
      gaussian(24, 20, 3).map((v) => (v * 4) / 9),
    ),
  ).toBeLessThan(1e-4);
});

test("what leaves at one border does not come in at the other", async () => {
  const filter = await createImageFilter(HEIGHT, WIDTH, 24, backend);
  const blur = createRadialTable((f2) => Math.exp(-2 * Math.PI ** 2 * 5 * f2), 0.5);
  const ramp = Float32Array.from({ length: HEIGHT * WIDTH }, (_, i) => i % WIDTH);
  const blurred = await filter.apply(ramp, blur);
  // Wrapped around, the ends of the ramp would meet half way.
  expect(blurred[20 * WIDTH]).toBeLessThan(4);
  expect(blurred[20 * WIDTH + WIDTH - 1]).toBeGreaterThan(WIDTH - 5);
});
