import { expect, it } from "vitest";
import type { MwrChainState } from "../src/core/restore/mwr-state";
import { createKeptChain } from "./kept-chain";
import { createRestoreControl } from "./restore-steering";

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
