import type { OperationId } from "../contracts/compute";
import { LOCALIZE } from "../core/operations/localize";
import { RESTORE } from "../core/operations/restore";
import { SEGMENT } from "../core/operations/segment";
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
} as unknown as Readonly<Record<OperationId, OperationDescription>>;

/**
 * Returns the values that a run would use: what the user set, defaults for the rest, and the view's box for a box.
 * Throws ComputeError "bad-parameter" naming the field.
 */
export function paramsOf(workbench: Workbench, id: OperationId, shape?: Shape3): ParamValues<ParamSpec> {
  const { params } = OPERATIONS[id];
  const boxes = Object.entries(params).filter(([, param]) => param.kind === "box");
  const { box } = workbench.view.getState();
  const fromView = Object.fromEntries(boxes.map(([name]) => [name, box]));
  return checkParams(params, { ...workbench.shell.getState().params[id], ...fromView }, shape);
}
