// @vitest-environment happy-dom
import { cleanup, fireEvent, render, screen } from "@testing-library/react";
import { afterEach, beforeEach, expect, it } from "vitest";
import { createWorkbench } from "../../app/create-workbench";
import { commandOf } from "../../commands/all-commands";
import { isEnabled } from "../../commands/command";
import type { Workbench } from "../../commands/workbench";
import type { ComputeClient } from "../../services/compute-client";
import type { DataClient } from "../../services/data-client";
import { addEntry, type VolumeEntry } from "../../state/document";
import { WorkbenchProvider } from "../workbench-context";
import { SwipeDivider } from "./swipe-divider";

let workbench: Workbench;

beforeEach(() => {
  workbench = createWorkbench({} as DataClient, {} as ComputeClient, {
    pickFiles: async () => [],
    saveFile: () => {},
    fetchAsset: async () => new Response(""),
    now: () => 0,
  });
});
afterEach(cleanup);

const divider = () => workbench.view.getState().divider;

it("is moved by its keys, and stays in the view", () => {
  render(
    <WorkbenchProvider workbench={workbench}>
      <SwipeDivider pane="XZ view" />
    </WorkbenchProvider>,
  );
  const handle = screen.getByRole("slider", { name: "Divider between before and after, XZ view" });
  expect(handle.getAttribute("aria-valuenow")).toBe("50");
  fireEvent.keyDown(handle, { key: "ArrowRight" });
  fireEvent.keyDown(handle, { key: "ArrowRight", shiftKey: true });
  expect(divider()).toBe(0.61);
  expect(handle.getAttribute("aria-valuetext")).toBe("61 % before");
  fireEvent.keyDown(handle, { key: "End" });
  fireEvent.keyDown(handle, { key: "ArrowRight" });
  expect(divider()).toBe(1);
  fireEvent.doubleClick(handle);
  expect(divider()).toBe(0.5);
});

it("W compares what is shown with what was restored from it; Shift and arrows move the divider then", async () => {
  const swipe = commandOf("view.swipe");
  const right = commandOf("view.divider-right");
  workbench.view.setState({ volumeId: "a" });
  expect(isEnabled(swipe, workbench)).toBe(false);
  addEntry(workbench.document, "volumes", { id: "b", role: "restored", parentId: "a" } as VolumeEntry);
  expect(isEnabled(swipe, workbench)).toBe(true);
  expect(isEnabled(right, workbench)).toBe(false);
  await swipe.run(workbench);
  expect(workbench.view.getState()).toMatchObject({ layout: "swipe", compareId: "b" });
  await right.run(workbench);
  expect(divider()).toBe(0.55);
  await commandOf("view.maximise").run(workbench);
  expect(isEnabled(right, workbench)).toBe(true);
  await commandOf("view.maximise").run(workbench);
  await swipe.run(workbench);
  expect(workbench.view.getState()).toMatchObject({ layout: "grid", compareId: "b" });
});
