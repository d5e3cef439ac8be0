import { describe, expect, it } from "vitest";
import { boxShape, type Shape3, voxelCount, wholeBox } from "../../core/volume/shape";
import { gpuLayers } from "./gpu-layers";
import { planTile } from "./tile-plan";

const layers = gpuLayers(6);

describe("plan of a tile", () => {
  it("computes every layer whole where the core is the whole tile", () => {
    const shape: Shape3 = [8, 12, 20];
    for (const { layer, box } of planTile(layers, shape, wholeBox(shape)).layers)
      expect(boxShape(box)).toEqual(shape.map((side) => side / layer.scale));
  });

  it("computes of the fine layers after the pooling only the core and 2 voxels around it", () => {
    const core = { z0: 36, y0: 36, x0: 36, z1: 68, y1: 68, x1: 68 };
    const plan = planTile(layers, [104, 104, 104], core);
    const side = (name: string) => {
      const { box } = plan.layers.find(({ layer }) => layer.name === name) as (typeof plan.layers)[number];
      return [box.z0, box.z1];
    };
    expect(side("out")).toEqual([36, 68]);
    expect(side("e2")).toEqual([36, 68]);
    expect(side("e1")).toEqual([35, 69]);
    expect(side("u2")).toEqual([34, 70]);
    // Phase 1 of the up-sampling reads one voxel more at the end.
    expect(side("d2")).toEqual([17, 36]);
    expect(side("d1")).toEqual([16, 37]);
    expect(side("u1")).toEqual([14, 38]);
    expect(side("c4")).toEqual([7, 20]);
    expect(side("c1")).toEqual([4, 23]);
    expect(side("c1.input")).toEqual([3, 24]);
    expect(side("b2")).toEqual([6, 48]);
    expect(side("a2")).toEqual([8, 100]);
    expect(side("a1")).toEqual([7, 101]);
  });

  it("never gives a layer the buffer of a layer that is still needed", () => {
    const core = { z0: 4, y0: 0, x0: 8, z1: 12, y1: 16, x1: 20 };
    const { layers: planned, slotBytes } = planTile(layers, [16, 16, 24], core);
    for (const [step, { layer, box, slot }] of planned.entries()) {
      expect(slotBytes[slot]).toBeGreaterThanOrEqual(4 * voxelCount(boxShape(box)) * layer.channels);
      const lastUse = planned.findLastIndex((later) => later.layer.inputs.includes(layer.name));
      const overwriting = planned.findIndex((later, index) => index > step && later.slot === slot);
      if (overwriting >= 0) expect(overwriting).toBeGreaterThan(lastUse);
    }
  });

  it("holds at most 48 + 32 + 32 + a few channels per voxel", () => {
    const shape: Shape3 = [64, 64, 64];
    const { slotBytes } = planTile(layers, shape, wholeBox(shape));
    const perVoxel = slotBytes.reduce((sum, bytes) => sum + bytes, 0) / voxelCount(shape) / 4;
    expect(perVoxel).toBeLessThan(122);
  });
});
