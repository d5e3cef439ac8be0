import { useMemo, useState } from "react";
import { MATCH_RADIUS_VOXELS } from "../../commands/evaluate-particles";
import {
  bestPoint,
  type CurvePoint,
  type ThresholdBy,
  thresholdCurve,
} from "../../core/metrics/threshold-curve";
import type { ClassInfo } from "../../core/particles/particle-list";
import type { ParticlesEntry } from "../../state/document";
import { setParam } from "../../state/shell";
import { Select } from "../controls/select";
import { Slider } from "../controls/slider";
import { useDocument, useShell, useWorkbench } from "../workbench-context";
import { CurvePlot } from "./curve-plot";
import { sizeStops, stopOfSize } from "./size-scale";

const BY = [
  { value: "sizeVoxels", label: "size" },
  { value: "score", label: "score" },
] as const;

interface SizeSliderProps {
  readonly info: ClassInfo;
  readonly smallest: number;
  readonly largest: number;
  onChange(size: number): void;
}

function SizeSlider({ info, smallest, largest, onChange }: SizeSliderProps) {
  const stops = useMemo(() => sizeStops(largest), [largest]);
  return (
    <div className="field-row">
      <Slider
        labels={[`Smallest size, ${info.name}`]}
        values={[stopOfSize(stops, smallest)] as const}
        texts={[`${smallest} voxels`]}
        min={0}
        max={stops.length - 1}
        step={1}
        onChange={([stop]) => onChange(stops[stop])}
      />
      <span className="figure wide">{smallest}</span>
      <span className="unit">voxels</span>
    </div>
  );
}

const numbers = ({ found, precision, recall, f1 }: CurvePoint) =>
  `${found} found, precision ${precision.toFixed(2)}, recall ${recall.toFixed(2)}, F1 ${f1.toFixed(2)}`;

function Best({ best, onUse }: { readonly best: CurvePoint; onUse(size: number): void }) {
  return (
    <p className="hint">
      Best F1 {best.f1.toFixed(2)} at {best.threshold} voxels.{" "}
      <button type="button" className="link-button" onClick={() => onUse(best.threshold)}>
        Use it
      </button>
    </p>
  );
}

/** The smallest size of one class by slider, and the curves of its scores, which follow it. */
export function ThresholdPanel({ entry }: { readonly entry: ParticlesEntry }) {
  const workbench = useWorkbench();
  const [chosen, setChosen] = useState<number | null>(null);
  const [by, setBy] = useState<ThresholdBy>("sizeVoxels");
  const given = useShell(({ params }) => params.localize?.minVoxels) as
    | Readonly<Record<string, number>>
    | undefined;
  const truth = useDocument(({ truths }) => truths.find(({ volumeId }) => volumeId === entry.parentId));
  const candidates = entry.candidates ?? entry.list.particles;
  const classes = entry.list.classes.filter(({ radiusAngstrom }) => radiusAngstrom !== undefined);
  const info = classes.find(({ label }) => label === chosen) ?? classes[0];
  const label = info?.label ?? 0;
  const beta = entry.evaluation?.beta ?? 1;
  const points = useMemo(
    () =>
      truth
        ? thresholdCurve(candidates, truth.particles, label, by, { radiusVoxels: MATCH_RADIUS_VOXELS, beta })
        : [],
    [candidates, truth, label, by, beta],
  );
  const best = useMemo(() => bestPoint(points), [points]);
  const largest = useMemo(
    () =>
      candidates.reduce(
        (most, each) => (each.label === label ? Math.max(most, each.sizeVoxels ?? 0) : most),
        1,
      ),
    [candidates, label],
  );
  const smallest = given?.[label] ?? info?.minVoxels ?? 1;
  const now = useMemo(() => {
    const at = by === "sizeVoxels" ? points.find(({ threshold }) => threshold >= smallest) : undefined;
    return at ? { ...at, threshold: smallest } : null;
  }, [points, by, smallest]);
  if (!info) return <p className="hint">No class of this list has a radius: nothing is localized.</p>;
  const setSize = (size: number) =>
    setParam(workbench.shell, "localize", "minVoxels", { ...given, [label]: size });
  return (
    <div className="thresholds">
      <div className="field-row">
        <Select
          label="Class of the curves"
          value={String(label)}
          options={classes.map((each) => ({ value: String(each.label), label: each.name }))}
          onChange={(value) => setChosen(Number(value))}
        />
        <Select<ThresholdBy> label="Threshold of the curves" value={by} options={BY} onChange={setBy} />
      </div>
      {by === "sizeVoxels" && entry.candidates && (
        <SizeSlider info={info} smallest={smallest} largest={largest} onChange={setSize} />
      )}
      {points.length > 0 ? (
        <>
          <CurvePlot
            points={points}
            by={by}
            now={now}
            label={`Precision, recall and F1 of ${info.name} against the ${by === "score" ? "score" : "smallest size"}`}
          />
          {now && <p className="hint">{numbers(now)}.</p>}
          {best && by === "sizeVoxels" && entry.candidates && <Best best={best} onUse={setSize} />}
        </>
      ) : (
        <p className="hint">
          {truth
            ? `No ${info.name} with a ${by === "score" ? "score" : "size"} was found.`
            : "Drop the true positions (JSON) to see precision and recall against the threshold."}
        </p>
      )}
    </div>
  );
}
