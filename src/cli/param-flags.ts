import type { Param, ParamSpec } from "../core/task/params";
import { type Flag, type FlagTable, type ParsedArgs, UsageError } from "./command";

const kebab = (name: string) => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

/** The flag of a parameter; a switch that is on by default is turned off by `no-…`. */
function flagName(name: string, param: Param): string {
  const flag = param.flag ?? kebab(name);
  return param.kind === "boolean" && param.default ? `no-${flag}` : flag;
}

const VALUES: Readonly<Record<Param["kind"], string | undefined>> = {
  number: "N",
  "auto-number": "N|auto",
  range: "MIN,MAX",
  choice: "NAME",
  boolean: undefined,
  box: "Z0,Y0,X0,Z1,Y1,X1",
  "per-class": "LABEL=N,…",
};

function remarks(param: Param): string {
  const unit = "unit" in param && param.unit ? ` ${param.unit}` : "";
  switch (param.kind) {
    case "number":
      return `default ${param.default}${unit}; ${param.min} to ${param.max}`;
    case "auto-number":
      return `default auto; ${param.min} to ${param.max}${unit}`;
    case "range":
      return `default ${param.default.join(",")}${unit}`;
    case "choice":
      return `${param.choices.map(({ value }) => value).join(", ")}; default ${param.default}`;
    case "boolean":
      return param.default ? "on by default" : "off by default";
    case "box":
      return "default the whole volume; the second corner is excluded";
    case "per-class":
      return `default the model's own${unit ? `; in${unit}` : ""}`;
  }
}

/** Returns the flags that stand for the parameters of an operation. */
export function paramFlags(spec: ParamSpec): FlagTable {
  return Object.fromEntries(
    Object.entries(spec).map(([name, param]): [string, Flag] => [
      flagName(name, param),
      { value: VALUES[param.kind], help: `${param.help} (${remarks(param)})` },
    ]),
  );
}

function numbers(flag: string, text: string, count: number): number[] {
  const values = text.split(",").map((part) => (part.trim() === "" ? Number.NaN : Number(part)));
  if (values.length === count && values.every((value) => !Number.isNaN(value))) return values;
  const expected = count === 1 ? "a number" : `${count} numbers with commas between them`;
  throw new UsageError(`--${flag} needs ${expected}, not "${text}".`);
}

function parse(param: Param, flag: string, text: string): unknown {
  switch (param.kind) {
    case "number":
      return numbers(flag, text, 1)[0];
    case "auto-number":
      return text === "auto" ? null : numbers(flag, text, 1)[0];
    case "range":
      return numbers(flag, text, 2);
    case "choice":
      return text;
    case "boolean":
      return !param.default;
    case "box": {
      const [z0, y0, x0, z1, y1, x1] = numbers(flag, text, 6);
      return { z0, y0, x0, z1, y1, x1 };
    }
    case "per-class":
      return Object.fromEntries(
        text.split(",").map((pair) => {
          const [, label, value] = /^(\d+)=(.+)$/.exec(pair.trim()) ?? [];
          if (label === undefined)
            throw new UsageError(`--${flag} needs pairs such as 2=500,3=800, not "${text}".`);
          return [label, numbers(flag, value, 1)[0]];
        }),
      );
  }
}

/** Returns the values given by flags, by the names of the parameters; ranges are checked by `checkParams`. */
export function paramsFromFlags(spec: ParamSpec, args: ParsedArgs): Record<string, unknown> {
  const given: Record<string, unknown> = {};
  for (const [name, param] of Object.entries(spec)) {
    const flag = flagName(name, param);
    const text = args.flags[flag];
    if (text !== undefined) given[name] = parse(param, flag, text === true ? "" : text);
  }
  return given;
}
