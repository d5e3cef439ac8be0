import { Contrast, Wand2 } from "lucide-react";
import { useMemo } from "react";
import { entryOf, patchEntry, type VolumeEntry } from "../../state/document";
import { isSwiping } from "../../state/view";
import { CommandButton } from "../controls/icon-button";
import { NumberInput } from "../controls/number-input";
import { Section } from "../controls/section";
import { Slider } from "../controls/slider";
import { useDocument, useView, useWorkbench } from "../workbench-context";

const STOPS = 500;

/** Returns the histogram as a filled path in a box of 100 by 40, counts on a logarithmic scale. */
function histogramPath(counts: readonly number[]): string {
  const most = Math.log1p(Math.max(1, ...counts));
  const points = counts.map((count, index) => {
    const x = (100 * (index + 0.5)) / counts.length;
    return `L${x.toFixed(2)} ${(40 - (40 * Math.log1p(count)) / most).toFixed(2)}`;
  });
  return `M0 40${points.join("")}L100 40Z`;
}

interface ContrastControlsProps {
  readonly volume: VolumeEntry;
  /** Tells the controls of two volumes apart. */
  readonly prefix?: string;
}

function ContrastControls({ volume, prefix = "" }: ContrastControlsProps) {
  const { document } = useWorkbench();
  const { histogram, display } = volume;
  const { low, high, invert } = display;
  const path = useMemo(() => histogramPath(histogram.counts), [histogram]);
  // The handles reach past the slab's own range where the contrast does.
  const min = Math.min(histogram.min, low);
  const max = Math.max(histogram.max, high);
  const step = (max - min) / STOPS || 1;
  const set = (range: { low?: number; high?: number }) =>
    patchEntry(document, "volumes", volume.id, { display: { ...display, ...range } });
  const percent = (value: number) => (100 * (value - min)) / (max - min || 1);
  return (
    <div className="contrast">
      <svg className="histogram" viewBox="0 0 100 40" preserveAspectRatio="none" aria-hidden="true">
        <g
          transform={`translate(${percent(histogram.min)} 0) scale(${(percent(histogram.max) - percent(histogram.min)) / 100} 1)`}
        >
          <path d={path} />
        </g>
        <rect x={0} width={percent(low)} height={40} className="outside" />
        <rect x={percent(high)} width={100 - percent(high)} height={40} className="outside" />
      </svg>
      <Slider
        labels={(invert ? ["White level", "Black level"] : ["Black level", "White level"]).map(
          (name) => prefix + name,
        )}
        className={invert ? "inverted" : ""}
        values={[low, high] as const}
        min={min}
        max={max}
        step={step}
        onChange={([nextLow, nextHigh]) => set({ low: nextLow, high: nextHigh })}
      />
      <div className="field-row">
        <NumberInput
          label={`${prefix}Low grey value`}
          value={Number(low.toPrecision(4))}
          min={Number.NEGATIVE_INFINITY}
          max={high}
          onChange={(next) => set({ low: next })}
        />
        <span className="unit">to</span>
        <NumberInput
          label={`${prefix}High grey value`}
          value={Number(high.toPrecision(4))}
          min={low}
          max={Number.POSITIVE_INFINITY}
          onChange={(next) => set({ high: next })}
        />
      </div>
    </div>
  );
}

/** The contrast of the shown volume: its histogram with two handles. */
export function ContrastSection() {
  const volumeId = useView((view) => view.volumeId);
  const compareId = useView((view) => (view.layout === "side" ? view.compareId : null));
  const hasFollower = useView(isSwiping);
  const compared = useDocument(({ volumes }) => entryOf(volumes, compareId));
  const volume = useDocument(({ volumes }) => entryOf(volumes, volumeId));
  return (
    <Section
      title="Contrast"
      aside={
        <>
          <CommandButton id="contrast.auto">
            <Wand2 size={14} aria-hidden />
          </CommandButton>
          <CommandButton id="contrast.invert" pressed={volume?.display.invert ?? false}>
            <Contrast size={14} aria-hidden />
          </CommandButton>
        </>
      }
    >
      {volume ? <ContrastControls volume={volume} /> : <p className="hint">Nothing is open.</p>}
      {hasFollower && <p className="hint">What is compared follows, in its own range.</p>}
      {compared && (
        <>
          <p className="hint contrast-name">{compared.name}</p>
          <ContrastControls volume={compared} prefix="Compared volume: " />
        </>
      )}
    </Section>
  );
}
