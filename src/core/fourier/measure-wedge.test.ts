import { existsSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { memorySource } from "../../io/source/memory-source";
import { openVolume } from "../../io/volume/open-volume";
import { blobPhantom } from "../../testing/blob-phantom";
import { degrade } from "../../testing/degrade";
import { fillNormal } from "../random/philox";
import { type Shape3, voxelCount, wholeBox } from "../volume/shape";
import { measureWedge } from "./measure-wedge";
import { type Wedge, wedgeMask } from "./wedge";

const TUBE = "../shared/data/tomograms/13pf_MT.mrc";

function noise(shape: Shape3, seed: number) {
  const values = new Float32Array(voxelCount(shape));
  fillNormal(values, seed, 3);
  return values;
}

/** Blobs and noise that the wedge cut, and some noise that came later. */
function withWedge(shape: Shape3, wedge: Wedge, [before, after]: readonly [number, number]) {
  const structure = blobPhantom(shape, { count: 12, sigmaVoxels: 1, seed: 5 });
  const values = degrade(structure, shape, wedgeMask(shape, wedge), before, 11);
  const later = noise(shape, 12);
  return values.map((value, i) => value + after * later[i]);
}

describe.each([
  ["none after the wedge", [0.3, 0]],
  ["nearly as much after the wedge", [0.2, 0.15]],
] as const)("a spectrum with noise, %s, tells the tilts within 2°", (_, levels) => {
  test.each([
    [[48, 20, 44], -60, 60, "y"],
    [[32, 20, 64], -50, 64, "y"],
    [[40, 50, 21], -65, 41, "x"],
  ] as const)("box %j, %i to %i about %s", (shape, minTiltDeg, maxTiltDeg, tiltAxis) => {
    const wedge = { minTiltDeg, maxTiltDeg, tiltAxis };
    const measured = measureWedge(withWedge(shape, wedge, levels), shape, tiltAxis);
    expect(Math.abs((measured?.minTiltDeg ?? 99) - minTiltDeg)).toBeLessThanOrEqual(2);
    expect(Math.abs((measured?.maxTiltDeg ?? 99) - maxTiltDeg)).toBeLessThanOrEqual(2);
    expect(measured?.tiltAxis).toBe(tiltAxis);
  });
});

test("where nothing is missing none is seen, nor in a volume of one value", () => {
  const shape: Shape3 = [32, 32, 32];
  expect(measureWedge(noise(shape, 1), shape, "y")).toBeNull();
  expect(measureWedge(new Float32Array(voxelCount(shape)).fill(3), shape, "y")).toBeNull();
});

test("the other axis shows no such wedge", () => {
  const shape: Shape3 = [40, 40, 40];
  const values = withWedge(shape, { minTiltDeg: -60, maxTiltDeg: 60, tiltAxis: "y" }, [0.3, 0]);
  expect(measureWedge(values, shape, "x")).toBeNull();
});

// Recorded from −60° to 60°; the section was levelled afterwards: power falls by a factor of 10 at −66° and at 57°.
test.skipIf(!existsSync(TUBE))("the tomogram of a microtubule shows its tilts, turned by 5°", async () => {
  const volume = await openVolume(memorySource(new Uint8Array(readFileSync(TUBE)), "13pf_MT.mrc"));
  const values = await volume.readBox(wholeBox(volume.meta.shape));
  const wedge = measureWedge(values, volume.meta.shape, "y");
  expect(Math.abs((wedge?.minTiltDeg ?? 0) + 66)).toBeLessThanOrEqual(2);
  expect(Math.abs((wedge?.maxTiltDeg ?? 0) - 57)).toBeLessThanOrEqual(2);
});
