import { useMemo, useState } from "react";
import UPlot from "uplot";
import { exportDistances, type MeasuredDistances, measureDistances } from "../../commands/measure-distances";
import { distanceHistogram } from "../../core/metrics/distance-histogram";
import type { Particle } from "../../core/particles/particle-list";
import { entryOf, type ParticlesEntry } from "../../state/document";
import { Select } from "../controls/select";
import { LinePlot, PLOT_AXIS } from "../operations/line-plot";
import { useDocument, useView, useWorkbench } from "../workbench-context";

const BAR = "#6ea8fe";

const OPTIONS: Parameters<typeof LinePlot>[0]["options"] = {
  legend: { show: false },
  scales: { x: { time: false }, y: { range: (_, __, most) => [0, Math.max(1, most)] } },
  axes: [
    { ...PLOT_AXIS, size: 28 },
    { ...PLOT_AXIS, size: 36, incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000] },
  ],
  series: [
    {},
    {
      stroke: BAR,
      fill: `${BAR}66`,
      paths: UPlot.paths.bars?.({ size: [1], align: 1 }),
      points: { show: false },
    },
  ],
};

const placeOf = ({ label, x, y, z }: Particle) => `${label} ${x} ${y} ${z}`;

/** The distance of each place that was measured. */
function byPlace({ particles, distancesAngstrom }: MeasuredDistances): ReadonlyMap<string, number | null> {
  return new Map(particles.map((each, index) => [placeOf(each), distancesAngstrom[index]]));
}

interface HistogramProps {
  readonly distances: readonly number[];
  readonly from: string;
  readonly to: string;
}

function Histogram({ distances, from, to }: HistogramProps) {
  const { binAngstrom, counts } = useMemo(() => distanceHistogram(distances), [distances]);
  const data = useMemo<UPlot.AlignedData>(
    () => [[...counts.keys(), counts.length].map((bin) => bin * binAngstrom), [...counts, null]],
    [binAngstrom, counts],
  );
  const middle = [...distances].sort((a, b) => a - b)[distances.length >> 1];
  return (
    <>
      <LinePlot
        options={OPTIONS}
        data={data}
        className="bar-plot"
        label={`How many ${from} are how far from the nearest voxel of ${to}, in Å`}
      />
      <p className="hint">
        {from}: {distances.length} against the distance to {to}, in steps of {binAngstrom} Å; median{" "}
        {Math.round(middle)} Å.
      </p>
    </>
  );
}

/** How far the particles of a class are from another class's voxels, as a histogram that follows the list. */
export function DistancePanel({ entry }: { readonly entry: ParticlesEntry }) {
  const workbench = useWorkbench();
  const shownLabels = useView(({ labelsId }) => labelsId);
  const labels = useDocument((document) => entryOf(document.labels, entry.labelsId ?? shownLabels));
  const [toChosen, setTo] = useState<number | null>(null);
  const [fromChosen, setFrom] = useState<number | null>(null);
  const [measured, setMeasured] = useState<MeasuredDistances | null>(null);
  const { particles, classes } = entry.list;
  const found = classes.filter(({ label }) => particles.some((each) => each.label === label));
  const targets = labels?.classes ?? [];
  const from = found.find(({ label }) => label === fromChosen) ?? found[0];
  const to = targets.find(({ label }) => label === toChosen) ?? targets[0];
  const places = useMemo(() => (measured ? byPlace(measured) : null), [measured]);
  const fromLabel = from?.label ?? 0;
  const distances = useMemo(
    () => particles.filter(({ label }) => label === fromLabel).map((each) => places?.get(placeOf(each))),
    [places, particles, fromLabel],
  );
  // Another grouping of the labels has other places, which must be measured anew.
  const isFresh = measured?.to === to?.label && distances.every((distance) => distance !== undefined);
  const known = useMemo(() => distances.filter((distance) => typeof distance === "number"), [distances]);
  if (!labels || !from || !to)
    return <p className="hint">Distances need particles and the label map that they are measured in.</p>;
  const choices = (list: readonly { readonly label: number; readonly name: string }[]) =>
    list.map(({ label, name }) => ({ value: String(label), label: name }));
  return (
    <div className="thresholds">
      <div className="field-row">
        <Select
          label="Particles whose distance is measured"
          value={String(from.label)}
          options={choices(found)}
          onChange={(value) => setFrom(Number(value))}
        />
        <span className="unit">to</span>
        <Select
          label="Class that it is measured to"
          value={String(to.label)}
          options={choices(targets)}
          onChange={(value) => setTo(Number(value))}
        />
      </div>
      {isFresh && known.length > 0 && <Histogram distances={known} from={from.name} to={to.name} />}
      {isFresh && known.length === 0 && <p className="hint">The label map has no voxel of {to.name}.</p>}
      {isFresh && measured ? (
        <button
          type="button"
          className="link-button"
          onClick={() => exportDistances(workbench, entry, measured)}
        >
          Save as CSV
        </button>
      ) : (
        <button
          type="button"
          className="button"
          onClick={async () => setMeasured(await measureDistances(workbench, entry, to.label))}
        >
          Measure the distances
        </button>
      )}
    </div>
  );
}
