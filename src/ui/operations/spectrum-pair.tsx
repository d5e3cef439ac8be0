import { useEffect, useState } from "react";
import type { PowerSpectrum } from "../../contracts/data";
import type { Box } from "../../core/volume/shape";
import { formatNumber } from "../format-quantity";
import { useWorkbench } from "../workbench-context";
import { DECADES, SpectrumPicture, whiteOf } from "./spectrum-picture";

interface SpectrumPairProps {
  readonly beforeId: string;
  /** The part of the volume before that was worked on; null is all of it. */
  readonly beforeBox: Box | null;
  readonly afterId: string;
  /** The tilts that were measured: the wedge beyond them is drawn. */
  readonly tiltDeg: readonly [number, number] | null;
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
  const white = pair ? Math.max(...pair.map(whiteOf)) : 0;
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
