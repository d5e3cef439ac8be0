import { expect, it } from "vitest";
import type { RunRequests } from "../src/contracts/compute";
import { AbortError, isAbort } from "../src/core/errors";
import type { RestorePreview } from "../src/core/operations/results";
import type { MwrKernelSpec } from "../src/core/restore/mwr-kernels";
import type { MwrChainState } from "../src/core/restore/mwr-state";
import { createReferenceMwrKernels } from "../src/core/restore/reference-mwr-kernels";
import type { Progress, TaskContext } from "../src/core/task/task";
import { arrayVolume } from "../src/core/volume/array-volume";
import { type Shape3, voxelCount } from "../src/core/volume/shape";
import { createKeptChain } from "./kept-chain";
import { createRestoreControl, type RestoreControl } from "./restore-steering";
import type { RunTools } from "./run-operation";
import { runRestore } from "./run-restore";

const chain = (voxels: number) => {
  const values = new Float32Array(voxels);
  return { current: values, mean: values, m2: values, mode: values, kept: [] } as unknown as MwrChainState;
};

it("the newest chain is kept by its name, unless it is too large", () => {
  const kept = createKeptChain();
  const small = chain(10);
  expect(kept.keep("a", small)).toBe(true);
  expect(kept.of("a")).toBe(small);
  expect(() => kept.of("b")).toThrow("not kept any more");
  const large = { byteLength: 2 ** 28 + 4 } as Float32Array<ArrayBuffer>;
  expect(kept.keep("b", { ...small, current: large, mean: large, m2: large, mode: large })).toBe(false);
  expect(() => kept.of("a")).toThrow("not kept any more");
});

it("what is asked of a job takes the newest of each, and wakes what waits for it", async () => {
  const control = createRestoreControl();
  let woken = 0;
  const waits = [control.changed(), control.changed()].map((change) => change.then(() => woken++));
  control.change({ paused: true });
  await Promise.all(waits);
  expect(woken).toBe(2);
  control.change({ beta: 2e-5 });
  expect(control.read()).toMatchObject({ paused: true, beta: 2e-5, finish: false });
  const again = control.changed();
  control.wake();
  await again;
});

it("a restoration in blocks that is finished gives those it has; one that is cancelled gives nothing", async () => {
  const shape: Shape3 = [10, 12, 360];
  const point = { x: 10, y: 10, z: 10 };
  const values = Float32Array.from({ length: voxelCount(shape) }, (_, i) => Math.sin(i * i));
  const volume = arrayVolume(
    { name: "a.mrc", shape, dtype: "float32", voxelSizeAngstrom: point, originAngstrom: point, warnings: [] },
    values,
  );
  const params = { denoiser: "gaussian", iterations: 3, burnIn: 1, block: 32 };

  /** Runs until the second block begins, and then does `end`. */
  async function run(end: (control: RestoreControl, stop: AbortController) => void) {
    const control = createRestoreControl();
    const stop = new AbortController();
    const written: number[] = [];
    const breathe = async () => {
      if (stop.signal.aborted) throw new AbortError();
    };
    const context = {
      signal: stop.signal,
      breathe,
      onProgress({ preview }: Progress<RestorePreview>) {
        if (preview?.blocks?.done === 1) end(control, stop);
      },
      createVolume: async () => ({
        write: async (section: ArrayLike<number>) => void written.push(section.length),
        close: async () => {},
      }),
    };
    const tools = {
      backend: { createMwrKernels: async (spec: MwrKernelSpec) => createReferenceMwrKernels(spec) },
      isPageReady: () => true,
      keptChain: createKeptChain(),
      control,
      signal: stop.signal,
    } as unknown as RunTools;
    const request = { chainId: "chain", goOn: false } as RunRequests["restore"];
    const made = await runRestore(volume, request, params, tools, context as TaskContext);
    return { ...made, written };
  }

  const { output, remarks, written } = await run((control) => control.change({ finish: true }));
  expect(output).toMatchObject({ blocks: 2, finishedBlocks: 1, isKept: false });
  expect(remarks).toEqual(["1 of 2 blocks are restored, the rest is as it was measured."]);
  expect(written).toHaveLength(2 * shape[0]);
  await expect(run((_, stop) => stop.abort())).rejects.toSatisfy(isAbort);
});
