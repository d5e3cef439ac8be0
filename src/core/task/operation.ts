import type { Shape3 } from "../volume/shape";
import type { ParamSpec, ParamValues } from "./params";
import type { TaskContext } from "./task";

/** What a run will take, for the line under the Run button. */
export interface Estimate {
  readonly bytes: number;
  readonly flops: number;
}

/**
 * A thing that Tomoscope does to data. The form, the command-line flags, the validation and the saved provenance all come
 * from this one description. `run` checks nothing: callers pass values from `checkParams`.
 */
export interface Operation<Spec extends ParamSpec, Inputs, Output, Preview = never> {
  readonly id: string;
  readonly label: string;
  /** One sentence: what comes out. */
  readonly summary: string;
  readonly params: Spec;
  estimate(shape: Shape3, params: ParamValues<Spec>): Estimate;
  run(inputs: Inputs, params: ParamValues<Spec>, context: TaskContext<Preview>): Promise<Output>;
}

/** What every result carries, so that it can be made again. */
export interface Provenance {
  readonly operation: string;
  readonly params: Readonly<Record<string, unknown>>;
  readonly inputs: readonly string[];
  readonly backend: string;
  readonly version: string;
  readonly seconds: number;
  /** What happened in the run that the parameters do not tell, each in a sentence. */
  readonly remarks?: readonly string[];
}
