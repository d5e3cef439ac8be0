// @vitest-environment happy-dom
import { act, cleanup, fireEvent, render, screen } from "@testing-library/react";
import { Tooltip } from "radix-ui";
import { afterEach, beforeEach, expect, it } from "vitest";
import { createWorkbench } from "../../app/create-workbench";
import type { Workbench } from "../../commands/workbench";
import type { RestoreChange } from "../../contracts/compute";
import type { ComputeClient } from "../../services/compute-client";
import type { DataClient } from "../../services/data-client";
import { addEntry, type VolumeEntry } from "../../state/document";
import { patchJob, startJob } from "../../state/jobs";
import { patchRestoration, type Restoration } from "../../state/restoration";
import { WorkbenchProvider } from "../workbench-context";
import { RestorePanel } from "./restore-panel";

const VOLUME = {
  id: "volume-1",
  name: "cell.mrc",
  role: "raw",
  meta: { name: "cell.mrc", shape: [24, 32, 40], voxelSizeAngstrom: { x: 10, y: 10, z: 10 } },
  display: { low: 0, high: 1, invert: false },
  statedVoxelSizeAngstrom: null,
} as unknown as VolumeEntry;

const RUNNING: Restoration = {
  chainId: "chain-1",
  jobId: "job-1",
  volumeId: VOLUME.id,
  box: { z0: 4, y0: 0, x0: 0, z1: 12, y1: 8, x1: 8 },
  phase: "running",
  params: { method: "mwr", beta: 4e-5 },
  iterations: 100,
  burnIn: 30,
  beta: null,
  preview: "sample",
  shown: "sample",
  trace: Array.from({ length: 50 }, (_, i) => ({
    iteration: i + 1,
    energy: 0.02,
    accepted: i % 2 === 0,
    beta: 8e-5,
  })),
  changes: new Map([[49, 0.0123]]),
  blocks: null,
  previewRevision: 0,
  isKept: false,
  wasPaused: false,
  resultIds: {},
};

let workbench: Workbench;
let changes: RestoreChange[];

beforeEach(() => {
  const data = { powerSpectrum: () => new Promise(() => {}) } as unknown as DataClient;
  workbench = createWorkbench(data, {} as ComputeClient, {
    pickFiles: async () => [],
    saveFile: () => {},
    fetchAsset: async () => new Response(""),
    now: () => 0,
  });
  changes = [];
  addEntry(workbench.document, "volumes", VOLUME);
  workbench.view.setState({ volumeId: VOLUME.id });
  startJob(workbench.jobs, {
    id: "job-1",
    operation: "restore",
    doing: "restoring",
    volumeId: VOLUME.id,
    startedAt: 0,
  });
  workbench.steers.set("job-1", (change) => changes.push(change));
  workbench.shell.setState({ restoration: RUNNING });
  render(
    <Tooltip.Provider>
      <WorkbenchProvider workbench={workbench}>
        <RestorePanel />
      </WorkbenchProvider>
    </Tooltip.Provider>,
  );
});
afterEach(cleanup);

const button = (name: string | RegExp) => screen.getByRole("button", { name }) as HTMLButtonElement;

it("says how the chain does, and steers it", () => {
  expect(screen.getByText("50 %").parentElement?.textContent).toBe(
    "accepted 50 % of the last 20, in its band",
  );
  expect(screen.getByText("1.2 %").parentElement?.textContent).toMatch(/mean moves by/);
  expect(screen.getByText(/keeps the 20 samples so far/)).toBeTruthy();
  expect((screen.getByLabelText("Temperature β") as HTMLInputElement).value).toBe("0.00008");
  fireEvent.click(button("β ×2"));
  fireEvent.click(button("+100 iterations"));
  fireEvent.click(screen.getByRole("radio", { name: "running mean" }));
  fireEvent.click(button("Pause"));
  fireEvent.click(button("Go on"));
  fireEvent.click(button("Finish now"));
  expect(changes).toEqual([
    { beta: 1.6e-4 },
    { iterations: 200 },
    { preview: "mean" },
    { paused: true },
    { paused: false },
    { finish: true, paused: false },
  ]);
  expect(screen.getByText(/the chain does not change it any more/)).toBeTruthy();
  expect(button("Finishing").disabled).toBe(true);
});

it("during burn-in it says that there are no samples yet", () => {
  act(() => patchRestoration(workbench.shell, { trace: RUNNING.trace.slice(0, 7) }));
  expect(screen.getByText(/during burn-in there are no others/)).toBeTruthy();
  expect(screen.getByText("57 %").parentElement?.textContent).toContain("of the last 7");
});

it("in blocks it says what a stop keeps, and afterwards what it kept", () => {
  act(() => patchRestoration(workbench.shell, { blocks: { done: 0, count: 8 } }));
  expect(screen.getByText(/None is finished yet: Stop, or Esc, would keep nothing/)).toBeTruthy();
  act(() => patchRestoration(workbench.shell, { blocks: { done: 3, count: 8 } }));
  expect(screen.getByText(/keeps the 3 of 8 blocks that are finished/)).toBeTruthy();
  // The trace counts on over blocks, each of which has its own end.
  expect(screen.getByLabelText("Ends at iteration").getAttribute("aria-valuemin")).toBe("1");
  fireEvent.click(button("Stop"));
  expect(changes).toEqual([{ finish: true, paused: false }]);
  expect(button("Stopping").disabled).toBe(true);
  act(() => {
    patchJob(workbench.jobs, "job-1", { phase: "done", endedAt: 9000 });
    patchRestoration(workbench.shell, { phase: "done" });
  });
  expect(screen.getByText(/3 of 8 blocks are restored, the rest is as it was measured/)).toBeTruthy();
  expect(screen.getByText("70 samples in each block after a burn-in of 30.")).toBeTruthy();
});

it("another method in blocks can be stopped and discarded, and nothing else", () => {
  act(() =>
    patchRestoration(workbench.shell, { params: { method: "denoise" }, blocks: { done: 1, count: 8 } }),
  );
  expect(button("Stop").disabled).toBe(false);
  expect(button("Discard").disabled).toBe(false);
  expect(screen.queryByRole("button", { name: "Pause" })).toBeNull();
  expect(screen.queryByLabelText("Temperature β")).toBeNull();
});

it("ends with the way to more samples, and with what to look at", () => {
  const restored = {
    ...VOLUME,
    id: "volume-2",
    name: "cell-restored.mrc",
    role: "restored",
    parentId: VOLUME.id,
  };
  act(() => {
    patchJob(workbench.jobs, "job-1", { phase: "done", endedAt: 9000 });
    patchRestoration(workbench.shell, { phase: "done", isKept: true, iterations: 50 });
    addEntry(workbench.document, "volumes", { ...restored, origin: { x: 0, y: 0, z: 0 } } as VolumeEntry);
  });
  expect(screen.getByText("20 samples after a burn-in of 30.")).toBeTruthy();
  expect(button("Take more").disabled).toBe(false);
  fireEvent.click(button("Swipe"));
  expect(workbench.view.getState()).toMatchObject({ layout: "swipe", compareId: "volume-2" });
  expect(button("Swipe").getAttribute("aria-pressed")).toBe("true");
  fireEvent.click(button("Side by side"));
  expect(workbench.view.getState().layout).toBe("side");
});
