import { RotateCcw } from "lucide-react";
import type { ReactNode } from "react";
import { classColor } from "../../core/particles/class-colors";
import type { ClassInfo } from "../../core/particles/particle-list";
import type {
  AutoNumberParam,
  BoxParam,
  NumberParam,
  Param,
  PerClassParam,
  RangeParam,
} from "../../core/task/params";
import { IconButton } from "../controls/icon-button";
import { NumberInput } from "../controls/number-input";
import { Select } from "../controls/select";
import { Slider } from "../controls/slider";
import { Switch } from "../controls/switch";

/** A slider is offered where it has at most this many stops. */
const MAX_SLIDER_STOPS = 400;

interface FieldProps<P> {
  readonly id: string;
  readonly param: P;
  /** undefined: the default. */
  readonly value: unknown;
  onChange(value: unknown): void;
}

const Unit = ({ children }: { readonly children?: string }) =>
  children ? <span className="unit">{children}</span> : null;

function NumberControl({ id, param, value, onChange }: FieldProps<NumberParam>) {
  const current = (value as number | undefined) ?? param.default;
  const step = param.step ?? (param.integer ? 1 : undefined);
  const hasSlider = step !== undefined && (param.max - param.min) / step <= MAX_SLIDER_STOPS;
  return (
    <div className="field-row">
      {hasSlider && (
        <Slider
          labels={[param.label]}
          values={[current] as const}
          min={param.min}
          max={param.max}
          step={step}
          onChange={([next]) => onChange(Number(next.toPrecision(10)))}
        />
      )}
      <NumberInput
        id={id}
        value={current}
        min={param.min}
        max={param.max}
        step={step}
        integer={param.integer}
        describedBy={`${id}-help`}
        onChange={onChange}
      />
      <Unit>{param.unit}</Unit>
    </div>
  );
}

function AutoNumberControl({ id, param, value, onChange }: FieldProps<AutoNumberParam>) {
  const isAuto = value === undefined || value === null;
  // Where the field begins when it is taken off automatic: the middle on a logarithmic scale, if there is one.
  const start =
    param.min > 0 ? Number(Math.sqrt(param.min * param.max).toPrecision(2)) : (param.min + param.max) / 2;
  return (
    <div className="field-row">
      <Switch
        label={`${param.label}: automatic`}
        checked={isAuto}
        onChange={(auto) => onChange(auto ? undefined : start)}
      />
      <span className="unit">auto</span>
      <span className="spring" />
      {!isAuto && (
        <NumberInput
          id={id}
          value={value as number}
          min={param.min}
          max={param.max}
          step={param.step}
          describedBy={`${id}-help`}
          onChange={onChange}
        />
      )}
      {!isAuto && <Unit>{param.unit}</Unit>}
    </div>
  );
}

function RangeControl({ id, param, value, onChange }: FieldProps<RangeParam>) {
  const [low, high] = (value as readonly [number, number] | undefined) ?? param.default;
  const end = (name: string, current: number, limits: readonly [number, number], at: 0 | 1) => (
    <NumberInput
      id={at === 0 ? id : undefined}
      label={`${param.label}, ${name}`}
      value={current}
      min={limits[0]}
      max={limits[1]}
      step={param.step ?? 1}
      describedBy={`${id}-help`}
      onChange={(next) => onChange(at === 0 ? [next, high] : [low, next])}
    />
  );
  return (
    <div className="field-row">
      {end("from", low, [param.min, high], 0)}
      <span className="unit">to</span>
      {end("to", high, [low, param.max], 1)}
      <Unit>{param.unit}</Unit>
    </div>
  );
}

function PerClassControl({
  id,
  param,
  value,
  classes,
  onChange,
}: FieldProps<PerClassParam> & { readonly classes: readonly ClassInfo[] }) {
  const values = (value as Readonly<Record<string, number>> | undefined) ?? param.default;
  const particles = classes.filter(({ radiusAngstrom }) => radiusAngstrom !== undefined);
  if (particles.length === 0) return <p className="hint">Classes appear here with a model.</p>;
  return (
    <table className="class-table" aria-describedby={`${id}-help`}>
      <tbody>
        {particles.map(({ label, name, color, minVoxels }) => (
          <tr key={label}>
            <th scope="row">
              <span className="swatch" style={{ background: color ?? classColor(label) }} /> {name}
            </th>
            <td>
              <NumberInput
                label={`${param.label}, ${name}`}
                value={values[label] ?? minVoxels ?? param.min}
                min={param.min}
                max={param.max}
                integer
                onChange={(next) => onChange({ ...values, [label]: next })}
              />
            </td>
            <td className="unit">{param.unit}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

interface ParamFieldProps extends FieldProps<Exclude<Param, BoxParam>> {
  readonly classes: readonly ClassInfo[];
}

/** One parameter: its name, its control, its line of help, and the way back to its default. */
export function ParamField({ id, param, value, classes, onChange }: ParamFieldProps) {
  const control = (): ReactNode => {
    switch (param.kind) {
      case "number":
        return <NumberControl id={id} param={param} value={value} onChange={onChange} />;
      case "auto-number":
        return <AutoNumberControl id={id} param={param} value={value} onChange={onChange} />;
      case "range":
        return <RangeControl id={id} param={param} value={value} onChange={onChange} />;
      case "choice":
        return (
          <Select
            id={id}
            label={param.label}
            value={(value as string | undefined) ?? param.default}
            options={param.choices}
            describedBy={`${id}-help`}
            onChange={onChange}
          />
        );
      case "boolean":
        return (
          <Switch
            id={id}
            label={param.label}
            checked={(value as boolean | undefined) ?? param.default}
            describedBy={`${id}-help`}
            onChange={onChange}
          />
        );
      case "per-class":
        return <PerClassControl id={id} param={param} value={value} classes={classes} onChange={onChange} />;
    }
  };
  return (
    <div className="field">
      <div className="field-head">
        <label className="field-label" htmlFor={id}>
          {param.label}
        </label>
        {value !== undefined && (
          <IconButton
            className="small"
            label={`Reset ${param.label.toLowerCase()} to its default`}
            onClick={() => onChange(undefined)}
          >
            <RotateCcw size={12} aria-hidden />
          </IconButton>
        )}
      </div>
      {control()}
      <p className="hint" id={`${id}-help`}>
        {param.help}
      </p>
    </div>
  );
}
