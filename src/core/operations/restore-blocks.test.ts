import { expect, test } from "vitest";
import { barrel, degrade } from "../../testing/degrade";
import { createWasmMwrKernels } from "../../wasm/restore/wasm-mwr-kernels";
import { createWasmRuntime } from "../../wasm/runtime";
import { wedgeMask } from "../fourier/wedge";
import { psnrDb } from "../metrics/psnr";
import { checkParams } from "../task/params";
import { type Box, type Shape3, voxelCount } from "../volume/shape";
import { RESTORE } from "./restore";

const SIDE = 24;
/** Of a barrel along x, with its caps. */
const EXTENT = 15;
const SHAPE: Shape3 = [SIDE, SIDE, 142];
/** Where the first barrel has its middle: the third lies across the seam of two blocks of 81 that overlap by a quarter. */
const FIRST = 23;

/** Barrels in a row along x, across which the wedge smears. */
function barrels(): Float32Array {
  const one = barrel([SIDE, SIDE, SIDE]);
  return Float32Array.from({ length: voxelCount(SHAPE) }, (_, i) => {
    const row = Math.floor(i / SHAPE[2]);
    return one[row * SIDE + (((i % SHAPE[2]) - FIRST + SIDE / 2 + SIDE) % SIDE)];
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

/** All proposals are accepted: what is compared does not depend on which were. */
const CHAIN = { iterations: 12, burnIn: 4, sigma: 0.1, beta: 1, autoBeta: false };

const absent = () => Promise.reject(new Error("not part of a restoration"));

async function restored(given: Record<string, unknown>) {
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
  const params = checkParams(RESTORE.params, { ...CHAIN, ...given });
  const sections: number[] = [];
  const { blocks } = await RESTORE.run({ volume: { meta, readBox }, backend }, params, {
    signal: new AbortController().signal,
    onProgress() {},
    breathe: async () => {},
    createVolume: async ({ role }) => ({
      async write(section) {
        if (role === "restored") sections.push(...Array.from(section));
      },
      async close() {},
    }),
  });
  return { blocks, values: Float32Array.from(sections) };
}

/** Peak signal-to-noise of each barrel that is whole, in decibels. */
function barrelDb(values: Float32Array): number[] {
  const around = (middle: number, volume: Float32Array) =>
    volume.filter((_, i) => Math.abs((i % SHAPE[2]) - middle) <= SIDE / 2);
  return [0, 1, 2, 3, 4].map((n) => {
    const middle = FIRST + n * SIDE;
    return psnrDb(around(middle, truth), around(middle, values));
  });
}

test("blocks restore as well as one piece; with the particle's extent, on seams too", async () => {
  const whole = await restored({});
  const inBlocks = await restored({ block: 36 });
  const knowing = await restored({ block: 36, largestParticle: EXTENT });
  expect([whole.blocks, inBlocks.blocks, knowing.blocks]).toEqual([1, 2, 3]);
  const losses = [inBlocks, knowing].map(({ values }) => {
    const reached = barrelDb(values);
    return barrelDb(whole.values).map((db, n) => db - reached[n]);
  });
  console.log(
    `measured ${psnrDb(truth, measured).toFixed(1)} dB, in one piece ${psnrDb(truth, whole.values).toFixed(2)} dB; each barrel loses in blocks, and in such as know its extent: ${losses.map((row) => row.map((db) => db.toFixed(2)).join(" ")).join(", ")} dB`,
  );
  expect(psnrDb(truth, whole.values)).toBeGreaterThan(psnrDb(truth, measured) + 1);
  // Whichever block they are in, the others lose little; the third lies on the seam of those that know nothing of it.
  const [[first, second, third, fourth], withExtent] = losses;
  expect(Math.max(first, second, fourth)).toBeLessThan(0.15);
  expect(third).toBeGreaterThan(0.3);
  expect(Math.max(...withExtent)).toBeLessThan(0.15);
});
