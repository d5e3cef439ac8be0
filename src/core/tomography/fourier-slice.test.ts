import { describe, expect, test } from "vitest";
import { blobPhantom } from "../../testing/blob-phantom";
import { fillNormal } from "../random/philox";
import type { Shape3 } from "../volume/shape";
import { createReferenceTomographyKernels } from "./reference-tomography-kernels";

const SHAPE: Shape3 = [32, 24, 32];
const [NZ, NY, NX] = SHAPE;
const TILTS = [-75, -45, -20, 0, 33, 60, 90];
const PHANTOM = blobPhantom(SHAPE, { count: 12, sigmaVoxels: 1.2, seed: 7 });

interface Wave {
  readonly re: Float64Array;
  readonly im: Float64Array;
}

/** e^(−2πi·cycles·(n − middle)) for each sample. */
function wave(length: number, cycles: number): Wave {
  const at = (n: number) => -2 * Math.PI * cycles * (n - (length - 1) / 2);
  return {
    re: Float64Array.from({ length }, (_, n) => Math.cos(at(n))),
    im: Float64Array.from({ length }, (_, n) => Math.sin(at(n))),
  };
}

/** Sums lines of `length` values with a wave: one complex number for each line of a complex array. */
function summed({ re, im }: Wave, { re: a, im: b }: Wave): Wave {
  const length = re.length;
  const count = a.length / length;
  const result = { re: new Float64Array(count), im: new Float64Array(count) };
  for (let line = 0; line < count; line++)
    for (let n = 0; n < length; n++) {
      const at = line * length + n;
      result.re[line] += a[at] * re[n] - b[at] * im[n];
      result.im[line] += a[at] * im[n] + b[at] * re[n];
    }
  return result;
}

const real = (values: Float32Array): Wave => ({
  re: Float64Array.from(values),
  im: new Float64Array(values.length),
});

/** The direct transform of samples [..., y, x] at one frequency. */
const transformed = (values: Wave, waves: readonly Wave[]): Wave =>
  waves.reduce((rest, next) => summed(next, rest), values);

interface Frequency {
  readonly s: number;
  readonly y: number;
}
const product = (across: readonly number[], along: readonly number[]): readonly Frequency[] =>
  across.flatMap((s) => along.map((y) => ({ s, y })));

/** In cycles per pixel. */
const WHOLE = product([-0.2, -0.14, -0.1, -0.06, -0.03, 0, 0.03, 0.06, 0.1, 0.14, 0.2], [0, 0.04, 0.11]);
/** Where the mean does not drown the rest. */
const DETAILS = product([-0.22, -0.18, -0.14, -0.1, 0.1, 0.14, 0.18, 0.22], [0, 0.04, 0.11]);

/** The correlation of the image's transform with the central section of the volume's. */
function sectionCorrelation(image: Float32Array, tiltDeg: number, frequencies: readonly Frequency[]): number {
  const angle = (tiltDeg * Math.PI) / 180;
  let [both, powerA, powerB] = [0, 0, 0];
  for (const { s, y } of frequencies) {
    const across = [wave(NX, s), wave(NY, y)];
    const section = [wave(NX, s * Math.cos(angle)), wave(NY, y), wave(NZ, s * Math.sin(angle))];
    const a = transformed(real(image), across);
    const b = transformed(real(PHANTOM), section);
    both += a.re[0] * b.re[0] + a.im[0] * b.im[0];
    powerA += a.re[0] ** 2 + a.im[0] ** 2;
    powerB += b.re[0] ** 2 + b.im[0] ** 2;
  }
  return both / Math.sqrt(powerA * powerB);
}

describe("the transform of a projection is the central section of the volume's", () => {
  const images = createReferenceTomographyKernels({ shape: SHAPE, imageWidth: NX, tiltsDeg: TILTS }).project(
    PHANTOM,
    async () => {},
  );
  const imageOf = async (i: number) => (await images).slice(i * NY * NX, (i + 1) * NY * NX);

  test.each(TILTS.map((tilt, i) => [tilt, i]))("at %i°, with little noise too", async (tilt, i) => {
    const image = await imageOf(i);
    expect(sectionCorrelation(image, tilt, WHOLE)).toBeGreaterThan(0.9999);
    expect(sectionCorrelation(image, tilt, DETAILS)).toBeGreaterThan(0.999);
    const mean = image.reduce((a, b) => a + b, 0) / image.length;
    const variance = image.reduce((sum, value) => sum + (value - mean) ** 2, 0) / image.length;
    const noise = new Float32Array(image.length);
    fillNormal(noise, 8, i);
    const noisy = image.map((value, p) => value + Math.sqrt(variance / 1000) * noise[p]);
    expect(sectionCorrelation(noisy, tilt, WHOLE)).toBeGreaterThan(0.999);
    // Not that of another tilt, nor of the other sign.
    expect(sectionCorrelation(image, tilt + 30, DETAILS)).toBeLessThan(0.9);
    if (tilt !== 0 && tilt !== 90) expect(sectionCorrelation(image, -tilt, DETAILS)).toBeLessThan(0.9);
  });
});
