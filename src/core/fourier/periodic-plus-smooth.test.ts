import { expect, test } from "vitest";
import { fillNormal } from "../random/philox";
import { type Shape3, voxelCount } from "../volume/shape";
import { periodicPlusSmooth } from "./periodic-plus-smooth";
import { powerSpectrumXz } from "./power-spectrum";
import { createRealFft3 } from "./real-fft3";

const shape: Shape3 = [11, 13, 16];

const ramp = (gz: number, gy: number, gx: number, [nz, ny, nx]: Shape3 = shape) => {
  const values = new Float32Array(nz * ny * nx);
  for (let z = 0; z < nz; z++)
    for (let y = 0; y < ny; y++)
      for (let x = 0; x < nx; x++) values[(z * ny + y) * nx + x] = gz * z + gy * y + gx * x + 5;
  return values;
};

test("p = u − s has no jump at the border where u has one of 15", () => {
  const values = ramp(0, 0, 1);
  const { periodic, smooth } = periodicPlusSmooth(values, shape);
  const nx = shape[2];
  // The slope of the ramp stays as the step across the border: nothing larger.
  for (let row = 0; row < values.length; row += nx) {
    const jump = Math.abs(periodic[row] - periodic[row + nx - 1]);
    expect(jump).toBeLessThan(1.01);
  }
  expect(Math.max(...periodic.map((p, i) => Math.abs(p + smooth[i] - values[i])))).toBeLessThan(1e-5);
  const mean = smooth.reduce((a, b) => a + b, 0) / smooth.length;
  expect(Math.abs(mean)).toBeLessThan(1e-5);
});

test("a periodic volume is its own periodic part", () => {
  const nx = shape[2];
  const values = Float32Array.from({ length: voxelCount(shape) }, (_, i) =>
    Math.cos((2 * Math.PI * ((i % nx) + 0.5)) / nx),
  );
  const { smooth } = periodicPlusSmooth(values, shape);
  expect(Math.max(...smooth.map(Math.abs))).toBeLessThan(1e-6);
});

test("the periodic part of a ramp has a twentieth of its power far out on the axis (the cross)", () => {
  const fft = createRealFft3(shape);
  const power = (values: Float32Array) => {
    const spectrum = new Float32Array(2 * voxelCount(fft.spectrumShape));
    fft.forward(values, spectrum);
    const at = 2 * 7; // kx = 7 of 8, ky = kz = 0
    return spectrum[at] ** 2 + spectrum[at + 1] ** 2;
  };
  const values = ramp(3, 2, 1);
  expect(power(periodicPlusSmooth(values, shape).periodic)).toBeLessThan(power(values) / 20);
});

test("power spectrum: a wave of (kx, kz) = (3, 2) peaks there and at its mirror", () => {
  const [nz, ny, nx] = shape;
  const values = new Float32Array(voxelCount(shape));
  fillNormal(values, 1, 0);
  for (let i = 0; i < values.length; i++) {
    const x = i % nx;
    const z = Math.floor(i / (nx * ny));
    values[i] = 1000 + 0.01 * values[i] + Math.cos(2 * Math.PI * ((3 * x) / nx + (2 * z) / nz));
  }
  const { width, height, values: image } = powerSpectrumXz(values, shape);
  const order = [...image.keys()].sort((a, b) => image[b] - image[a]);
  const peaks = order
    .slice(0, 2)
    .map((i) => [(i % width) - Math.floor(width / 2), Math.floor(i / width) - Math.floor(height / 2)]);
  expect(peaks).toContainEqual([3, 2]);
  expect(peaks).toContainEqual([-3, -2]);
});
