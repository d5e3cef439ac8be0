import { BM4D, kaiserCube } from "../../core/denoise/bm4d-plan";
import { kernelCode } from "../kernel-code";
import { kernelPipeline } from "../kernel-pipeline";
import aggregateSource from "./aggregate.wgsl?raw";
import { type Bm4dTiling, matchLanes, type StageSizes } from "./bm4d-tilings";
import clearWeightsCode from "./clear-weights.wgsl?raw";
import finishCode from "./finish.wgsl?raw";
import groupSource from "./group.wgsl?raw";
import matchSource from "./match.wgsl?raw";
import spreadWeightsCode from "./spread-weights.wgsl?raw";
import weighSource from "./weigh.wgsl?raw";

/** Threads of a workgroup of kernels that take each voxel for itself. */
export const COLUMNS = 64;
/** The output is summed in steps of 1 / VALUE_ONE in 32 bits; larger values are cut off. */
const VALUE_ONE = 2 ** 25;
const LARGEST = 63;
/** The names of group.wgsl: cubes of a team, pairs of each level, elements, rows and columns of a plane. */
const GROUP_RANGES = { c: 16, p8: 8, p4: 4, p2: 2, e: 16, y: 4, x: 4 };

type Numbers = Readonly<Record<string, number>>;

export interface Bm4dStageSpec extends StageSizes {
  readonly wiener: boolean;
}

/** Compiles the kernels of a stage. */
export async function compileStage(device: GPUDevice, spec: Bm4dStageSpec, tiling: Bm4dTiling) {
  const compile = (name: string, source: string, sizes: Numbers, ranges: Numbers, constants: Numbers) => {
    const label = `bm4d-${name} ${Object.values(sizes).join(" ")}`;
    return kernelPipeline(device, label, kernelCode(source, {}, sizes, ranges), constants);
  };
  const inGroup = (name: string, source: string, constants: Numbers) =>
    compile(name, `${groupSource}\n${source}`, groupSizes(spec, tiling), GROUP_RANGES, constants);
  const window = 2 * spec.radius + 1;
  const [outer, inner] = [kaiserCube()[0], kaiserCube()[21]].map(Math.cbrt);
  const kaiser = { WINDOW_OUTER: outer, WINDOW_INNER: inner };
  const [match, clearWeights, weigh, spreadWeights, aggregate, finish] = await Promise.all([
    compile("match", matchSource, matchSizes(spec, tiling), { c: window, r: window + 3 }, {}),
    kernelPipeline(device, "bm4d-clear-weights", clearWeightsCode, { COLUMNS }),
    inGroup("weigh", weighSource, { LEAST_KEPT: spec.wiener ? BM4D.leastWienerPower : 1 }),
    kernelPipeline(device, "bm4d-spread-weights", spreadWeightsCode, { COLUMNS, VALUE_ONE, ...kaiser }),
    inGroup("aggregate", aggregateSource, { LARGEST, ...kaiser }),
    kernelPipeline(device, "bm4d-finish", finishCode, { COLUMNS, VALUE_ONE }),
  ]);
  return { match, clearWeights, weigh, spreadWeights, aggregate, finish };
}

/** The constants of match.wgsl. */
function matchSizes(spec: Bm4dStageSpec, { references: [REFS_Z, REFS_Y] }: Bm4dTiling): Numbers {
  const { radius: RADIUS, group: GROUP } = spec;
  return { RADIUS, GROUP, STEP: BM4D.stepVoxels, REFS_Z, REFS_Y, LANES: matchLanes(spec) };
}

/** The constants of group.wgsl. */
function groupSizes({ group: GROUP, wiener }: Bm4dStageSpec, { groupTeams: TEAMS }: Bm4dTiling): Numbers {
  return { GROUP, STEP: BM4D.stepVoxels, TEAMS, WIENER: wiener ? 1 : 0 };
}
