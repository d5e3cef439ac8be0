import { useEffect, useRef, useState } from "react";
import type { PowerSpectrum } from "../../contracts/data";
import type { Box } from "../../core/volume/shape";
import { formatNumber } from "../format-quantity";
import { useWorkbench } from "../workbench-context";
import { drawGreys } from "./draw-greys";

interface SpectrumPairProps {
  readonly beforeId: string;
  /** The part of the volume before that was worked on; null is all of it. */
  readonly beforeBox: Box | null;
  readonly afterId: string;
  /** The tilts that were measured: the wedge beyond them is drawn. */
  readonly tiltDeg: readonly [number, number] | null;
}

/** The decades of power below the maximum that are shown. */
const DECADES = 5;

function maximumOf({ values }: PowerSpectrum): number {
  return values.reduce((most, value) => Math.max(most, value), Number.NEGATIVE_INFINITY);
}

/** The lines where the missing wedge begins, in a square from −1 to 1; frequencies rise to the right and downwards. */
function wedgeLines(tiltDeg: readonly [number, number]) {
  return tiltDeg.map((tilt) => {
    const angle = (tilt * Math.PI) / 180;
    const reach = 1 / Math.max(Math.abs(Math.cos(angle)), Math.abs(Math.sin(angle)));
    return { tilt, x: reach * Math.cos(angle), y: reach * Math.sin(angle) };
  });
}

function SpectrumPicture(props: {
  readonly name: string;
  readonly spectrum: PowerSpectrum | null;
  /** The log power that is white. */
  readonly white: number;
  readonly tiltDeg: readonly [number, number] | null;
}) {
  const { name, spectrum, white, tiltDeg } = props;
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    if (spectrum && canvas.current)
      drawGreys(canvas.current, spectrum, { low: white - DECADES, high: white });
  }, [spectrum, white]);
  return (
    <figure className="spectrum">
      <div className="spectrum-picture">
        <canvas ref={canvas} role="img" aria-label={`Power spectrum over kx and kz, ${name}`} />
        {tiltDeg && (
          <svg viewBox="-1 -1 2 2" aria-hidden="true">
            {wedgeLines(tiltDeg).map(({ tilt, x, y }) => (
              <line key={tilt} x1={-x} y1={-y} x2={x} y2={y} vectorEffect="non-scaling-stroke" />
            ))}
          </svg>
        )}
      </div>
      <figcaption className="hint">{name}</figcaption>
    </figure>
  );
}

/** Log power over kx (to the right) and kz (down) before and after a restoration, with the wedge drawn. */
export function SpectrumPair({ beforeId, beforeBox, afterId, tiltDeg }: SpectrumPairProps) {
  const { data } = useWorkbench();
  const [pair, setPair] = useState<readonly [PowerSpectrum, PowerSpectrum] | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const boxKey = JSON.stringify(beforeBox);
  useEffect(() => {
    let current = true;
    const box = JSON.parse(boxKey) as Box | null;
    Promise.all([data.powerSpectrum(beforeId, box), data.powerSpectrum(afterId, null)]).then(
      (both) => current && setPair(both),
      (error: Error) => current && setProblem(error.message),
    );
    return () => {
      current = false;
    };
  }, [data, beforeId, boxKey, afterId]);
  if (problem) return <p className="sentence danger">{problem}</p>;
  const white = pair ? Math.max(...pair.map(maximumOf)) : 0;
  return (
    <>
      <div className="spectrum-pair">
        <SpectrumPicture name="before" spectrum={pair?.[0] ?? null} white={white} tiltDeg={tiltDeg} />
        <SpectrumPicture name="after" spectrum={pair?.[1] ?? null} white={white} tiltDeg={tiltDeg} />
      </div>
      <p className="hint">
        kx to the right, kz down, {DECADES} decades.
        {tiltDeg &&
          ` Beyond the lines (${tiltDeg.map((tilt) => `${formatNumber(tilt)}°`).join(" and ")}) nothing was measured: what stands there after is a guess.`}
      </p>
    </>
  );
}
