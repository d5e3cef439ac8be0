import { describe, expect, test } from "vitest";
import type { Shape3 } from "../volume/shape";
import { applyWedge } from "./apply-wedge";
import { createReferenceFourier3 } from "./fourier3";
import { createRealFft3 } from "./real-fft3";
import { type Wedge, wedgeMask, wedgeOfTilts, wedgeWeights } from "./wedge";

const shape: Shape3 = [16, 6, 16];
const at = (mask: Uint8Array | Float32Array, [nz, ny, nx]: Shape3, kz: number, ky: number, kx: number) =>
  mask[(((kz + nz) % nz) * ny + ((ky + ny) % ny)) * (Math.floor(nx / 2) + 1) + kx];

test("±60° about y keeps |kz| ≤ tan 60° |kx|, and the zero frequency", () => {
  const mask = wedgeMask(shape, { minTiltDeg: -60, maxTiltDeg: 60, tiltAxis: "y" });
  expect(at(mask, shape, 0, 0, 0)).toBe(1);
  expect(at(mask, shape, 0, 2, 0)).toBe(1); // along the tilt axis
  expect(at(mask, shape, 1, 0, 0)).toBe(0);
  expect(at(mask, shape, 3, 1, 2)).toBe(1); // 56.3°
  expect(at(mask, shape, 4, 1, 2)).toBe(0); // 63.4°
  expect(at(mask, shape, -4, 1, 2)).toBe(0);
});

test("a box that is flat along z counts frequencies, not indices", () => {
  const flat: Shape3 = [8, 6, 16]; // kz/8 against kx/16: index 2 is 45°, index 4 is 63.4°
  const mask = wedgeMask(flat, { minTiltDeg: -45, maxTiltDeg: 45, tiltAxis: "y" });
  expect(at(mask, flat, 1, 0, 2)).toBe(1);
  expect(at(mask, flat, 2, 0, 2)).toBe(0);
});

test("an asymmetric range keeps one side only; tilt axis x turns it into (ky, kz)", () => {
  const mask = wedgeMask(shape, { minTiltDeg: -20, maxTiltDeg: 50, tiltAxis: "y" });
  expect(at(mask, shape, 2, 0, 2)).toBe(1);
  expect(at(mask, shape, -2, 0, 2)).toBe(0);
  const turned = wedgeMask([16, 16, 6], { minTiltDeg: -20, maxTiltDeg: 50, tiltAxis: "x" });
  expect(at(turned, [16, 16, 6], 2, 2, 1)).toBe(1);
  expect(at(turned, [16, 16, 6], -2, 2, 1)).toBe(0);
  expect(at(turned, [16, 16, 6], -2, -2, 1)).toBe(1);
});

test.each([
  [[9, 5, 7], "y"],
  [[8, 6, 10], "y"],
  [[8, 6, 10], "x"],
] as [Shape3, Wedge["tiltAxis"]][])(
  "mask of %j about %s is that of a real filter: k and −k agree",
  (box, tiltAxis) => {
    const mask = wedgeMask(box, { minTiltDeg: -37, maxTiltDeg: 61, tiltAxis });
    const [nz, ny, nx] = box;
    for (const kx of nx % 2 === 0 ? [0, nx / 2] : [0])
      for (let kz = 0; kz < nz; kz++)
        for (let ky = 0; ky < ny; ky++) expect(at(mask, box, kz, ky, kx)).toBe(at(mask, box, -kz, -ky, kx));
    // Filtering twice changes nothing more: true only of a mask that a real volume can carry.
    const fft = createRealFft3(box);
    const spectrum = new Float32Array(2 * mask.length);
    const volume = Float32Array.from({ length: nz * ny * nx }, (_, i) => Math.sin(i * i));
    const filter = (from: Float32Array) => {
      const out = new Float32Array(from.length);
      fft.forward(from, spectrum);
      for (let i = 0; i < spectrum.length; i++) spectrum[i] *= mask[i >> 1];
      fft.inverse(spectrum, out);
      return out;
    };
    const once = filter(volume);
    const twice = filter(once);
    expect(Math.max(...twice.map((v, i) => Math.abs(v - once[i])))).toBeLessThan(1e-5);
  },
);

test("a range that does not rise is refused with its values", () => {
  expect(() => wedgeMask(shape, { minTiltDeg: 60, maxTiltDeg: -60, tiltAxis: "y" })).toThrow("not 60 to -60");
});

const AXES = [
  { minTiltDeg: -60, maxTiltDeg: 60, tiltAxis: "y" },
  { minTiltDeg: -50, maxTiltDeg: 40, tiltAxis: "x" },
] as const;

test("a dual axis measured what either series did: what is missing is in both wedges", () => {
  const box: Shape3 = [12, 14, 16];
  const [aboutY, aboutX] = AXES.map((wedge) => wedgeMask(box, wedge));
  const both = wedgeWeights(box, AXES);
  expect(Array.from(both)).toEqual(Array.from(aboutY, (y, i) => Math.max(y, aboutX[i])));
  const missing = (weights: ArrayLike<number>) => Array.from(weights).filter((weight) => weight === 0).length;
  expect(missing(both)).toBeLessThan(0.7 * missing(aboutY));
  expect(missing(both)).toBeGreaterThan(0);
});

describe("a soft edge", () => {
  const box: Shape3 = [64, 3, 64];
  const wedge = AXES[0];
  const mask = wedgeMask(box, wedge);

  test.each(["degrees", "coefficients"] as const)(
    "in %s lies within what was measured, and rises from its border",
    (unit) => {
      const soft = wedgeWeights(box, [wedge], { width: 8, unit });
      expect(soft[0]).toBe(1);
      expect(Math.min(...soft)).toBe(0);
      for (let i = 0; i < mask.length; i++) if (mask[i] === 0) expect(soft[i]).toBe(0);
      const along = (kx: number) => Array.from({ length: 32 }, (_, kz) => at(soft, box, kz, 1, kx) ?? -1);
      const falling = along(16); // the border is at kz 27.7
      for (let kz = 1; kz < 32; kz++) expect(falling[kz]).toBeLessThanOrEqual(falling[kz - 1]);
      expect(falling[5]).toBe(1);
      expect(falling.filter((weight) => weight > 0 && weight < 1).length).toBeGreaterThan(4);
    },
  );

  test("is half way where it should be", () => {
    // 56.31° is 3.69° from the border; in coefficients: 2·16·tan 60° − 2·24, over the slope's 2.
    const degrees = wedgeWeights(box, [wedge], {
      width: 2 * (60 - (Math.atan(1.5) * 180) / Math.PI),
      unit: "degrees",
    });
    expect(at(degrees, box, 24, 0, 16)).toBeCloseTo(0.5, 6);
    const distance = (16 * Math.tan(Math.PI / 3) - 24) / 2;
    const coefficients = wedgeWeights(box, [wedge], { width: 2 * distance, unit: "coefficients" });
    expect(at(coefficients, box, 24, 0, 16)).toBeCloseTo(0.5, 6);
    // Twice as long along z, the same frequency is twice as many coefficients up: the border is flatter on the grid.
    const long = wedgeWeights([128, 3, 64], [wedge], { width: 2, unit: "coefficients" });
    const [dx, dz] = [64 * 0.5, 128 * Math.sqrt(0.75)];
    const inside = Math.abs(dx * 54 - dz * 16) / Math.hypot(dx, dz);
    expect(at(long, [128, 3, 64], 54, 0, 16)).toBeCloseTo(Math.sin((Math.PI / 4) * inside) ** 2, 6);
  });

  test("of width 0 is none, and a range of 180° has no border", () => {
    expect(Array.from(wedgeWeights(box, [wedge], { width: 0, unit: "degrees" }))).toEqual(Array.from(mask));
    const all = wedgeWeights(box, [{ minTiltDeg: -90, maxTiltDeg: 90, tiltAxis: "y" }], {
      width: 9,
      unit: "degrees",
    });
    expect(Math.min(...all)).toBe(1);
  });
});

test("tilts give the range between them; one tilt is none", () => {
  expect(wedgeOfTilts([3, -51.5, 60, 0], "x")).toEqual({ minTiltDeg: -51.5, maxTiltDeg: 60, tiltAxis: "x" });
  expect(() => wedgeOfTilts([7, 7], "y")).toThrow("needs two different tilts or more, not 7, 7");
  expect(() => wedgeOfTilts([], "y")).toThrow("not none");
});

test("a volume with the wedge of another has nothing in it, and all the rest", async () => {
  const box: Shape3 = [10, 6, 12];
  const weights = wedgeWeights(box, [AXES[0]], { width: 5, unit: "degrees" });
  const volume = Float32Array.from({ length: 720 }, (_, i) => Math.sin(i * i));
  const fourier = createReferenceFourier3(box);
  const [before, after] = [
    await fourier.forward(volume),
    await fourier.forward(await applyWedge(volume, weights, fourier)),
  ];
  // A coefficient and its mirror have one weight: the product is the spectrum of a real volume.
  after.forEach((value, i) => {
    expect(value).toBeCloseTo(before[i] * weights[i >> 1], 4);
  });
});
