import { Collapsible } from "radix-ui";
import type { ReactNode } from "react";
import type { ClassInfo } from "../../core/particles/particle-list";
import type { Param, ParamSpec } from "../../core/task/params";
import { BoxField, type BoxFieldProps } from "./box-field";
import { ParamField } from "./param-field";

interface ParamFormProps {
  readonly idPrefix: string;
  readonly spec: ParamSpec;
  /** What the user changed; a parameter that is not here has its default. */
  readonly values: Readonly<Record<string, unknown>>;
  readonly classes: readonly ClassInfo[];
  /** What a box parameter is about; without it boxes are not shown. */
  readonly box?: BoxFieldProps["box"];
  /** `undefined` gives a parameter its default back. */
  onChange(name: string, value: unknown): void;
}

/** A form made from a description of parameters; the advanced ones are folded away. */
export function ParamForm({ idPrefix, spec, values, classes, box, onChange }: ParamFormProps) {
  const field = ([name, param]: readonly [string, Param]): ReactNode =>
    param.kind === "box" ? (
      box && <BoxField key={name} param={param} box={box} />
    ) : (
      <ParamField
        key={name}
        id={`${idPrefix}-${name}`}
        param={param}
        value={values[name]}
        classes={classes}
        onChange={(value) => onChange(name, value)}
      />
    );
  const entries = Object.entries(spec);
  const advanced = entries.filter(([, param]) => param.advanced);
  return (
    <div className="form">
      {entries.filter(([, param]) => !param.advanced).map(field)}
      {advanced.length > 0 && (
        <Collapsible.Root className="form-advanced">
          <Collapsible.Trigger className="link-button">Advanced ({advanced.length})</Collapsible.Trigger>
          <Collapsible.Content className="form">{advanced.map(field)}</Collapsible.Content>
        </Collapsible.Root>
      )}
    </div>
  );
}
