import { describe, expect, test } from "vitest";
import { MWR_CASES } from "../../testing/cases/mwr-cases";
import { AbortError, ComputeError, isAbort } from "../errors";
import { chooseKept } from "./keep-samples";
import type { MwrSettings } from "./mwr-chain";
import { type MwrControl, UNTOUCHED } from "./mwr-control";
import type { MwrKernels } from "./mwr-kernels";
import type { MwrChainState } from "./mwr-state";
import { createReferenceMwrKernels } from "./reference-mwr-kernels";
import { type MwrRun, runMwr } from "./run-mwr";

const { spec } = MWR_CASES[3];
const SETTINGS: MwrSettings = {
  iterations: 14,
  burnIn: 4,
  sigma: 0.2,
  beta: 1e-4,
  autoBeta: true,
  seed: 5,
  keep: 3,
};

const runOf = (given: Partial<MwrRun> = {}): MwrRun => ({
  measured: spec.measured,
  settings: SETTINGS,
  madeWith: "gaussian",
  createKernels: async () => createReferenceMwrKernels(spec) as MwrKernels,
  snapshotEvery: null,
  steering: null,
  listener: null,
  breathe: async () => {},
  ...given,
});

/** Steers by the iteration: `read` is asked once before each. */
function steer(controlAt: (asked: number) => Partial<MwrControl>, resume: MwrChainState | null = null) {
  let asked = 0;
  return {
    resume,
    read: () => ({ ...UNTOUCHED, ...controlAt(asked++) }),
    changed: async () => {},
  };
}

const whole = await runMwr(runOf());

describe("a chain that stops", () => {
  test("goes on to the same bits as one that was longer from the start, kept samples too", async () => {
    for (const iterations of [6, 11]) {
      const short = await runMwr(runOf({ settings: { ...SETTINGS, iterations } }));
      expect(short.state.iteration).toBe(iterations);
      const longer = await runMwr(runOf({ steering: steer(() => ({}), short.state) }));
      expect(longer).toEqual(whole);
    }
  });

  test("refuses to go on with samples of other parameters", async () => {
    const others: Partial<MwrRun>[] = [
      { madeWith: "bm4d" },
      { settings: { ...SETTINGS, burnIn: 3 } },
      { measured: spec.measured.subarray(1) },
    ];
    for (const other of others)
      await expect(runMwr(runOf({ ...other, steering: steer(() => ({}), whole.state) }))).rejects.toThrow(
        "taken with other parameters",
      );
  });

  test("is finished early, with the samples so far or, within the burn-in, with the current one", async () => {
    const { state } = await runMwr(runOf({ steering: steer((asked) => ({ finish: asked === 8 })) }));
    expect(state.iteration).toBe(8);
    expect(state.trace).toEqual(whole.state.trace.slice(0, 8));
    const early = await runMwr(runOf({ steering: steer((asked) => ({ finish: asked === 2 })) }));
    expect(early.state.iteration).toBe(2);
    expect(early.state.mean.every((value) => value === 0)).toBe(true);
    expect(early.state.current.some((value) => value !== 0)).toBe(true);
  });

  test("is made longer while it runs", async () => {
    const settings = { ...SETTINGS, iterations: 6 };
    const longer = await runMwr(runOf({ settings, steering: steer(() => ({ iterations: 14 })) }));
    expect(longer).toEqual(whole);
  });

  test("is cancelled: with the samples so far after the first, with nothing before", async () => {
    const cancelledAt = (iteration: number) => {
      let done = 0;
      const listener = {
        every: 1,
        onReport: async () => {
          done++;
        },
      };
      const breathe = async () => {
        if (done >= iteration) throw new AbortError();
      };
      return runMwr(runOf({ listener, breathe }));
    };
    const { state, cancel } = await cancelledAt(9);
    expect(isAbort(cancel)).toBe(true);
    expect(state.iteration).toBe(9);
    expect(await runMwr(runOf({ steering: steer(() => ({}), state) }))).toEqual(whole);
    await expect(cancelledAt(3)).rejects.toSatisfy(isAbort);
  });
});

describe("a GPU that is lost", () => {
  /** Kernels of which the steps named fail from the call given on, once. */
  function losing(step: "decide" | "outcomes" | "denoise", at: number) {
    let calls = 0;
    let losses = 0;
    return async (): Promise<MwrKernels> => {
      const kernels = createReferenceMwrKernels(spec) as MwrKernels;
      const original = kernels[step] as (...args: unknown[]) => Promise<unknown>;
      return {
        ...kernels,
        async [step](...args: unknown[]) {
          if (++calls >= at && losses++ === 0) throw new ComputeError("backend-failed", "The GPU is lost.");
          return original(...args);
        },
      } as MwrKernels;
    };
  }

  test.each([
    ["denoise", 9],
    ["decide", 7],
    ["outcomes", 3],
    ["decide", 1],
  ] as const)(
    "%s, call %i: the chain goes on to the same bits, and reports each iteration once",
    async (step, at) => {
      const iterations: number[] = [];
      const listener = {
        every: 2,
        onReport: async (points: readonly { iteration: number }[]) => {
          iterations.push(...points.map((point) => point.iteration));
        },
      };
      let made = 0;
      const create = losing(step, at);
      const createKernels = () => {
        made++;
        return create();
      };
      expect(await runMwr(runOf({ createKernels, snapshotEvery: 3, listener }))).toEqual(whole);
      expect(iterations).toEqual(Array.from({ length: 14 }, (_, i) => i + 1));
      expect(made).toBe(2);
      await expect(runMwr(runOf({ createKernels: losing(step, at) }))).rejects.toThrow("The GPU is lost.");
    },
  );

  test("again and again ends the chain with the GPU's error", async () => {
    let made = 0;
    const createKernels = async (): Promise<MwrKernels> => {
      made++;
      throw new ComputeError("backend-failed", "The GPU is lost.");
    };
    await expect(runMwr(runOf({ createKernels, snapshotEvery: 3 }))).rejects.toThrow("The GPU is lost.");
    expect(made).toBe(4);
  });
});

describe("a chain that is steered", () => {
  test("waits while it is paused, shows where it is, and goes on to the same bits", async () => {
    const rests: number[] = [];
    const listener = {
      every: 100,
      onReport: async (_: unknown, view: { isRest: boolean; iteration: number }) => {
        if (view.isRest) rests.push(view.iteration);
      },
    };
    const steering = steer((asked) => ({ paused: asked >= 5 && asked < 8 }));
    expect(await runMwr(runOf({ steering, listener }))).toEqual(whole);
    expect(rests).toEqual([5, 5, 5, 14]);
  });

  test("reports when a clock says that it is due, each iteration once", async () => {
    const reports: number[][] = [];
    const listener = {
      every: 2,
      onReport: async (points: readonly { iteration: number }[]) => {
        reports.push(points.map((point) => point.iteration));
      },
    };
    let asked = 0;
    const steering = { ...steer(() => ({})), isReportDue: () => ++asked % 3 === 0 };
    expect(await runMwr(runOf({ listener, steering }))).toEqual(whole);
    expect(reports).toEqual([[1], [2, 3, 4, 5, 6], [7, 8, 9, 10, 11, 12], [13, 14]]);
  });

  test("takes another β from the next iteration on, and leaves it", async () => {
    const { state } = await runMwr(
      runOf({ steering: steer((asked) => ({ beta: asked >= 2 ? 1e6 : null })) }),
    );
    expect(state.trace.slice(0, 2)).toEqual(whole.state.trace.slice(0, 2));
    for (const { beta, accepted } of state.trace.slice(2)) expect([beta, accepted]).toEqual([1e6, true]);
    expect(whole.state.betaChanges).toEqual([]);
    expect(state.betaChanges).toEqual([{ iteration: 3, beta: 1e6 }]);
    // A chain that goes on keeps what was set before.
    const steering = { ...steer(() => ({ beta: 1e-9 })), resume: state };
    const settings = { ...SETTINGS, iterations: SETTINGS.iterations + 2 };
    const longer = await runMwr(runOf({ settings, steering }));
    expect(longer.state.betaChanges).toEqual([
      { iteration: 3, beta: 1e6 },
      { iteration: SETTINGS.iterations + 1, beta: 1e-9 },
    ]);
  });

  test("shows the sample, and mean or deviation once there are two", async () => {
    const shown: string[] = [];
    const [ny, nx] = spec.shape.slice(1);
    const sections: Float32Array[] = [];
    const listener = {
      every: 1,
      async onReport(_: unknown, view: Parameters<NonNullable<MwrRun["listener"]>["onReport"]>[1]) {
        shown.push(view.preview);
        if (view.isRest) sections.push(await view.readSection("std", 2), await view.readSection("mean", 2));
      },
    };
    const { state } = await runMwr(runOf({ listener, steering: steer(() => ({ preview: "std" })) }));
    expect(shown).toEqual([...Array(5).fill("sample"), ...Array(9).fill("std")]);
    const section = [2 * ny * nx, 3 * ny * nx] as const;
    expect(sections[0]).toEqual(state.m2.slice(...section).map((squares) => Math.sqrt(squares / 10)));
    expect(sections[1]).toEqual(state.mean.slice(...section));
  });
});

test("kept samples are evenly spaced, whatever the length", async () => {
  expect(whole.state.kept.map(({ n }) => n)).toEqual([2, 4, 6, 8, 10]);
  expect(chooseKept(whole.state.kept, 3).map(({ n }) => n)).toEqual([4, 6, 10]);
  expect(chooseKept(whole.state.kept, 9)).toHaveLength(5);
  expect(whole.state.kept[4].values).toEqual(whole.state.current);
});

test("the mode is the sample that was kept longest", async () => {
  const { state } = await runMwr(runOf({ settings: { ...SETTINGS, beta: 1e-6, autoBeta: false, keep: 20 } }));
  const firstOfRun = state.kept.map(({ n }) => {
    let first = n;
    while (first > 1 && !state.trace[SETTINGS.burnIn + first - 1].accepted) first--;
    return first;
  });
  const lengthOf = (n: number) => firstOfRun.filter((first) => first === n).length;
  const longest = Math.max(...firstOfRun.map(lengthOf));
  expect(longest).toBeGreaterThan(1);
  expect(state.decisions.longestRun).toBe(longest);
  const mode = firstOfRun.find((n) => lengthOf(n) === longest) ?? 0;
  expect(state.mode).toEqual(state.kept[mode - 1].values);
});
