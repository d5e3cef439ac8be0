// @vitest-environment happy-dom
import { act, cleanup, fireEvent, render, screen } from "@testing-library/react";
import { Tooltip } from "radix-ui";
import { afterEach, beforeEach, expect, it } from "vitest";
import { createWorkbench } from "../../app/create-workbench";
import { planTraining } from "../../commands/training-plan";
import type { Workbench } from "../../commands/workbench";
import type { ComputeClient } from "../../services/compute-client";
import type { DataClient } from "../../services/data-client";
import { addEntry, setTruth, type VolumeEntry } from "../../state/document";
import { startJob } from "../../state/jobs";
import { WorkbenchProvider } from "../workbench-context";
import { TrainPanel } from "./train-panel";

const VOLUME = {
  id: "volume-1",
  name: "cell.mrc",
  role: "raw",
  meta: {
    name: "cell.mrc",
    shape: [24, 32, 40],
    dtype: "float32",
    voxelSizeAngstrom: { x: 10, y: 10, z: 10 },
    originAngstrom: { x: 0, y: 0, z: 0 },
    warnings: [],
  },
  statedVoxelSizeAngstrom: null,
  tilts: null,
} as unknown as VolumeEntry;

let workbench: Workbench;

beforeEach(() => {
  workbench = createWorkbench({} as DataClient, {} as ComputeClient, {
    pickFiles: async () => [],
    saveFile: () => {},
    fetchAsset: async () => new Response(""),
    now: () => 0,
  });
  render(
    <Tooltip.Provider>
      <WorkbenchProvider workbench={workbench}>
        <TrainPanel />
      </WorkbenchProvider>
    </Tooltip.Provider>,
  );
});
afterEach(cleanup);

const button = (name: string | RegExp) => screen.getByRole("button", { name }) as HTMLButtonElement;

function openTruth(): void {
  workbench.files.set(VOLUME.id, { name: VOLUME.name, blob: new Blob(["x"]) });
  addEntry(workbench.document, "volumes", VOLUME);
  const gold = { label: 1, name: "gold", x: 9, y: 9, z: 9, rotation: null };
  setTruth(workbench.document, { volumeId: VOLUME.id, name: "truth.json", particles: [gold] });
}

it("says what training needs while nothing is known, and offers a small cell", () => {
  expect(screen.getByText(/needs a tomogram whose content is known/)).toBeTruthy();
  expect(screen.queryByRole("button", { name: "Train" })).toBeNull();
  expect(button("Simulate a small cell to train on").disabled).toBe(true); // its recipes are not there yet
});

it("trains once the sizes of what is to be found are stated", () => {
  act(openTruth);
  expect(screen.getByText(/state the diameter of gold/)).toBeTruthy();
  expect(button("Train").disabled).toBe(true);
  const diameter = screen.getByLabelText("Diameter of gold in nm");
  fireEvent.change(diameter, { target: { value: "10" } });
  fireEvent.blur(diameter);
  expect(button("Train").disabled).toBe(false);
  expect(planTraining(workbench)).toMatchObject({
    recipe: { classes: [{}, { name: "gold", radiusAngstrom: 50 }] },
  });
});

it("pauses what runs; goes on from it, or stops and makes way for the next", () => {
  act(openTruth);
  const training = {
    recipe: { steps: 40, classes: [] },
    phase: "running",
    points: [],
    validations: [],
    savedStep: 12,
    isUsed: false,
  };
  const job = { id: "job-1", operation: "train", doing: "training", volumeId: null, startedAt: 0 };
  act(() => {
    startJob(workbench.jobs, job);
    workbench.shell.setState({ training: training as never });
  });
  expect(screen.queryByLabelText("Steps")).toBeNull();
  fireEvent.click(button("Pause"));
  expect(button("Keeping the last step").disabled).toBe(true);
  act(() => workbench.jobs.setState({ jobs: [] }));
  expect(screen.getByText("Paused after step 12: nothing is lost.")).toBeTruthy();
  expect((screen.getByLabelText("Go on to step") as HTMLInputElement).value).toBe("40");
  fireEvent.click(button("Stop"));
  expect(screen.getByLabelText("Steps", { selector: "input" })).toBeTruthy();
  expect(button("Go on")).toBeTruthy();
  expect(button("Train anew")).toBeTruthy();
});
