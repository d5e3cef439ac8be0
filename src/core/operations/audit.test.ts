import { describe, expect, test } from "vitest";
import { blobPhantom } from "../../testing/blob-phantom";
import { barrel, degrade } from "../../testing/degrade";
import { createReferenceFourier3 } from "../fourier/fourier3";
import { wedgeMask } from "../fourier/wedge";
import { fillNormal } from "../random/philox";
import { checkParams } from "../task/params";
import type { TaskContext } from "../task/task";
import { arrayVolume } from "../volume/array-volume";
import { boxShape, type Shape3, voxelCount } from "../volume/shape";
import type { VolumeSpec } from "../volume/volume";
import { AUDIT, type AuditInputs } from "./audit";
import { auditBox } from "./audit-box";

const SHAPE: Shape3 = [20, 16, 24];
const TILTS = { minTiltDeg: -60, maxTiltDeg: 60, tiltAxis: "y" } as const;
const MEASURED = wedgeMask(SHAPE, TILTS);
const MISSING = MEASURED.map((measured) => 1 - measured);
const STRUCTURE = barrel(SHAPE);
const ORIGINAL = degrade(STRUCTURE, SHAPE, MEASURED, 0.1, 1);
const FILLED = degrade(STRUCTURE, SHAPE, MISSING, 0, 0);
const AS_IS = { greys: "as-is", borders: "as-is" };

/** A mask on the half spectrum by the frequency, in cycles per voxel. */
function halfSpectrum([nz, ny, nx]: Shape3, isIn: (radius: number) => boolean): Uint8Array<ArrayBuffer> {
  const half = Math.floor(nx / 2) + 1;
  const along = (k: number, n: number) => (2 * k <= n ? k : k - n) / n;
  return Uint8Array.from({ length: nz * ny * half }, (_, i) => {
    const [z, y, x] = [Math.floor(i / (ny * half)), Math.floor(i / half) % ny, i % half];
    return Number(isIn(Math.hypot(along(z, nz), along(y, ny), along(x, nx))));
  });
}

const plus = (a: Float32Array, b: Float32Array, factor = 1) => a.map((value, i) => value + factor * b[i]);

function volume(values: Float32Array, shape: Shape3 = SHAPE, name = "a.mrc") {
  const point = (at: number) => ({ x: at, y: at, z: at });
  const meta = { name, shape, dtype: "float32", warnings: [] } as const;
  return arrayVolume({ ...meta, voxelSizeAngstrom: point(10), originAngstrom: point(0) }, values);
}

async function audit(
  inputs: Partial<Omit<AuditInputs, "backend">> & Pick<AuditInputs, "restored">,
  params: Record<string, unknown> = AS_IS,
) {
  const written = new Map<string, { readonly spec: VolumeSpec; readonly values: number[] }>();
  const context: TaskContext = {
    signal: new AbortController().signal,
    onProgress() {},
    breathe: async () => {},
    async createVolume(spec) {
      const values: number[] = [];
      written.set(spec.role, { spec, values });
      return { write: async (section) => void values.push(...Array.from(section)), close: async () => {} };
    },
  };
  const backend = {
    createFourier3: async (shape: Shape3) => createReferenceFourier3(shape),
  } as AuditInputs["backend"];
  const all = {
    original: volume(ORIGINAL),
    place: { x: 0, y: 0, z: 0 },
    reference: null,
    std: null,
    ...inputs,
  };
  const output = await AUDIT.run({ ...all, backend }, checkParams(AUDIT.params, params), context);
  return { output, written };
}

const power = (values: Float32Array) => {
  const mean = values.reduce((a, b) => a + b, 0) / values.length;
  return values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
};
const text = ({ verdict }: Awaited<ReturnType<typeof audit>>["output"]) =>
  verdict.map((each) => each.text).join("\n");

describe("what was measured", () => {
  test("kept, with the wedge filled: no change, and the share that was filled", async () => {
    const { output, written } = await audit({ restored: volume(plus(ORIGINAL, FILLED, 0.5)) });
    expect(output.change.share).toBeLessThan(1e-11);
    expect(output.change.kept).toEqual({ below: 0.01, downTo: expect.closeTo(20, 9) }); // Nyquist
    expect(Math.max(...(written.get("measured-change")?.values ?? [1]).map(Math.abs))).toBeLessThan(1e-5);
    const filled = power(FILLED) / 4;
    expect(output.filled.share).toBeCloseTo(filled / (filled + power(ORIGINAL)), 5);
    expect(output.filled.originalShare).toBeLessThan(1e-11);
    const { measuredCounts, missingCounts, filledPower, measuredPower } = output.shells;
    expect([measuredCounts.length, filledPower[0], measuredPower[0]]).toEqual([13, 0, 0]);
    expect(measuredCounts.reduce((a, b) => a + b) + missingCounts.reduce((a, b) => a + b)).toBeLessThan(
      20 * 16 * 24,
    );
    expect(output.filled.coefficientShare).toBeCloseTo(1 / 3, 1);
    expect(output.reapplied.residual).toBeLessThan(1e-5);
    expect(text(output)).toContain("nothing of it changed");
  });

  test("raised by a tenth: −20 dB in every shell, unless the grey values are matched", async () => {
    const restored = volume(
      plus(
        ORIGINAL.map((value) => 1.1 * value),
        FILLED,
      ),
    );
    const { output } = await audit({ restored });
    expect(output.change.share).toBeCloseTo(0.01, 6);
    const { changePower, originalComparedPower } = output.shells;
    for (let shell = 1; shell < changePower.length; shell++)
      expect(10 * Math.log10(changePower[shell] / originalComparedPower[shell])).toBeCloseTo(-20, 3);
    expect(text(output)).toContain("1 % of the power of what was measured was changed (−20.0 dB)");
    const matched = await audit({ restored }, { borders: "as-is" });
    expect(matched.output.greys.gain).toBeCloseTo(1 / 1.1, 5);
    expect(matched.output.change.share).toBeLessThan(1e-11);
  });

  test("another scale, offset and sign of the grey values change nothing but the match", async () => {
    const values = plus(ORIGINAL, FILLED, 0.5).map((value, i) => value + 0.05 * Math.sin(i));
    const plain = await audit({ restored: volume(values), reference: volume(STRUCTURE) }, {});
    const scaled = await audit(
      { restored: volume(values.map((value) => -3 * value + 70)), reference: volume(STRUCTURE) },
      {},
    );
    expect(scaled.output.greys.gain).toBeCloseTo(plain.output.greys.gain / -3, 4);
    for (const [a, b] of [
      [scaled.output.change.share, plain.output.change.share],
      [scaled.output.filled.share, plain.output.filled.share],
      [scaled.output.correlations[0].values[4], plain.output.correlations[0].values[4]],
      [scaled.output.pictures.restored[100], plain.output.pictures.restored[100]],
    ] as [number, number][])
      expect(a).toBeCloseTo(b, 3);
    expect(text(scaled.output)).toContain("contrast of the restored volume is inverted");
  });

  test("what a denoiser takes from fine detail does not raise the gain of what it kept", async () => {
    const low = halfSpectrum(SHAPE, (radius) => radius < 0.15);
    const high = low.map((value) => 1 - value);
    const other = new Float32Array(voxelCount(SHAPE));
    fillNormal(other, 8, 0);
    const [kept, lost] = [low, high].map((mask) => degrade(ORIGINAL, SHAPE, mask, 0, 0));
    const restored = plus(plus(kept, lost, 0.3), degrade(other, SHAPE, high, 0, 0), 0.02);
    const { output } = await audit({ restored: volume(restored) }, { borders: "as-is" });
    expect(output.greys.gain).toBeCloseTo(1, 2);
    expect(output.change.share).toBeGreaterThan(0.01);
  });

  test("the map of the change is the difference where it was measured, and the residual is its size", async () => {
    const added = new Float32Array(voxelCount(SHAPE));
    fillNormal(added, 5, 0);
    const inMeasured = degrade(added, SHAPE, MEASURED, 0, 0);
    const { output, written } = await audit({ restored: volume(plus(ORIGINAL, added, 0.2)) });
    const map = written.get("measured-change");
    const mean = inMeasured.reduce((a, b) => a + b) / inMeasured.length;
    const worst = inMeasured.reduce(
      (most, value, i) => Math.max(most, Math.abs(0.2 * (value - mean) - (map?.values[i] ?? Number.NaN))),
      0,
    );
    expect(worst).toBeLessThan(1e-5);
    expect(map?.spec).toMatchObject({ name: "a-change.mrc", dtype: "float32", shape: SHAPE });
    expect(output.reapplied.residual).toBeCloseTo(0.2 * Math.sqrt(power(inMeasured) / power(ORIGINAL)), 4);
  });
});

test("cFSC tells what was filled rightly: 1 for the truth, −1 for its negative, 0 for the original", async () => {
  const curves = async (factor: number) => {
    const restored = volume(plus(ORIGINAL, FILLED, factor));
    const { correlations } = (await audit({ restored, reference: volume(STRUCTURE) })).output;
    return correlations.filter(({ region }) => region === "missing");
  };
  const [right, original] = await curves(1);
  const known = right.values.filter((value) => value !== null);
  expect(known.length).toBeGreaterThan(8);
  for (const value of known) expect(value).toBeCloseTo(1, 3);
  expect(right.resolutions).toMatchObject({ "0.5": 20, "0.143": 20 });
  expect(original.resolutions["0.5"]).toBeNull();
  const [wrong] = await curves(-1);
  expect(wrong.values.find((value) => value !== null)).toBeCloseTo(-1, 3);
  expect(wrong.resolutions["0.143"]).toBeNull();
  const { output } = await audit({
    restored: volume(plus(ORIGINAL, FILLED, -1)),
    reference: volume(STRUCTURE),
  });
  expect(text(output)).toContain("Of what was filled in, nothing agrees with the reference");
});

test("voxels whose deviation exceeds the signal are counted, weighed and masked", async () => {
  // Half of the voxels are background; a quarter stands 2 above it, a quarter 4 below.
  const values = new Float32Array(voxelCount(SHAPE)).map((_, i) => [10, 10, 12, 6][i % 4]);
  const std = volume(new Float32Array(values.length).fill(3));
  const { output, written } = await audit({ restored: volume(values), std });
  expect(output.uncertain?.voxelShare).toBeCloseTo(0.75, 9);
  expect(output.uncertain?.powerShare).toBeCloseTo(4 / 20, 9);
  const mask = written.get("uncertain");
  expect(mask?.spec).toMatchObject({ dtype: "int8", shape: SHAPE });
  expect(mask?.values.slice(0, 4)).toEqual([1, 1, 1, 0]);
  expect([...(output.pictures.uncertain ?? [])].slice(0, 4)).toEqual([1, 1, 1, 0]);
  expect(text(output)).toContain("in 75 % of the voxels (hatched), which hold 20 % of the signal's power");
});

test("a part of the volumes: found at its place, its cut faces and the border of the wedge told apart from changes", async () => {
  const shape: Shape3 = [64, 16, 64];
  const missing = wedgeMask(shape, TILTS).map((measured) => 1 - measured);
  const blobs = blobPhantom(shape, { count: 20, sigmaVoxels: 1.5, seed: 3 });
  const original = degrade(blobs, shape, wedgeMask(shape, TILTS), 0.3, 1);
  const whole = plus(original, degrade(blobs, shape, missing, 0, 0));
  const box = { z0: 8, y0: 2, x0: 8, z1: 56, y1: 14, x1: 56 };
  const changed = async (params: Record<string, unknown>) =>
    (await audit({ original: volume(original, shape), restored: volume(whole, shape) }, params)).output;
  const part = await changed({ box });
  expect(part).toMatchObject({ box, isPart: true, margin: 1 });
  expect(part.change.share).toBeLessThan(0.6 * (await changed({ box, margin: 0 })).change.share);
  expect(part.change.share).toBeLessThan(0.6 * (await changed({ box, borders: "as-is" })).change.share);

  const cut = volume(await volume(whole, shape).readBox(box), boxShape(box), "part.mrc");
  const place = { x: 8, y: 2, z: 8 };
  const inputs = { original: volume(original, shape), restored: cut, place };
  const { output } = await audit(inputs, { margin: 1 });
  expect(output.change).toEqual(part.change);
  expect(output).toMatchObject({
    box,
    isPart: false,
    pictures: { axis: "y", index: 6, width: 48, height: 48 },
  });
  expect([...output.pictures.original]).toEqual([
    ...(await volume(original, shape).readBox({ ...box, y0: 8, y1: 9 })),
  ]);
  await expect(audit({ ...inputs, place: { x: 17, y: 2, z: 8 } })).rejects.toThrow(
    "does not lie within a.mrc",
  );
});

test("what does not fit is refused with its name", async () => {
  const small = volume(new Float32Array(512), [8, 8, 8], "small.mrc");
  const restored = volume(ORIGINAL);
  await expect(audit({ restored, reference: small })).rejects.toThrow(
    "The reference small.mrc has 8 × 8 × 8",
  );
  await expect(audit({ restored, std: small })).rejects.toThrow("The deviation small.mrc has 8 × 8 × 8");
  const broken = ORIGINAL.slice();
  broken[24 * 16 + 25] = Number.NaN;
  await expect(audit({ restored: volume(broken) })).rejects.toThrow(
    "The voxel at x 1, y 1, z 1 of a.mrc is NaN",
  );
  const box = { z0: 0, y0: 0, x0: 0, z1: 7, y1: 8, x1: 8 };
  await expect(audit({ restored }, { box })).rejects.toThrow("at least 8 voxels per side, not 7 × 8 × 8");
});

test("of a volume that is too large the middle is audited, with sides that transform quickly", () => {
  expect(auditBox([96, 224, 224], null)).toEqual({ z0: 0, y0: 0, x0: 0, z1: 96, y1: 224, x1: 224 });
  const { z0, z1, y0, y1, x0, x1 } = auditBox([300, 928, 927], null);
  expect([z0, z1, y1 - y0, x1 - x0]).toEqual([0, 300, 324, 324]);
  expect([y0, x0]).toEqual([302, 301]);
});
