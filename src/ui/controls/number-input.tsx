import { type KeyboardEvent, useEffect, useState } from "react";

interface NumberInputProps {
  readonly id?: string;
  readonly label?: string;
  readonly value: number;
  readonly min: number;
  readonly max: number;
  readonly step?: number;
  readonly integer?: boolean;
  readonly disabled?: boolean;
  readonly describedBy?: string;
  onChange(value: number): void;
}

/** Returns a number for ARIA, which knows neither exponents nor infinity: there it is left out. */
function forAria(value: number): number | undefined {
  return /^-?[\d.]+$/.test(String(value)) ? value : undefined;
}

/**
 * A field for a number. What is typed counts once it is a number within the limits (Enter or leaving the field); anything
 * else marks the field and leaves the old value. Arrow keys step.
 */
export function NumberInput(props: NumberInputProps) {
  const { value, min, max, integer, onChange } = props;
  const step = props.step ?? (integer ? 1 : undefined);
  const [text, setText] = useState(String(value));
  useEffect(() => setText(String(value)), [value]);

  const parsed = Number(text.trim().replace(",", "."));
  const isValid =
    text.trim() !== "" && parsed >= min && parsed <= max && (!integer || Number.isInteger(parsed));

  const commit = () => {
    if (isValid && parsed !== value) onChange(parsed);
    if (!isValid) setText(String(value));
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === "Enter") commit();
    if (event.key === "Escape") setText(String(value));
    if (event.key !== "ArrowUp" && event.key !== "ArrowDown") return;
    event.preventDefault();
    // Without a step of its own a number moves by its leading digit: 4e-5 by 1e-5.
    const digit = value === 0 ? (max - min) / 100 : 10 ** Math.floor(Math.log10(Math.abs(value)));
    const by = (step ?? digit) * (event.shiftKey ? 10 : 1) * (event.key === "ArrowUp" ? 1 : -1);
    onChange(Number(Math.min(max, Math.max(min, value + by)).toPrecision(12)));
  };
  return (
    <input
      id={props.id}
      className="number-input"
      type="text"
      inputMode="decimal"
      role="spinbutton"
      aria-label={props.label}
      aria-valuenow={forAria(value)}
      aria-valuemin={forAria(min)}
      aria-valuemax={forAria(max)}
      aria-invalid={!isValid}
      aria-describedby={props.describedBy}
      disabled={props.disabled}
      value={text}
      onChange={(event) => setText(event.target.value)}
      onBlur={commit}
      onKeyDown={onKeyDown}
    />
  );
}
