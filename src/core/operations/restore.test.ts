import { describe, expect, test } from "vitest";
import { barrel, degrade } from "../../testing/degrade";
import type { Backend } from "../backend";
import { AbortError, ComputeError, isAbort } from "../errors";
import { wedgeMask } from "../fourier/wedge";
import { psnrDb } from "../metrics/psnr";
import { createReferenceMwrKernels } from "../restore/reference-mwr-kernels";
import { checkParams } from "../task/params";
import type { Progress } from "../task/task";
import { type Box, type Shape3, voxelCount } from "../volume/shape";
import type { VolumeReader, VolumeSpec } from "../volume/volume";
import { RESTORE } from "./restore";
import type { RestorePreview } from "./results";

const SHAPE: Shape3 = [14, 17, 20];
const BOX: Box = { z0: 1, y0: 2, x0: 3, z1: 13, y1: 15, x1: 19 };
const GREY = { offset: 1000, range: -50 }; // dark particles, far from zero

const sampled = wedgeMask(SHAPE, { minTiltDeg: -60, maxTiltDeg: 60, tiltAxis: "y" });
const structure = barrel(SHAPE);
const grey = degrade(structure, SHAPE, sampled, 0.1, 1).map((v) => GREY.offset + GREY.range * v);

const backend: Backend = {
  id: "reference",
  description: "TypeScript",
  budgetBytes: 1e9,
  createNetwork: () => Promise.reject(new Error("not part of a restoration")),
  createTrainer: () => Promise.reject(new Error("not part of a restoration")),
  createMwrKernels: async (spec) => createReferenceMwrKernels(spec),
  createTomographyKernels: () => Promise.reject(new Error("not part of a restoration")),
  createFourier3: () => Promise.reject(new Error("not part of a restoration")),
  dispose() {},
};

const readerOf = (values: Float32Array): VolumeReader => ({
  meta: {
    name: "cell.mrc.gz",
    shape: SHAPE,
    dtype: "float32",
    voxelSizeAngstrom: { x: 10, y: 10, z: 20 },
    originAngstrom: { x: 5, y: 0, z: 0 },
    warnings: [],
  },
  async readBox({ z0, y0, x0, z1, y1, x1 }) {
    const [, ny, nx] = SHAPE;
    const out: number[] = [];
    for (let z = z0; z < z1; z++)
      for (let y = y0; y < y1; y++)
        out.push(...values.subarray((z * ny + y) * nx + x0, (z * ny + y) * nx + x1));
    return Float32Array.from(out);
  },
});

async function restore(
  given: Record<string, unknown>,
  values = grey,
  breathe = async () => {},
  on = backend,
  shape = SHAPE,
) {
  const written: { spec: VolumeSpec; values: Float32Array; closed: boolean }[] = [];
  const progress: Progress<RestorePreview>[] = [];
  const params = checkParams(RESTORE.params, { iterations: 6, burnIn: 2, ...given }, shape);
  const reader = readerOf(values);
  const volume = { ...reader, meta: { ...reader.meta, shape } };
  const output = await RESTORE.run({ volume, backend: on }, params, {
    signal: new AbortController().signal,
    onProgress: (step) => progress.push(step),
    breathe,
    async createVolume(spec) {
      const volume = { spec, values: new Float32Array(voxelCount(spec.shape)), closed: false };
      let at = 0;
      written.push(volume);
      return {
        async write(section) {
          volume.values.set(section, at);
          at += section.length;
        },
        async close() {
          expect(at).toBe(volume.values.length);
          volume.closed = true;
        },
      };
    },
  });
  return { output, written, progress };
}

describe("restore", () => {
  test("writes the restored box and its deviation, in the input's grey values and place", async () => {
    const { output, written, progress } = await restore({ box: BOX });
    expect(written.map(({ spec }) => [spec.role, spec.name])).toEqual([
      ["restored", "cell-restored.mrc"],
      ["std", "cell-std.mrc"],
    ]);
    const [restored, std] = written;
    expect(restored.closed && std.closed).toBe(true);
    expect(restored.spec.shape).toEqual([12, 13, 16]);
    expect(restored.spec.voxelSizeAngstrom).toEqual({ x: 10, y: 10, z: 20 });
    expect(restored.spec.originAngstrom).toEqual({ x: 35, y: 20, z: 20 });
    const mean = restored.values.reduce((a, b) => a + b, 0) / restored.values.length;
    expect(Math.abs(mean - GREY.offset)).toBeLessThan(30);
    expect(std.values.every((value) => value >= 0 && value < 25)).toBe(true);
    expect(Math.max(...std.values)).toBeGreaterThan(0);

    expect(output.boxShape).toEqual([12, 13, 16]);
    expect(output.sigma).toBeGreaterThan(0.05);
    expect(output.sigma).toBeLessThan(0.2);
    expect(output.trace).toHaveLength(6);
    expect(progress.flatMap(({ preview }) => preview?.trace ?? [])).toEqual(output.trace);
    const { slice } = progress[progress.length - 1].preview ?? {};
    expect([slice?.axis, slice?.index, slice?.width, slice?.height]).toEqual(["z", 6, 16, 13]);
    expect(Math.abs((slice?.values[0] ?? 0) - GREY.offset)).toBeLessThan(60);
    expect(progress.map(({ done }) => done)).toEqual([0, 1, 4, 6]);
  });

  test("the whole volume comes nearer to the truth, dark or bright alike", async () => {
    const settings = { iterations: 14, burnIn: 4, beta: 1 }; // all accepted: fewer samples would tell less
    const dark = await restore(settings);
    const bright = await restore(
      settings,
      grey.map((v) => 2000 - v),
    );
    const gained = (restored: Float32Array, sign: number) => {
      const back = (v: number) => (sign * (v - GREY.offset)) / GREY.range;
      return (
        psnrDb(structure, restored.map(back)) -
        psnrDb(
          structure,
          grey.map((v) => (v - GREY.offset) / GREY.range),
        )
      );
    };
    const gains = [gained(dark.written[0].values, 1), gained(bright.written[0].values, -1)];
    // The noise of the chain is not mirrored: in a box this small its result moves by 1 dB from seed to seed.
    expect(Math.min(...gains)).toBeGreaterThan(1.5);
  });

  test("a noise level and a tilt axis that are given are used", async () => {
    const { output, written } = await restore({ sigma: 0.3, denoiser: "gaussian" });
    expect(output.sigma).toBe(0.3);
    const other = await restore({ sigma: 0.3, denoiser: "gaussian", tiltAxis: "x" });
    expect(other.written[0].values).not.toEqual(written[0].values);
  });

  test("refuses what cannot work, in one sentence", async () => {
    const holed = Float32Array.from(grey);
    holed[(5 * 17 + 4) * 20 + 7] = Number.NaN;
    await expect(restore({ box: BOX }, holed)).rejects.toThrow("The voxel at x 7, y 4, z 5 is NaN");
    await expect(restore({ box: { ...BOX, z1: 8 } })).rejects.toThrow(
      "at least 8 voxels per side, not 7 × 13 × 16",
    );
    await expect(restore({ burnIn: 6 })).rejects.toThrow(
      "Burn-in must be shorter than the 6 iterations, not 6.",
    );
    await expect(restore({ tilt: [60, -60] })).rejects.toThrow("Tilt range must be two rising numbers");
  });

  test("a box beyond the memory is refused with its size, before it is read or when memory ends", async () => {
    await expect(restore({}, grey, undefined, backend, [400, 1024, 1024])).rejects.toMatchObject({
      tag: "out-of-memory",
      message:
        "A box of 400 × 1024 × 1024 voxels (z, y, x) takes about 28 GB to restore, more than there is: choose a smaller one.",
    });
    const full: Backend = {
      ...backend,
      createMwrKernels: () => Promise.reject(new ComputeError("out-of-memory", "There is no memory.")),
    };
    const refused = restore({ box: BOX }, grey, undefined, full);
    await expect(refused).rejects.toMatchObject({
      tag: "out-of-memory",
      message: expect.stringContaining("A box of 12 × 13 × 16 voxels"),
    });
  });

  test("a cancel ends it, and nothing is written", async () => {
    let breaths = 0;
    const cancelled = restore({}, grey, async () => {
      if (++breaths > 20) throw new AbortError();
    });
    await expect(cancelled).rejects.toSatisfy(isAbort);
  });

  test("the estimate grows with the box and the iterations", () => {
    const params = checkParams(RESTORE.params, {});
    const whole = RESTORE.estimate([64, 64, 64], params);
    expect(RESTORE.estimate([64, 64, 64], { ...params, iterations: 201 }).flops).toBe(
      (whole.flops * 202) / 101,
    );
    expect(RESTORE.estimate([64, 64, 64], { ...params, box: BOX }).bytes).toBeLessThan(whole.bytes / 100);
  });
});
