import { ComputeError } from "../errors";
import { type Box, isBoxWithin, type Shape3 } from "../volume/shape";

interface ParamCommon {
  readonly label: string;
  /** One line that says what it does and what a larger value brings. */
  readonly help: string;
  /** Folded away in the form unless asked for. */
  readonly advanced?: boolean;
  /** The flag on the command line, where it is not the kebab-case of the name. */
  readonly flag?: string;
}

export interface NumberParam extends ParamCommon {
  readonly kind: "number";
  readonly default: number;
  readonly min: number;
  readonly max: number;
  readonly step?: number;
  readonly integer?: boolean;
  readonly unit?: string;
}

/** A number that the operation works out from the data when it is null ("auto"). */
export interface AutoNumberParam extends ParamCommon {
  readonly kind: "auto-number";
  readonly default: null;
  readonly min: number;
  readonly max: number;
  readonly step?: number;
  readonly integer?: boolean;
  readonly unit?: string;
}

export interface RangeParam extends ParamCommon {
  readonly kind: "range";
  readonly default: readonly [number, number];
  readonly min: number;
  readonly max: number;
  readonly step?: number;
  readonly unit?: string;
}

interface ChoiceParam<Choice extends string = string> extends ParamCommon {
  readonly kind: "choice";
  readonly default: Choice;
  readonly choices: readonly { readonly value: Choice; readonly label: string }[];
}

interface BooleanParam extends ParamCommon {
  readonly kind: "boolean";
  readonly default: boolean;
}

/** A box of voxels; null is the whole volume. */
export interface BoxParam extends ParamCommon {
  readonly kind: "box";
  readonly default: null;
}

/** A number for each class of the model (its label is the key); a class left out keeps the model's own value. */
export interface PerClassParam extends ParamCommon {
  readonly kind: "per-class";
  readonly default: Readonly<Record<string, number>>;
  readonly min: number;
  readonly max: number;
  readonly unit?: string;
}

export type Param =
  | NumberParam
  | AutoNumberParam
  | RangeParam
  | ChoiceParam
  | BooleanParam
  | BoxParam
  | PerClassParam;

export type ParamSpec = Readonly<Record<string, Param>>;

type ValueOf<P extends Param> = P extends NumberParam
  ? number
  : P extends AutoNumberParam
    ? number | null
    : P extends RangeParam
      ? readonly [number, number]
      : P extends ChoiceParam<infer Choice>
        ? Choice
        : P extends BooleanParam
          ? boolean
          : P extends BoxParam
            ? Box | null
            : Readonly<Record<string, number>>;

/** The values that a description stands for. */
export type ParamValues<Spec extends ParamSpec> = { readonly [Name in keyof Spec]: ValueOf<Spec[Name]> };

/** Returns the default of every parameter. */
export function paramDefaults<Spec extends ParamSpec>(spec: Spec): ParamValues<Spec> {
  return Object.fromEntries(
    Object.entries(spec).map(([name, param]) => [name, param.default]),
  ) as ParamValues<Spec>;
}

const within = (value: unknown, { min, max }: { min: number; max: number }) =>
  typeof value === "number" && Number.isFinite(value) && value >= min && value <= max;

function problem(param: Param, value: unknown): string | null {
  const limits = "min" in param ? `a number from ${param.min} to ${param.max}` : "";
  switch (param.kind) {
    case "number":
      if (!within(value, param)) return limits;
      return param.integer && !Number.isInteger(value) ? `a whole ${limits.slice(2)}` : null;
    case "auto-number":
      if (value === null) return null;
      if (!within(value, param)) return `${limits}, or none for automatic`;
      return param.integer && !Number.isInteger(value)
        ? `a whole ${limits.slice(2)}, or none for automatic`
        : null;
    case "range": {
      const pair = Array.isArray(value) && value.length === 2 && value.every((end) => within(end, param));
      return pair && value[0] < value[1] ? null : `two rising numbers from ${param.min} to ${param.max}`;
    }
    case "choice":
      return param.choices.some((choice) => choice.value === value)
        ? null
        : `one of ${param.choices.map((choice) => choice.value).join(", ")}`;
    case "boolean":
      return typeof value === "boolean" ? null : "true or false";
    case "box": {
      const ends = ["z0", "y0", "x0", "z1", "y1", "x1"] as const;
      const box = value as Box | null;
      return box === null || (typeof box === "object" && ends.every((end) => Number.isInteger(box[end])))
        ? null
        : "six whole numbers z0,y0,x0,z1,y1,x1";
    }
    case "per-class":
      return typeof value === "object" &&
        value !== null &&
        Object.values(value).every((v) => within(v, param))
        ? null
        : `for each class ${limits}`;
  }
}

/**
 * Returns the parameters with defaults filled in. Throws ComputeError "bad-parameter" naming the field and its value
 * where a value is out of range or unknown, and where a box does not lie within `shape`.
 */
export function checkParams<Spec extends ParamSpec>(
  spec: Spec,
  given: Readonly<Record<string, unknown>>,
  shape?: Shape3,
): ParamValues<Spec> {
  const unknown = Object.keys(given).find((name) => !(name in spec));
  if (unknown)
    throw new ComputeError("bad-parameter", `There is no parameter "${unknown}".`, { name: unknown });
  const values: Record<string, unknown> = { ...paramDefaults(spec) };
  for (const [name, param] of Object.entries(spec)) {
    if (given[name] !== undefined) values[name] = given[name];
    const value = values[name];
    const expected = problem(param, value);
    if (expected) {
      const sentence = `${param.label} must be ${expected}, not ${JSON.stringify(value)}.`;
      throw new ComputeError("bad-parameter", sentence, { name, value });
    }
    if (param.kind === "box" && value && shape && !isBoxWithin(value as Box, shape)) {
      const { z0, y0, x0, z1, y1, x1 } = value as Box;
      const sentence = `${param.label} ${z0},${y0},${x0} to ${z1},${y1},${x1} does not lie within the volume of ${shape.join(" × ")} (z, y, x).`;
      throw new ComputeError("bad-parameter", sentence, { name, value });
    }
  }
  return values as ParamValues<Spec>;
}
