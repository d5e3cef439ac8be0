// @vitest-environment happy-dom
import { cleanup, render, screen } from "@testing-library/react";
import { afterEach, expect, it } from "vitest";
import { createWorkbench } from "../../app/create-workbench";
import type { ComputeClient } from "../../services/compute-client";
import type { DataClient } from "../../services/data-client";
import { addEntry, type VolumeEntry } from "../../state/document";
import { WorkbenchProvider } from "../workbench-context";
import { ProvenanceSheet } from "./provenance-sheet";

afterEach(cleanup);

it("tells parameters as the form does, and what they do not tell", () => {
  const workbench = createWorkbench({} as DataClient, {} as ComputeClient, {
    pickFiles: async () => [],
    saveFile: () => {},
    fetchAsset: async () => new Response(""),
    now: () => 0,
  });
  const point = { x: 10, y: 10, z: 10 };
  addEntry(workbench.document, "volumes", {
    id: "volume-1",
    name: "cell-restored.mrc",
    meta: {
      shape: [8, 8, 8],
      dtype: "float32",
      voxelSizeAngstrom: point,
      originAngstrom: point,
      warnings: [],
    },
    statistics: null,
    statedVoxelSizeAngstrom: null,
    fileBytes: 3000,
    provenance: {
      operation: "restore",
      params: { softEdge: 5 },
      inputs: ["cell.mrc"],
      backend: "WebAssembly",
      version: "1.0.0",
      seconds: 60,
      remarks: ["β was set to 0.001 by hand from iteration 45 on."],
    },
  } as unknown as VolumeEntry);
  workbench.shell.setState({ provenanceOf: "volume-1" });
  render(
    <WorkbenchProvider workbench={workbench}>
      <ProvenanceSheet />
    </WorkbenchProvider>,
  );
  const value = (name: string) => screen.getByRole("row", { name: new RegExp(`^${name}`) }).textContent;
  expect(value("Soft border")).toBe("Soft border5 °");
  expect(value("Remark")).toBe("Remarkβ was set to 0.001 by hand from iteration 45 on.");
});
