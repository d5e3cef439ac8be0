import { describe, expect, test } from "vitest";
import { createWasmBackend } from "../../compute/wasm-backend";
import { barrel, degrade } from "../../testing/degrade";
import { AbortError } from "../errors";
import { wedgeMask } from "../fourier/wedge";
import { psnrDb } from "../metrics/psnr";
import { arrayVolume } from "../volume/array-volume";
import { boxShape, type Shape3, voxelCount, wholeBox } from "../volume/shape";
import { blendBlocks, type RestoreBlock } from "./blend-blocks";
import { blockBoxes, planBlocks } from "./block-plan";
import { restoreMissingWedge } from "./mwr";

const breathe = async () => {};

function volumeOf(values: Float32Array, shape: Shape3) {
  const nowhere = { x: 0, y: 0, z: 0 };
  return arrayVolume(
    {
      name: "phantom",
      shape,
      dtype: "float32",
      voxelSizeAngstrom: nowhere,
      originAngstrom: nowhere,
      warnings: [],
    },
    values,
  );
}

/** Blends into memory; notes the most sections that a sink lags behind. */
async function blended(shape: Shape3, mostVoxels: number, restoreBlock: RestoreBlock, sinkCount = 1) {
  const plan = planBlocks(shape, mostVoxels);
  const written = Array.from({ length: sinkCount }, () => [] as number[]);
  const sinks = written.map((values) => ({
    async write(section: ArrayLike<number>) {
      values.push(...Array.from(section));
    },
  }));
  await blendBlocks(plan, sinks, restoreBlock, breathe);
  return { plan, volumes: written.map((values) => Float32Array.from(values)) };
}

const ones: RestoreBlock = async (box) => [new Float32Array(voxelCount(boxShape(box))).fill(1)];

describe.each([
  [[37, 29, 61], 24 ** 3],
  [[24, 70, 50], 27 ** 3],
  [[8, 90, 33], 25 * 24 * 8],
  [[65, 64, 66], 30 ** 3],
] as [Shape3, number][])("volume %j in blocks of %i voxels", (shape, mostVoxels) => {
  test("weights sum to exactly 1 at every voxel; blocks are of one shape, within, and not too large", async () => {
    const { plan, volumes } = await blended(shape, mostVoxels, ones);
    expect(volumes[0]).toHaveLength(voxelCount(shape));
    expect(volumes[0].every((sum) => sum === 1)).toBe(true);
    expect(voxelCount(plan.blockShape)).toBeLessThanOrEqual(mostVoxels);
    const boxes = blockBoxes(plan);
    expect(boxes.length).toBeGreaterThan(1);
    for (const box of boxes) {
      expect(boxShape(box)).toEqual(plan.blockShape);
      expect(Math.min(box.z0, box.y0, box.x0)).toBeGreaterThanOrEqual(0);
      expect([box.z1 <= shape[0], box.y1 <= shape[1], box.x1 <= shape[2]]).toEqual([true, true, true]);
    }
    plan.blockShape.forEach((side, axis) => {
      if (side === shape[axis]) return;
      let rest = side;
      for (const factor of [2, 3, 5, 7]) while (rest % factor === 0) rest /= factor;
      expect(rest).toBe(1);
    });
  });

  test("weights lie from 0 to 1 and are 0 at faces within the volume", () => {
    const { spans } = planBlocks(shape, mostVoxels);
    for (const [axis, ofAxis] of [spans.z, spans.y, spans.x].entries())
      for (const { start, end, weights } of ofAxis) {
        expect(Math.min(...weights)).toBeGreaterThanOrEqual(0);
        expect(Math.max(...weights)).toBe(1);
        expect(weights[0]).toBe(start === 0 ? 1 : 0);
        expect(weights[weights.length - 1]).toBe(end === shape[axis] ? 1 : 0);
      }
  });
});

test.each([0, 4])("sums are exact for any length and side, with particles of %i voxels", (particle) => {
  for (let length = 25; length < 160; length += 3)
    for (const side of [24, 25, 28, 32]) {
      const { spans } = planBlocks([8, 8, length], 64 * side, particle);
      const sums = new Float32Array(length);
      for (const { start, weights } of spans.x)
        weights.forEach((weight, i) => {
          sums[start + i] += weight;
        });
      expect(spans.x.every(({ weights }) => weights.every((weight) => weight >= 0))).toBe(true);
      expect(sums.every((sum) => sum === 1)).toBe(true);
    }
});

test.each([4, 9, 16])("a particle of %i voxels is whole in each block that has a part in it", (particle) => {
  const { spans } = planBlocks([8, 8, 300], 64 * 80, particle);
  expect(spans.x.length).toBeGreaterThan(3);
  for (const { start, end, weights } of spans.x) {
    const first = start + weights.findIndex((weight) => weight > 0);
    const last = start + weights.findLastIndex((weight) => weight > 0);
    if (start > 0) expect(first - (particle - 1)).toBeGreaterThanOrEqual(start);
    if (end < 300) expect(last + (particle - 1)).toBeLessThan(end);
  }
});

test("blocks that would have to overlap by more than half are refused", () => {
  expect(() => planBlocks([8, 8, 300], 64 * 80, 17)).toThrow(
    "Blocks of 80 voxels per side are too small for particles of 17: they need 86.",
  );
  expect(planBlocks([8, 8, 60], 64 * 80, 17).spans.x).toHaveLength(1);
});

test("blocks that give what is there give the volume, for each sink, whatever the number of layers", async () => {
  const shape: Shape3 = [61, 30, 31];
  const values = Float32Array.from({ length: voxelCount(shape) }, (_, i) => Math.sin(i));
  const volume = volumeOf(values, shape);
  const seen: number[] = [];
  const { plan, volumes } = await blended(
    shape,
    24 ** 3,
    async (box, index) => {
      seen.push(index);
      const block = await volume.readBox(box);
      return [block, block.map((value) => -2 * value)];
    },
    2,
  );
  expect(seen).toEqual(blockBoxes(plan).map((_, i) => i));
  for (const [i, value] of values.entries()) {
    if (Math.abs(volumes[0][i] - value) > 1e-6 || Math.abs(volumes[1][i] + 2 * value) > 2e-6)
      expect([i, volumes[0][i], volumes[1][i]]).toEqual([i, value, -2 * value]);
  }
});

test("a volume that is small enough is one block, whatever its sides", () => {
  const plan = planBlocks([31, 37, 9], 31 * 37 * 9);
  expect(plan.blockShape).toEqual([31, 37, 9]);
  expect(blockBoxes(plan)).toHaveLength(1);
});

test("blocks that are too small to overlap are refused; a cancel ends the work at the next block", async () => {
  expect(() => planBlocks([64, 64, 64], 20 ** 3)).toThrow("need 24 voxels per side");
  let blocks = 0;
  const counted: RestoreBlock = async (box, index) => {
    blocks++;
    return ones(box, index);
  };
  const plan = planBlocks([48, 48, 48], 27 ** 3);
  const cancel = async () => {
    if (blocks === 2) throw new AbortError();
  };
  await expect(blendBlocks(plan, [{ write: async () => {} }], counted, cancel)).rejects.toThrow("Cancelled");
  expect(blocks).toBe(2);
});

test("a phantom restored in blocks is as near to the truth as in one piece, within 0.3 dB", async () => {
  // Three barrels side by side; the middle one lies across the seam, whole in both blocks.
  const shape: Shape3 = [24, 24, 72];
  const one = barrel([24, 24, 24]);
  const truth = Float32Array.from(
    { length: 24 * 24 * 72 },
    (_, i) => one[Math.floor(i / 72) * 24 + (i % 24)],
  );
  const wedge = { minTiltDeg: -60, maxTiltDeg: 60, tiltAxis: "y" } as const;
  const values = degrade(truth, shape, wedgeMask(shape, wedge), 0.1, 3);
  const volume = volumeOf(values, shape);
  const backend = createWasmBackend(1);
  const settings = { iterations: 10, burnIn: 4, sigma: 0.1, beta: 4e-5, autoBeta: false, seed: 1 };
  const restoreBlock: RestoreBlock = async (box) => {
    const measured = await volume.readBox(box);
    const ofBlock = boxShape(box);
    const kernels = await backend.createMwrKernels({
      shape: ofBlock,
      sampled: wedgeMask(ofBlock, wedge),
      measured,
      transform: "pp-fft",
      denoiser: { id: "bm4d" },
      energy: "l2",
      breathe,
    });
    const { mean } = await restoreMissingWedge(kernels, measured, settings, breathe);
    kernels.dispose();
    return [mean];
  };
  const inBlocks = await blended(shape, 24 * 24 * 48, restoreBlock);
  expect(blockBoxes(inBlocks.plan)).toHaveLength(2);
  const whole = await restoreBlock(wholeBox(shape), 0);
  const psnrs = [values, whole[0], inBlocks.volumes[0]].map((restored) => psnrDb(truth, restored));
  console.log(`measured, in one piece, in blocks: ${psnrs.map((psnr) => psnr.toFixed(2)).join(", ")} dB`);
  expect(Math.abs(psnrs[2] - psnrs[1])).toBeLessThan(0.3);
  expect(psnrs[2]).toBeGreaterThan(psnrs[0] + 1);
});
