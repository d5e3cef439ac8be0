import {
  BM4D,
  BM4D_PROFILES,
  kaiserCube,
  matchThreshold,
  referencePositions,
  wienerMatchThreshold,
} from "../../core/denoise/bm4d-plan";
import type { DenoiserSpec } from "../../core/restore/mwr-kernels";
import { type Shape3, voxelCount } from "../../core/volume/shape";
import type { WasmDenoiser } from "../restore/wasm-denoise";
import type { WasmRuntime } from "../runtime";

const BLOCK = 16_384;
const CUBE = BM4D.cubeSide ** 3;
/** The group of a row's thread: src/wasm/assembly/bm4d-job.ts. */
const GROUP_BYTES = 16_704;

/** What differs between the stages; pointers and squared intensities. */
interface Stage {
  readonly kernel: "bm4dRow" | "bm4dWienerRow";
  readonly compared: number;
  readonly maxGroup: number;
  readonly largestDistance: number;
  readonly level: number;
}

/**
 * Returns the twin of core's `bm4d` for volumes of `shape`: the same roundings, on any number of threads. It keeps two volumes
 * of `runtime`'s memory. `from` and `to` must differ; `breathe` is called after each of 16 (lc) or 36 (np) classes of rows.
 */
export function createBm4d(
  runtime: WasmRuntime,
  shape: Shape3,
  { profile = "lc", wiener = false }: Pick<DenoiserSpec, "profile" | "wiener"> = {},
): WasmDenoiser {
  const voxels = voxelCount(shape);
  const { searchRadius, maxGroup, maxWienerGroup, classesPerAxis: classes } = BM4D_PROFILES[profile];
  const positions = shape.map(referencePositions);
  const positionPointers = positions.map((values) => {
    const pointer = runtime.alloc(4 * values.length);
    runtime.i32(pointer, values.length).set(values);
    return pointer;
  });
  const [countZ, countY, countX] = positions.map((values) => values.length);
  const ofClass = (count: number, index: number) => Math.max(0, Math.ceil((count - index) / classes));
  const window = kaiserCube();
  const kaiser = runtime.alloc(4 * window.length);
  runtime.f32(kaiser, window.length).set(window);
  const sums = runtime.alloc(4 * voxels + 16);
  const totals = runtime.alloc(4 * voxels + 16);
  const scratch = runtime.alloc(GROUP_BYTES * ofClass(countZ, 0) * ofClass(countY, 0));
  const job = runtime.alloc(80);

  const run = async (from: number, to: number, stage: Stage, breathe: () => Promise<void>) => {
    const arrays = [from, stage.compared, sums, totals, ...shape, ...positionPointers, countY, countX];
    const limits = [kaiser, scratch, GROUP_BYTES, searchRadius, stage.maxGroup, classes];
    // The fields of Bm4dJob in src/wasm/assembly/bm4d-job.ts.
    runtime.i32(job, 18).set([...arrays, ...limits]);
    runtime.f32(job + 72, 2).set([stage.largestDistance, stage.level]);
    runtime.f32(sums, voxels).fill(0);
    runtime.f32(totals, voxels).fill(0);
    for (let classZ = 0; classZ < classes; classZ++)
      for (let classY = 0; classY < classes; classY++) {
        const rows = ofClass(countZ, classZ) * ofClass(countY, classY);
        runtime.parallel(stage.kernel, rows, job, classZ, classY);
        await breathe();
      }
    runtime.parallel("divide", Math.ceil(voxels / BLOCK), sums, totals, to, voxels, BLOCK);
  };

  return async (from, to, sigma, breathe) => {
    if (!(sigma > 0)) {
      runtime.f32(to, voxels).set(runtime.f32(from, voxels));
      return;
    }
    const hardThresholding: Stage = {
      kernel: "bm4dRow",
      compared: from,
      maxGroup,
      largestDistance: CUBE * matchThreshold(sigma),
      level: BM4D.hardThreshold * sigma,
    };
    await run(from, to, hardThresholding, breathe);
    if (!wiener) return;
    const wienerFiltering: Stage = {
      kernel: "bm4dWienerRow",
      compared: to,
      maxGroup: maxWienerGroup,
      largestDistance: CUBE * wienerMatchThreshold(sigma),
      level: sigma * sigma,
    };
    await run(from, to, wienerFiltering, breathe);
  };
}
