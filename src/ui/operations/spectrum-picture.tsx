import { useEffect, useRef } from "react";
import type { PowerSpectrum } from "../../contracts/data";
import { drawGreys } from "./draw-greys";
import { spectrumRegions } from "./spectrum-regions";

/** The decades of power below the maximum that are shown. */
export const DECADES = 5;

/** Returns the log power that is drawn white: the strongest. */
export function whiteOf({ values }: PowerSpectrum): number {
  return values.reduce((most, value) => Math.max(most, value), Number.NEGATIVE_INFINITY);
}

/** One power spectrum, with what was measured outlined, and what was not. */
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
  const regions = tiltDeg && spectrumRegions(tiltDeg);
  return (
    <figure className="spectrum">
      <div className="spectrum-picture">
        <canvas ref={canvas} role="img" aria-label={`Power spectrum over kx and kz, ${name}`} />
        {regions && (
          <svg viewBox="-1 -1 2 2" preserveAspectRatio="none" aria-hidden="true">
            {regions.measured.map((points) => (
              <polygon key={points} className="measured" points={points} vectorEffect="non-scaling-stroke" />
            ))}
            {regions.missing.map((points) => (
              <polygon key={points} className="missing" points={points} vectorEffect="non-scaling-stroke" />
            ))}
          </svg>
        )}
      </div>
      <figcaption className="hint">{name}</figcaption>
    </figure>
  );
}
