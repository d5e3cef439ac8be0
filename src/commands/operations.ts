import type { OperationId } from "../contracts/compute";
import { AUDIT } from "../core/operations/audit";
import { CORRECT_CTF } from "../core/operations/correct-ctf";
import { DENSITY } from "../core/operations/density";
import { DISTANCES } from "../core/operations/distances";
import { LOCALIZE } from "../core/operations/localize";
import { RECONSTRUCT } from "../core/operations/reconstruct";
import { RESTORE } from "../core/operations/restore";
import { SEGMENT } from "../core/operations/segment";
import { SIMULATE } from "../core/operations/simulate";
import { TRAIN } from "../core/operations/train";
import type { Estimate } from "../core/task/operation";
import { checkParams, type ParamSpec, type ParamValues } from "../core/task/params";
import type { Shape3 } from "../core/volume/shape";
import type { Workbench } from "./workbench";

/** What the forms and the estimates need of an operation. */
export interface OperationDescription {
  readonly id: OperationId;
  readonly label: string;
  readonly summary: string;
  readonly params: ParamSpec;
  estimate(shape: Shape3, params: ParamValues<ParamSpec>): Estimate;
}

export const OPERATIONS = {
  restore: RESTORE,
  segment: SEGMENT,
  localize: LOCALIZE,
  distances: DISTANCES,
  audit: AUDIT,
  simulate: SIMULATE,
  train: TRAIN,
  reconstruct: RECONSTRUCT,
  "correct-ctf": CORRECT_CTF,
  density: DENSITY,
} as unknown as Readonly<Record<OperationId, OperationDescription>>;

/** The value of a box parameter that stands for the box in the views, wherever that is when the run begins. */
export const BOX_IN_VIEW = "box-in-view";

/** What a run would do: the values it uses and what it takes. */
export interface RunPlan {
  readonly params: ParamValues<ParamSpec>;
  readonly estimate: Estimate;
}

/**
 * Returns the plan of a run on a volume of `shape`: `fixed`, else what the user set, defaults for the rest.
 * Throws ComputeError "bad-parameter" naming the field.
 */
export function planRun(
  workbench: Workbench,
  id: OperationId,
  shape: Shape3,
  fixed: Readonly<Record<string, unknown>> = {},
): RunPlan {
  const operation = OPERATIONS[id];
  const given = workbench.shell.getState().params[id] ?? {};
  const { box } = workbench.view.getState();
  const withBox = Object.entries(given).map(([name, value]) => [name, value === BOX_IN_VIEW ? box : value]);
  const params = checkParams(operation.params, { ...Object.fromEntries(withBox), ...fixed }, shape);
  return { params, estimate: operation.estimate(shape, params) };
}

/** Returns the name of the parameter of an operation that is a box, or null. */
export function boxParamOf(id: OperationId): string | null {
  return Object.entries(OPERATIONS[id].params).find(([, { kind }]) => kind === "box")?.[0] ?? null;
}
