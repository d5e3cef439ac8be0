import type { OperationId } from "../contracts/compute";
import { LOCALIZE } from "../core/operations/localize";
import { RESTORE } from "../core/operations/restore";
import { SEGMENT } from "../core/operations/segment";
import type { Estimate } from "../core/task/operation";
import { checkParams, type ParamSpec, type ParamValues } from "../core/task/params";
import { boxShape, type Shape3 } from "../core/volume/shape";
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
} as unknown as Readonly<Record<OperationId, OperationDescription>>;

/** What a run would do: the values it uses and what it takes. */
export interface RunPlan {
  readonly params: ParamValues<ParamSpec>;
  readonly estimate: Estimate;
}

/**
 * Returns the plan of a run on a volume of `shape`: what the user set, defaults for the rest, and the view's box for a
 * box. Throws ComputeError "bad-parameter" naming the field.
 */
export function planRun(workbench: Workbench, id: OperationId, shape: Shape3): RunPlan {
  const operation = OPERATIONS[id];
  const boxes = Object.entries(operation.params).filter(([, param]) => param.kind === "box");
  const { box } = workbench.view.getState();
  const fromView = Object.fromEntries(boxes.map(([name]) => [name, box]));
  const given = { ...workbench.shell.getState().params[id], ...fromView };
  const params = checkParams(operation.params, given, shape);
  const worked = box && boxes.length > 0 ? boxShape(box) : shape;
  return { params, estimate: operation.estimate(worked, params) };
}
