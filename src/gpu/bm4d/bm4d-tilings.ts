import { BM4D } from "../../core/denoise/bm4d-plan";
import { ComputeError } from "../../core/errors";

/** How the work of BM4D is cut into workgroups; none changes a bit of the result. */
export interface Bm4dTiling {
  /** References along z, y and x whose groups a workgroup finds, by 64 or 128 threads each; windows overlap, and are read once. */
  readonly references: readonly [number, number, number];
  /** Groups that a workgroup transforms, by 32 or 64 threads each. */
  readonly groupTeams: number;
}

/** What is worth a trial, the first that fits a device being the default. */
export const BM4D_TILINGS: readonly Bm4dTiling[] = [
  { references: [1, 1, 2], groupTeams: 2 },
  { references: [1, 2, 2], groupTeams: 4 },
  { references: [1, 1, 4], groupTeams: 8 },
  { references: [2, 2, 2], groupTeams: 1 },
  { references: [1, 2, 4], groupTeams: 4 },
  { references: [1, 1, 1], groupTeams: 1 },
];

/** What a stage needs to know to be cut. */
export interface StageSizes {
  readonly radius: number;
  readonly group: number;
}

/** Returns how many threads look for the group of one reference: a row of the window each. */
export function matchLanes({ radius }: StageSizes): number {
  return 32 * Math.ceil((2 * radius + 1) ** 2 / 32);
}

/** Tells whether a device has room for workgroups of this tiling in a stage. */
export function tilingFits(
  { limits }: GPUDevice,
  { references, groupTeams }: Bm4dTiling,
  stage: StageSizes,
): boolean {
  const { radius, group } = stage;
  const window = 2 * radius + 1;
  const teams = references.reduce((product, count) => product * count, 1);
  const tile = references.reduce(
    (product, count) => product * (BM4D.stepVoxels * (count - 1) + BM4D.cubeSide + 2 * radius),
    1,
  );
  const matchBytes = 4 * (tile + teams * (window ** 3 + window ** 2 + (group - 1) * (2 * window + 1) + 2));
  const groupBytes = 4 * groupTeams * ((group / 16) * 32 * 33 + 1);
  return (
    Math.max(matchBytes, groupBytes) <= limits.maxComputeWorkgroupStorageSize &&
    Math.max(teams * matchLanes(stage), groupTeams * 2 * group) <= limits.maxComputeInvocationsPerWorkgroup
  );
}

/** Returns the default tiling of a device for a stage. Throws ComputeError "backend-failed" where none fits. */
export function defaultTiling(device: GPUDevice, stage: StageSizes): Bm4dTiling {
  const tiling = BM4D_TILINGS.find((candidate) => tilingFits(device, candidate, stage));
  if (tiling) return tiling;
  const bytes = device.limits.maxComputeWorkgroupStorageSize;
  throw new ComputeError("backend-failed", `The GPU's ${bytes} bytes for a workgroup are too few for BM4D.`);
}
