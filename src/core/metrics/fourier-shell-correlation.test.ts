import { expect, test } from "vitest";
import { fillNormal } from "../random/philox";
import { type Shape3, voxelCount } from "../volume/shape";
import { fourierShellCorrelation, resolutionAt, shellValueAt } from "./fourier-shell-correlation";

/** Spectra are f32. */
const ROUNDING = 1e-4;

function noise(shape: Shape3, seed: number): Float32Array {
  const values = new Float32Array(voxelCount(shape));
  fillNormal(values, seed, 0);
  return values;
}

/** By the definition: every coefficient of the whole spectrum from its own sum over the voxels. */
function slowCurve(a: Float32Array, b: Float32Array, [nz, ny, nx]: Shape3) {
  const longest = Math.max(nz, ny, nx);
  const shells = Array.from({ length: Math.floor(longest / 2) + 1 }, () => ({
    ab: 0,
    aa: 0,
    bb: 0,
    count: 0,
  }));
  const signed = (k: number, n: number) => (k > n / 2 ? k - n : k);
  for (let kz = 0; kz < nz; kz++)
    for (let ky = 0; ky < ny; ky++)
      for (let kx = 0; kx < nx; kx++) {
        const sums = [0, 0, 0, 0];
        for (let i = 0; i < a.length; i++) {
          const [x, y, z] = [i % nx, Math.floor(i / nx) % ny, Math.floor(i / (nx * ny))];
          const phase = -2 * Math.PI * ((kx * x) / nx + (ky * y) / ny + (kz * z) / nz);
          sums[0] += a[i] * Math.cos(phase);
          sums[1] += a[i] * Math.sin(phase);
          sums[2] += b[i] * Math.cos(phase);
          sums[3] += b[i] * Math.sin(phase);
        }
        const radius = Math.hypot(signed(kx, nx) / nx, signed(ky, ny) / ny, signed(kz, nz) / nz) * longest;
        const shell = shells[Math.round(radius)];
        if (!shell) continue;
        shell.ab += sums[0] * sums[2] + sums[1] * sums[3];
        shell.aa += sums[0] ** 2 + sums[1] ** 2;
        shell.bb += sums[2] ** 2 + sums[3] ** 2;
        shell.count++;
      }
  return shells;
}

test.each([[[6, 6, 6]], [[5, 7, 6]], [[4, 6, 9]]] as [Shape3][])(
  "equals the definition, coefficient by coefficient, on %j",
  (shape) => {
    const a = noise(shape, 1);
    const b = noise(shape, 2).map((value, i) => value + a[i]);
    const curve = fourierShellCorrelation(a, b, shape, 4);
    const shells = slowCurve(a, b, shape);
    expect([...curve.counts]).toEqual(shells.map(({ count }) => count));
    shells.forEach(({ ab, aa, bb }, shell) => {
      expect(Math.abs(curve.values[shell] - ab / Math.sqrt(aa * bb))).toBeLessThan(ROUNDING);
      expect(curve.frequencies[shell]).toBeCloseTo(shell / (4 * Math.max(...shape)), 12);
    });
  },
);

test("a volume against itself is 1, against its negative −1, whatever the scale", () => {
  const shape: Shape3 = [8, 8, 8];
  const a = noise(shape, 3);
  const same = fourierShellCorrelation(
    a,
    a.map((value) => 7 * value),
    shape,
    1,
  );
  const inverse = fourierShellCorrelation(
    a,
    a.map((value) => -value),
    shape,
    1,
  );
  for (const value of same.values) expect(value).toBeCloseTo(1, 5);
  for (const value of inverse.values) expect(value).toBeCloseTo(-1, 5);
  expect(resolutionAt(same, 0.5)).toBe(2); // Nyquist: it never falls
});

test("signal with noise of equal power gives one half in every shell, within its sampling error", () => {
  const shape: Shape3 = [24, 24, 24];
  const signal = noise(shape, 4);
  const first = noise(shape, 5).map((value, i) => value + signal[i]);
  const second = noise(shape, 6).map((value, i) => value + signal[i]);
  const { values, counts } = fourierShellCorrelation(first, second, shape, 1);
  values.forEach((value, shell) => {
    // Half as many free coefficients as there are; four standard errors.
    if (shell > 2) expect(Math.abs(value - 0.5)).toBeLessThan(4 / Math.sqrt(counts[shell] / 2));
  });
});

test("a nil volume gives 0, not NaN", () => {
  const shape: Shape3 = [4, 4, 4];
  const { values } = fourierShellCorrelation(new Float32Array(64), noise(shape, 7), shape, 1);
  expect([...values]).toEqual([0, 0, 0]);
});

test("the resolution is where the curve first crosses, interpolated in frequency", () => {
  const curve = {
    frequencies: Float64Array.of(0, 0.01, 0.02, 0.03, 0.04),
    values: Float64Array.of(1, 0.9, 0.7, 0.2, 0.8),
    counts: Float64Array.of(1, 6, 18, 50, 90),
  };
  expect(resolutionAt(curve, 0.5)).toBeCloseTo(1 / 0.024, 9);
  expect(resolutionAt(curve, 0.1)).toBe(25);
  expect(resolutionAt({ ...curve, values: Float64Array.of(0.4, 1, 1, 1, 1) }, 0.5)).toBe(Infinity);
  expect(shellValueAt(curve, 1 / 0.024)).toBeCloseTo(0.5, 9);
  expect(shellValueAt(curve, 100)).toBeCloseTo(0.9, 9);
  expect(shellValueAt(curve, 25)).toBeCloseTo(0.8, 9);
  expect(shellValueAt(curve, 20)).toBeNaN();
});

test("wrong lengths and voxel sizes are refused with their values", () => {
  const values = new Float32Array(8);
  expect(() => fourierShellCorrelation(values, new Float32Array(7), [2, 2, 2], 1)).toThrow(
    "has 8 voxels, not 7",
  );
  expect(() => fourierShellCorrelation(values, values, [2, 2, 2], 0)).toThrow("above 0 Å, not 0");
});
