import { expect, test } from "vitest";
import { barrel, degrade } from "../../testing/degrade";
import { createWasmMwrKernels } from "../../wasm/restore/wasm-mwr-kernels";
import { createWasmRuntime } from "../../wasm/runtime";
import { wedgeMask } from "../fourier/wedge";
import { psnrDb } from "../metrics/psnr";
import { checkParams } from "../task/params";
import type { Box, Shape3 } from "../volume/shape";
import { RESTORE } from "./restore";

const BARREL: Shape3 = [32, 32, 36];
const SHAPE: Shape3 = [32, 32, 108];

/** Three barrels in a row. */
function barrels(): Float32Array {
  const one = barrel(BARREL);
  const [, , width] = BARREL;
  return Float32Array.from({ length: 3 * one.length }, (_, i) => {
    const row = Math.floor(i / SHAPE[2]);
    return one[row * width + ((i % SHAPE[2]) % width)];
  });
}

const truth = barrels();
const measured = degrade(
  truth,
  SHAPE,
  wedgeMask(SHAPE, { minTiltDeg: -60, maxTiltDeg: 60, tiltAxis: "y" }),
  0.1,
  4,
);

function readBox({ z0, y0, x0, z1, y1, x1 }: Box): Promise<Float32Array<ArrayBuffer>> {
  const [, ny, nx] = SHAPE;
  const rows: Float32Array[] = [];
  for (let z = z0; z < z1; z++)
    for (let y = y0; y < y1; y++)
      rows.push(measured.subarray((z * ny + y) * nx + x0, (z * ny + y) * nx + x1));
  const box = new Float32Array((z1 - z0) * (y1 - y0) * (x1 - x0));
  for (const [i, row] of rows.entries()) box.set(row, i * row.length);
  return Promise.resolve(box);
}

const absent = () => Promise.reject(new Error("not part of a restoration"));

async function restoredDb(given: Record<string, unknown>) {
  const meta = {
    name: "barrels.mrc",
    shape: SHAPE,
    dtype: "float32",
    voxelSizeAngstrom: { x: 10, y: 10, z: 10 },
    originAngstrom: { x: 0, y: 0, z: 0 },
    warnings: [],
  } as const;
  const backend = {
    id: "wasm",
    description: "WebAssembly",
    budgetBytes: 1e9,
    createNetwork: absent,
    createTrainer: absent,
    createTomographyKernels: absent,
    createFourier3: absent,
    async createMwrKernels(spec: Parameters<typeof createWasmMwrKernels>[1]) {
      const runtime = await createWasmRuntime({ threads: 2 });
      return { ...createWasmMwrKernels(runtime, spec), dispose: () => runtime.dispose() };
    },
    dispose() {},
  } as const;
  const params = checkParams(RESTORE.params, { iterations: 12, burnIn: 6, sigma: 0.1, ...given });
  const restored: number[] = [];
  const { blocks } = await RESTORE.run({ volume: { meta, readBox }, backend }, params, {
    signal: new AbortController().signal,
    onProgress() {},
    breathe: async () => {},
    createVolume: async ({ role }) => ({
      async write(section) {
        if (role === "restored") restored.push(...Array.from(section));
      },
      async close() {},
    }),
  });
  return { blocks, db: psnrDb(truth, Float32Array.from(restored)) };
}

test("blocks restore as well as one piece, within 0.3 dB", async () => {
  const whole = await restoredDb({});
  const inBlocks = await restoredDb({ block: 42 });
  console.log(
    `measured ${psnrDb(truth, measured).toFixed(1)} dB, in one piece ${whole.db.toFixed(2)} dB, in ${inBlocks.blocks} blocks ${inBlocks.db.toFixed(2)} dB`,
  );
  expect([whole.blocks, inBlocks.blocks]).toEqual([1, 2]);
  expect(whole.db).toBeGreaterThan(psnrDb(truth, measured) + 1);
  expect(Math.abs(inBlocks.db - whole.db)).toBeLessThan(0.3);
});
