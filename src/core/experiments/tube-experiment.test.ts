import { existsSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { createWasmBackend } from "../../compute/wasm-backend";
import { memorySource } from "../../io/source/memory-source";
import { openVolume } from "../../io/volume/open-volume";
import { degrade } from "../../testing/degrade";
import { wedgeMask } from "../fourier/wedge";
import { boxShape, type Shape3, voxelCount } from "../volume/shape";
import { tubeExperiment } from "./tube-experiment";

const TUBE = "../shared/data/tomograms/13pf_MT.mrc";
const quiet = { breathe: async () => {}, onProgress() {} };
const SETTINGS = { iterations: 6, burnIn: 2, seed: 1, backend: createWasmBackend(1) };
const WEDGE = { minTiltDeg: -60, maxTiltDeg: 60, tiltAxis: "y" } as const;

/** A tube along y that bends in x, behind a wedge. */
function bentTube(shape: Shape3): Float32Array {
  const [nz, ny, nx] = shape;
  const values = new Float32Array(voxelCount(shape));
  for (let z = 0, i = 0; z < nz; z++)
    for (let y = 0; y < ny; y++)
      for (let x = 0; x < nx; x++, i++) {
        const middle = nx / 2 - 3 + 6 * (y / ny) ** 2;
        values[i] = Math.exp(-((Math.hypot(x - middle, z - nz / 2) - 8) ** 2) / 3);
      }
  return degrade(values, shape, wedgeMask(shape, WEDGE), 0.1, 2);
}

test("a bent tube is found along its axis, and the wall of its mean cross-section judged", async () => {
  const shape: Shape3 = [28, 20, 36];
  const inputs = { values: bentTube(shape), shape, radii: [7.5, 8.5] as const, wedge: WEDGE, ...SETTINGS };
  const result = await tubeExperiment(inputs, quiet);
  const { ring, before } = result;
  const middle = (before.width - 1) / 2;
  expect(Math.hypot(ring.x - middle, ring.y - middle)).toBeLessThanOrEqual(2);
  expect(Math.abs(ring.radius - 8)).toBeLessThanOrEqual(1);
  expect(result.completenessBefore).toBeGreaterThan(0.5);
  expect(result.completenessAfter).toBeGreaterThan(0.7);
});

test("a volume without room for the ring is refused in one sentence", async () => {
  const shape: Shape3 = [16, 10, 16];
  const inputs = {
    values: new Float32Array(2560),
    shape,
    radii: [12, 14] as const,
    wedge: WEDGE,
    ...SETTINGS,
  };
  await expect(tubeExperiment(inputs, quiet)).rejects.toThrow("no room for a ring of 12.0 to 14.0 voxels");
  await expect(tubeExperiment({ ...inputs, wedge: null }, quiet)).rejects.toThrow("shows no missing wedge");
});

// The wall is stretched along z, where the wedge is, so that a circle of its true radius passes within it above and below. In 90
// iterations the chain takes the noise away but does not make it round: 94 % before, 88 % after for the box 0,70,16 to 36,130,80.
test.skipIf(!existsSync(TUBE))(
  "the wall of a real microtubule is found at its radius, and is there for the most part",
  async () => {
    const volume = await openVolume(memorySource(new Uint8Array(readFileSync(TUBE)), "13pf_MT.mrc"));
    const box = { z0: 0, y0: 100, x0: 30, z1: 36, y1: 115, x1: 66 };
    const values = await volume.readBox(box);
    const inputs = { values, shape: boxShape(box), radii: [10, 11.5] as const, wedge: WEDGE, ...SETTINGS };
    const result = await tubeExperiment(inputs, quiet);
    console.log(
      `of the wall ${result.completenessBefore} before, ${result.completenessAfter} after`,
      result.ring,
    );
    expect(Math.abs(result.ring.radius * 10.52 - 110)).toBeLessThan(15);
    expect(result.completenessBefore).toBeGreaterThan(0.75);
    expect(result.completenessAfter).toBeGreaterThan(0.75);
  },
);
