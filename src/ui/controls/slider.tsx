import { Slider as RadixSlider } from "radix-ui";

interface SliderProps<Values extends readonly number[]> {
  /** One name for each thumb. */
  readonly labels: readonly string[];
  readonly values: Values;
  /** What each thumb stands for, said in place of its value. */
  readonly texts?: readonly string[];
  readonly min: number;
  readonly max: number;
  readonly step: number;
  readonly disabled?: boolean;
  readonly className?: string;
  onChange(values: Values): void;
}

/** A slider with one or two thumbs. */
export function Slider<Values extends readonly number[]>(props: SliderProps<Values>) {
  const { labels, values, texts, min, max, step, disabled, className, onChange } = props;
  return (
    <RadixSlider.Root
      className={`slider ${className ?? ""}`}
      value={[...values]}
      min={min}
      max={max}
      step={step}
      disabled={disabled}
      onValueChange={(next) => onChange(next as unknown as Values)}
    >
      <RadixSlider.Track className="slider-track">
        <RadixSlider.Range className="slider-range" />
      </RadixSlider.Track>
      {labels.map((label, index) => (
        <RadixSlider.Thumb
          key={label}
          className="slider-thumb"
          aria-label={label}
          aria-valuetext={texts?.[index]}
        />
      ))}
    </RadixSlider.Root>
  );
}
