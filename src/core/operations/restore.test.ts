import { describe, expect, test } from "vitest";
import { barrel, degrade } from "../../testing/degrade";
import type { Backend } from "../backend";
import { AbortError, ComputeError, isAbort } from "../errors";
import { createReferenceFourier3 } from "../fourier/fourier3";
import { wedgeMask } from "../fourier/wedge";
import { psnrDb } from "../metrics/psnr";
import { blendBlocks } from "../restore/blend-blocks";
import { planBlocks } from "../restore/block-plan";
import { UNTOUCHED } from "../restore/mwr-control";
import type { MwrChainState } from "../restore/mwr-state";
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

const TILTS = { minTiltDeg: -60, maxTiltDeg: 60, tiltAxis: "y" } as const;
const sampled = wedgeMask(SHAPE, TILTS);
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
  createFourier3: async (shape) => createReferenceFourier3(shape),
  dispose() {},
};

const readerOf = (values: Float32Array, shape: Shape3): VolumeReader => ({
  meta: {
    name: "cell.mrc.gz",
    shape,
    dtype: "float32",
    voxelSizeAngstrom: { x: 10, y: 10, z: 20 },
    originAngstrom: { x: 5, y: 0, z: 0 },
    warnings: [],
  },
  async readBox({ z0, y0, x0, z1, y1, x1 }) {
    const [, ny, nx] = shape;
    const out: number[] = [];
    for (let z = z0; z < z1; z++)
      for (let y = y0; y < y1; y++)
        out.push(...values.subarray((z * ny + y) * nx + x0, (z * ny + y) * nx + x1));
    return Float32Array.from(out);
  },
});

type Inputs = Partial<Parameters<typeof RESTORE.run>[0]>;

interface Surroundings extends Omit<Inputs, "volume"> {
  readonly values?: Float32Array;
  readonly shape?: Shape3;
  readonly breathe?: () => Promise<void>;
}

async function restore(
  given: Record<string, unknown>,
  { values = grey, shape = SHAPE, breathe = async () => {}, ...inputs }: Surroundings = {},
) {
  const written: { spec: VolumeSpec; values: Float32Array; closed: boolean; remark?: string }[] = [];
  const progress: Progress<RestorePreview>[] = [];
  const params = checkParams(RESTORE.params, { iterations: 6, burnIn: 2, ...given }, shape);
  const output = await RESTORE.run({ volume: readerOf(values, shape), backend, ...inputs }, params, {
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
        async close(remark) {
          expect(at).toBe(volume.values.length);
          Object.assign(volume, { closed: true, ...(remark && { remark }) });
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

  test("shows the mean where it is asked for, once there is one, and by how much it changes", async () => {
    const read = () => ({ ...UNTOUCHED, preview: "mean" as const });
    const isReportDue = () => true;
    const steering = { read, changed: async () => {}, isReportDue, resume: null, keep: () => {} };
    const { progress, written } = await restore({ denoiser: "gaussian" }, { steering });
    const previews = progress.flatMap(({ preview }) => preview ?? []);
    const shown = previews.map(({ shows }) => shows);
    expect(shown).toEqual(["sample", "sample", "sample", "mean", "mean", "mean"]);
    const changes = previews.map(({ meanChange }) => meanChange);
    expect(changes.slice(0, 4)).toEqual([undefined, undefined, undefined, undefined]);
    for (const change of changes.slice(4)) {
      expect(change).toBeGreaterThan(0);
      expect(change).toBeLessThan(1);
    }
    const section = 17 * 20;
    expect(previews[5].slice?.values).toEqual(written[0].values.slice(7 * section, 8 * section));
  });

  test("the whole volume comes nearer to the truth, dark or bright alike", async () => {
    const settings = { iterations: 14, burnIn: 4, beta: 1 }; // all accepted: fewer samples would tell less
    const dark = await restore(settings);
    const bright = await restore(settings, { values: grey.map((v) => 2000 - v) });
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
    await expect(restore({ box: BOX }, { values: holed })).rejects.toThrow(
      "The voxel at x 7, y 4, z 5 is NaN",
    );
    await expect(restore({ box: { ...BOX, z1: 8 } })).rejects.toThrow(
      "at least 8 voxels per side, not 7 × 13 × 16",
    );
    await expect(restore({ burnIn: 6 })).rejects.toThrow(
      "Burn-in must be shorter than the 6 iterations, not 6.",
    );
    await expect(restore({ tilt: [60, -60] })).rejects.toThrow("Tilt range must be two rising numbers");
  });

  test("a box beyond the memory is refused with its size, before it is read or when memory ends", async () => {
    await expect(restore({ block: 1024 }, { shape: [400, 1024, 1024] })).rejects.toMatchObject({
      tag: "out-of-memory",
      message:
        "A box of 400 × 1024 × 1024 voxels (z, y, x) takes about 28 GB to restore, more than there is: choose a smaller one, or smaller blocks.",
    });
    const full: Backend = {
      ...backend,
      createMwrKernels: () => Promise.reject(new ComputeError("out-of-memory", "There is no memory.")),
    };
    const refused = restore({ box: BOX }, { backend: full });
    await expect(refused).rejects.toMatchObject({
      tag: "out-of-memory",
      message: expect.stringContaining("A box of 12 × 13 × 16 voxels"),
    });
  });

  test("a cancel ends it: before the first sample nothing is written, then the samples so far", async () => {
    const cancelledAt = (iteration: number) => {
      const reports: number[] = [];
      const control = () => {
        reports.push(reports.length);
        return UNTOUCHED;
      };
      const breathe = async () => {
        if (reports.length > iteration) throw new AbortError();
      };
      const steering = { read: control, changed: async () => {}, resume: null, keep: () => {} };
      return restore({ denoiser: "gaussian" }, { breathe, steering });
    };
    await expect(cancelledAt(1)).rejects.toSatisfy(isAbort);
    const { output, written } = await cancelledAt(4);
    expect(output.iterations).toBe(4);
    const short = await restore({ denoiser: "gaussian", iterations: 4 });
    expect(written.map(({ values }) => values)).toEqual(short.written.map(({ values }) => values));
    expect(written.every(({ closed }) => closed)).toBe(true);
  });

  test("goes on with a chain that it kept, to what a longer one gives, with samples of its own", async () => {
    const given = { denoiser: "gaussian", saveMode: true, saveLast: true, keep: 2 };
    const states: MwrChainState[] = [];
    const steer = (resume: MwrChainState | null) => ({
      steering: {
        read: () => UNTOUCHED,
        changed: async () => {},
        resume,
        keep: (state: MwrChainState) => states.push(state),
      },
    });
    const goOn = (params: Record<string, unknown>, resume: MwrChainState | null) =>
      restore({ ...given, ...params }, steer(resume));
    await goOn({ iterations: 4 }, null);
    const longer = await goOn({}, states[0]);
    const whole = await restore(given);
    expect(longer.written).toEqual(whole.written);
    expect(whole.written.map(({ spec }) => [spec.role, spec.name])).toEqual([
      ["restored", "cell-restored.mrc"],
      ["std", "cell-std.mrc"],
      ["mode", "cell-mode.mrc"],
      ["last", "cell-last.mrc"],
      ["sample", "cell-sample-01.mrc"],
      ["sample", "cell-sample-02.mrc"],
    ]);
    await expect(goOn({ sigma: 0.3 }, states[0])).rejects.toThrow("taken with other parameters");
  });

  test("a GPU that is lost is opened anew, and the chain goes on to the same bits", async () => {
    let made = 0;
    const losing: Backend = {
      ...backend,
      id: "webgpu",
      async createMwrKernels(spec) {
        const kernels = createReferenceMwrKernels(spec);
        const isFirst = made++ === 0;
        let decided = 0;
        const decide: typeof kernels.decide = async (...given) => {
          if (++decided === 4 && isFirst) throw new ComputeError("backend-failed", "The GPU is lost.");
          await kernels.decide(...given);
        };
        return { ...kernels, decide };
      },
    };
    const given = { denoiser: "gaussian" };
    const recovered = await restore(given, { backend: losing, renewBackend: async () => losing });
    expect(made).toBe(2);
    expect(recovered.written).toEqual((await restore(given)).written);
    made = 0;
    await expect(restore(given, { backend: losing })).rejects.toThrow("The GPU is lost.");
  });

  test.each([
    ["denoise", "cell-restored.mrc"],
    ["maggioni", "cell-restored.mrc"],
    ["moisan-tv", "cell-restored.mrc"],
    ["kovacik", "cell-restored.mrc"],
  ])("by %s: one volume, without samples, that differs from the input", async (method, name) => {
    const { output, written, progress } = await restore({ method, denoiser: "gaussian", iterations: 2 });
    expect(written.map(({ spec }) => spec.name)).toEqual([name]);
    expect(output).toMatchObject({ trace: [], acceptanceRate: null, iterations: 2, blocks: 1 });
    expect(written[0].values).not.toEqual(grey);
    const mean = written[0].values.reduce((a, b) => a + b, 0) / grey.length;
    expect(Math.abs(mean - GREY.offset)).toBeLessThan(30);
    expect(progress.length).toBeGreaterThan(0);
  });

  test("transforms, energies, second series, soft border and held signs each change what comes out", async () => {
    const base = { denoiser: "gaussian", iterations: 2, burnIn: 1, beta: 1 };
    const restored = async (given: Record<string, unknown>) =>
      (await restore({ ...base, ...given })).written[0].values;
    const plain = await restored({});
    for (const given of [
      { transform: "fft" },
      { transform: "dct" },
      { dualAxis: true },
      { softEdge: 10 },
      { particles: "bright" },
      { particles: "dark" },
    ])
      expect(await restored(given), JSON.stringify(given)).not.toEqual(plain);
    const { output } = await restore({ ...base, energy: "l1", beta: 4e-5 });
    expect(output.trace[0].energy).not.toBe((await restore({ ...base, beta: 4e-5 })).output.trace[0].energy);
    const range = (values: Float32Array) => [Math.min(...values), Math.max(...values)];
    const median = Float32Array.from(grey).sort()[grey.length / 2];
    expect(range(await restored({ particles: "bright" }))[0]).toBeGreaterThan(median - 1);
    expect(range(await restored({ particles: "dark" }))[1]).toBeLessThan(median + 1);
  });

  describe("in blocks", () => {
    const shape: Shape3 = [10, 12, 360];
    const values = degrade(barrel(shape), shape, wedgeMask(shape, TILTS), 0.1, 2);
    const run = (given: Record<string, unknown>, more: Surroundings = {}) =>
      restore({ denoiser: "gaussian", sigma: 0.2, ...given }, { shape, values, ...more });

    test("it is what one piece gives, with every voxel written", async () => {
      const [whole, inBlocks] = [
        await run({ method: "denoise" }),
        await run({ method: "denoise", block: 32 }),
      ];
      expect([whole.output.blocks, inBlocks.output.blocks]).toEqual([1, 2]);
      expect(inBlocks.written.every(({ closed }) => closed)).toBe(true);
      const apart = psnrDb(whole.written[0].values, inBlocks.written[0].values);
      expect(apart).toBeGreaterThan(60);
    });

    test("the trace counts on; the end that is set in a block is that of those that follow", async () => {
      const chain = { burnIn: 1, beta: 1, block: 32 };
      const short = await run({ ...chain, iterations: 2 });
      expect(short.output.trace.map((point) => point.iteration)).toEqual([1, 2, 3, 4]);
      expect(short.progress.flatMap(({ preview }) => preview?.trace ?? [])).toEqual(short.output.trace);
      let asked = 0;
      const read = () => ({ ...UNTOUCHED, iterations: ++asked > 2 ? 2 : null });
      const steering = { read, changed: async () => {}, resume: null, keep: () => expect.unreachable() };
      const finished = await run({ ...chain, iterations: 6 }, { steering });
      expect(finished.written).toEqual(short.written);
      expect(finished.progress.map(({ done, total }) => [done, total]).at(-1)).toEqual([4, 4]);
    });

    test("a β that is set in one holds for those that follow, and is remarked once", async () => {
      let asked = 0;
      const read = () => ({ ...UNTOUCHED, beta: ++asked > 2 ? 0.5 : null });
      const steering = { read, changed: async () => {}, resume: null, keep: () => expect.unreachable() };
      const { output } = await run({ burnIn: 1, iterations: 3, block: 32 }, { steering });
      expect(output.trace.at(-1)?.beta).toBe(0.5);
      const [remark, ...others] = output.remarks;
      expect(remark).toMatch(/^β was set to 0.5 by hand from iteration [123] on\.$/);
      expect(others).toEqual([]);
    });
  });

  describe("stopped in blocks", () => {
    const shape: Shape3 = [100, 10, 100];
    const values = Float32Array.from(degrade(barrel(shape), shape, wedgeMask(shape, TILTS), 0.1, 3));
    const given = { method: "denoise", denoiser: "gaussian", sigma: 0.2, block: 32 };
    const plan = planBlocks(shape, 32 ** 3);
    let complete: ReturnType<typeof restore> | undefined;
    const run = (more: Surroundings = {}, params: Record<string, unknown> = {}) =>
      restore({ ...given, ...params }, { shape, values, ...more });

    /** Tells when the block after so many has begun. */
    function stopAfter(blocks: number) {
      let begun = 0;
      const counting: Backend = {
        ...backend,
        async createMwrKernels(spec) {
          begun++;
          await spec.breathe();
          return backend.createMwrKernels(spec);
        },
      };
      return { backend: counting, isOver: () => begun > blocks };
    }
    const cancelledAfter = (blocks: number): Surroundings => {
      const { backend, isOver } = stopAfter(blocks);
      const breathe = async () => {
        if (isOver()) throw new AbortError();
      };
      return { backend, breathe };
    };
    const finishedAfter = (blocks: number): Surroundings => {
      const { backend, isOver } = stopAfter(blocks);
      const read = () => ({ ...UNTOUCHED, finish: isOver() });
      return { backend, steering: { read, changed: async () => {}, resume: null, keep: () => {} } };
    };
    /** What finished blocks count for at each voxel. */
    async function weightsOf(finished: number): Promise<number[]> {
      const written: number[] = [];
      const sink = { write: async (section: ArrayLike<number>) => void written.push(...Array.from(section)) };
      const share = async (_: Box, index: number) => [
        new Float32Array(voxelCount(plan.blockShape)).fill(index < finished ? 1 : 0),
      ];
      await blendBlocks(plan, [sink], share, async () => {});
      return written;
    }

    test.each([1, 5])("after %i of 9, these are in the measured volume as in the whole", async (finished) => {
      complete ??= run();
      const whole = (await complete).written[0].values;
      const { output, written } = await run(cancelledAfter(finished));
      expect(output).toMatchObject({ blocks: 9, finishedBlocks: finished });
      const remark = `${finished} of 9 blocks are restored, the rest is as it was measured.`;
      expect(output.remarks).toEqual([remark]);
      expect(written[0].remark).toBe(`Tomoscope: ${remark}`);
      const restored = written[0].values;
      const weights = await weightsOf(finished);
      const isWrong = (weight: number, i: number) =>
        weight === 1 ? restored[i] !== whole[i] : weight === 0 && Math.abs(restored[i] - values[i]) > 1e-6;
      expect(weights.findIndex(isWrong)).toBe(-1);
      for (const weight of [0, 1]) expect(weights).toContain(weight);
      // Between them it is one and the other: nearer to what was measured than what is restored there.
      const apart = (volume: Float32Array) =>
        weights.reduce((sum, weight, i) => {
          return weight > 0 && weight < 1 ? sum + Math.abs(volume[i] - values[i]) : sum;
        }, 0);
      expect(apart(restored)).toBeGreaterThan(0);
      expect(apart(restored)).toBeLessThan(0.9 * apart(whole));
      const asked = (await run(finishedAfter(finished))).written[0].values;
      expect(asked.findIndex((value, i) => value !== restored[i])).toBe(-1);
    });

    test("before the first is finished, it is a plain cancel", async () => {
      await expect(run(cancelledAfter(0))).rejects.toSatisfy(isAbort);
      await expect(run(finishedAfter(0))).rejects.toSatisfy(isAbort);
    });

    test("the deviation is 0 where nothing was drawn; voxels that are no numbers stay where they are", async () => {
      const holed = Float32Array.from(values);
      holed[holed.length - 1] = Number.NaN;
      const params = { method: "mwr", iterations: 3, burnIn: 1, beta: 1, saveLast: true };
      const { written } = await run({ ...cancelledAfter(2), values: holed }, params);
      const [restored, std, last] = written.map((volume) => volume.values);
      const weights = await weightsOf(2);
      const isWrong = (weight: number, i: number) => {
        if (weight === 0) return std[i] !== 0 || !Object.is(restored[i], last[i]);
        return ![restored[i], last[i], std[i]].every(Number.isFinite);
      };
      expect(weights.findIndex(isWrong)).toBe(-1);
      expect(Math.max(...std.subarray(0, 4000))).toBeGreaterThan(0);
      expect(restored.findIndex(Number.isNaN)).toBe(holed.length - 1);
    });
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
