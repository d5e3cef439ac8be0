import { expect, test, vi } from "vitest";
import { createWorkbench } from "../app/create-workbench";
import type { OpenedVolume } from "../contracts/data";
import type { Point3 } from "../core/volume/shape";
import type { ComputeClient } from "../services/compute-client";
import type { DataClient } from "../services/data-client";
import { patchEntry } from "../state/document";
import { openFiles } from "./open-files";
import { compareWith, showVolume } from "./open-volume";
import { watchValue } from "./probe-value";

const shapes = { "a.mrc": [20, 20, 20], "a-restored.mrc": [8, 8, 8] } as const;
const names = new Map<string, string>();

// Each voxel's value tells its volume and its place: 1000 in the original, 2000 in the restored one.
const DATA = {
  open: async (id: string, { name }: { name: keyof typeof shapes }): Promise<OpenedVolume> => {
    names.set(id, name);
    return {
      meta: {
        name,
        shape: shapes[name],
        dtype: "float32",
        voxelSizeAngstrom: { x: 10, y: 10, z: 10 },
        originAngstrom: { x: 0, y: 0, z: 0 },
        warnings: [],
      },
      contrast: { low: 0, high: 1 },
      histogram: { min: 0, max: 1, counts: new Uint32Array([1]) },
      fileBytes: 10,
    };
  },
  stream: async () => ({ min: 0, max: 1, mean: 0, std: 1, nonFinite: 0 }),
  voxel: async (id: string, { x, y, z }: Point3) =>
    (names.get(id) === "a.mrc" ? 1000 : 2000) + x + 0.1 * y + 0.01 * z,
} as unknown as DataClient;

test("the value is that of the volume seen at the pointer; of the shown one at the cursor", async () => {
  const workbench = createWorkbench(DATA, {} as ComputeClient, {
    pickFiles: async () => [],
    saveFile: () => undefined,
    fetchAsset: () => Promise.reject(new Error("no assets here")),
    now: () => 0,
  });
  for (const name of Object.keys(shapes)) await openFiles(workbench, [new File(["a"], name)]);
  const { document, view } = workbench;
  const [original, restored] = document.getState().volumes;
  patchEntry(document, "volumes", restored.id, { parentId: original.id, origin: { x: 6, y: 5, z: 4 } });
  showVolume(workbench, original.id);
  const stop = watchValue(workbench);
  const expectValue = (value: number | null) =>
    vi.waitFor(() => expect(view.getState().value).toEqual(value === null ? null : expect.closeTo(value)));

  view.setState({ cursor: { x: 10, y: 9, z: 8 } });
  await expectValue(1010.98);
  compareWith(workbench, restored.id, "swipe");
  view.setState({ hover: { x: 7.2, y: 6.9, z: 5, of: "volume" } });
  await expectValue(1007.75);
  view.setState({ hover: { x: 7.2, y: 6.9, z: 5, of: "compare" } });
  await expectValue(2001.21);
  // The compared volume does not reach there.
  view.setState({ hover: { x: 14, y: 6, z: 5, of: "compare" } });
  await expectValue(null);
  view.setState({ hover: null });
  await expectValue(1010.98);
  stop();
});
