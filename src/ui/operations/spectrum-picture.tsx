import { useEffect, useRef } from "react";
import type { PowerSpectrum } from "../../contracts/data";
import { drawGreys } from "./draw-greys";

/** The decades of power below the maximum that are shown. */
export const DECADES = 5;

/** Returns the log power that is drawn white: the strongest. */
export function whiteOf({ values }: PowerSpectrum): number {
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

/** One power spectrum, with the lines beyond which nothing was measured. */
export function SpectrumPicture(props: {
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
