import { expect, it } from "vitest";
import { addEntry, createDocumentStore, type ParticlesEntry, patchEntry } from "./document";
import { clearHistory, createHistoryStore, recordStep, redoStep, undoStep } from "./history";
import { createViewStore } from "./view";

const BOX = { z0: 0, y0: 0, x0: 0, z1: 8, y1: 8, x1: 8 };

function setUp() {
  const stores = { document: createDocumentStore(), view: createViewStore(), history: createHistoryStore() };
  const list = {
    volumeName: "a.mrc",
    shape: [13, 17, 23] as const,
    voxelSizeAngstrom: { x: 10, y: 10, z: 10 },
    classes: [],
    particles: [1, 2, 3].map((id) => ({
      id,
      label: 1,
      x: id,
      y: 0,
      z: 0,
      sizeVoxels: null,
      score: null,
      rotation: null,
    })),
  };
  const entry: ParticlesEntry = {
    id: "p1",
    name: "particles",
    parentId: "v1",
    labelsId: null,
    list,
    evaluation: null,
    provenance: null,
  };
  addEntry(stores.document, "particles", entry);
  const remove = (id: number, now: number) => {
    recordStep(stores, `remove ${id}`, now);
    const [current] = stores.document.getState().particles;
    const particles = current.list.particles.filter((each) => each.id !== id);
    patchEntry(stores.document, "particles", "p1", { list: { ...current.list, particles } });
  };
  const ids = () => stores.document.getState().particles[0].list.particles.map(({ id }) => id);
  return { stores, remove, ids };
}

it("takes removals back one by one and does them again", () => {
  const { stores, remove, ids } = setUp();
  remove(2, 0);
  remove(3, 1);
  expect(ids()).toEqual([1]);
  expect(undoStep(stores)).toBe("remove 3");
  expect(ids()).toEqual([1, 3]);
  undoStep(stores);
  expect(ids()).toEqual([1, 2, 3]);
  expect(redoStep(stores)).toBe("remove 2");
  expect(ids()).toEqual([1, 3]);
  expect(undoStep(stores)).toBe("remove 2");
  expect(undoStep(stores)).toBeNull();
});

it("forgets what was undone once something else is done", () => {
  const { stores, remove, ids } = setUp();
  remove(1, 0);
  undoStep(stores);
  remove(2, 1);
  expect(redoStep(stores)).toBeNull();
  expect(ids()).toEqual([1, 3]);
});

it("takes a drag of the box for one step", () => {
  const { stores } = setUp();
  for (let step = 0; step < 10; step++) {
    recordStep(stores, "move the box", 100 * step);
    stores.view.setState({ box: { ...BOX, x1: 8 + step } });
  }
  undoStep(stores);
  expect(stores.view.getState().box).toBeNull();
});

it("does not bring back what was closed", () => {
  const { stores, remove } = setUp();
  remove(1, 0);
  stores.document.setState({ particles: [] });
  undoStep(stores);
  expect(stores.document.getState().particles).toEqual([]);
  clearHistory(stores.history);
  expect(redoStep(stores)).toBeNull();
});
