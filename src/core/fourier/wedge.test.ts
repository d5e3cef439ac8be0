import { expect, test } from "vitest";
import type { Shape3 } from "../volume/shape";
import { createRealFft3 } from "./real-fft3";
import { type Wedge, wedgeMask } from "./wedge";

const shape: Shape3 = [16, 6, 16];
const at = (mask: Uint8Array, [nz, ny, nx]: Shape3, kz: number, ky: number, kx: number) =>
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
