import { useEffect, useState } from "react";
import type { PowerSpectrum } from "../../contracts/data";
import type { Box } from "../../core/volume/shape";
import { useWorkbench } from "../workbench-context";
import { DECADES, SpectrumPicture, whiteOf } from "./spectrum-picture";

interface SpectrumPairProps {
  readonly beforeId: string;
  /** The part of the volume before that was worked on; null is all of it. */
  readonly beforeBox: Box | null;
  readonly afterId: string;
  /** The tilts that were measured, which are outlined; null where they are not one range. */
  readonly tiltDeg: readonly [number, number] | null;
  readonly tiltAxis: "x" | "y";
  /** Rises when the voxels after change under the same id. */
  readonly revision: number;
}

/** What the outlines are, each with its line. */
function Legend() {
  const entry = (kind: "measured" | "missing", text: string) => (
    <li>
      <svg width="14" height="12" aria-hidden="true">
        <polygon className={kind} points="1,1 13,1 13,11 1,11" />
      </svg>
      {text}
    </li>
  );
  return (
    <ul className="spectrum-legend">
      {entry("measured", "measured")}
      {entry("missing", "missing before, filled after: a guess")}
    </ul>
  );
}

/** Log power across the tilt axis before and after a restoration, kz down, with what was measured outlined. */
export function SpectrumPair({
  beforeId,
  beforeBox,
  afterId,
  tiltDeg,
  tiltAxis,
  revision,
}: SpectrumPairProps) {
  const { data } = useWorkbench();
  const [pair, setPair] = useState<readonly [PowerSpectrum, PowerSpectrum] | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const boxKey = JSON.stringify(beforeBox);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the revision says that the voxels are new ones
  useEffect(() => {
    let current = true;
    const box = JSON.parse(boxKey) as Box | null;
    Promise.all([
      data.powerSpectrum(beforeId, box, tiltAxis),
      data.powerSpectrum(afterId, null, tiltAxis),
    ]).then(
      (both) => current && setPair(both),
      (error: Error) => current && setProblem(error.message),
    );
    return () => {
      current = false;
    };
  }, [data, beforeId, boxKey, afterId, tiltAxis, revision]);
  if (problem) return <p className="sentence danger">{problem}</p>;
  const white = pair ? Math.max(...pair.map(whiteOf)) : 0;
  return (
    <>
      <div className="spectrum-pair">
        <SpectrumPicture name="before" spectrum={pair?.[0] ?? null} white={white} tiltDeg={tiltDeg} />
        <SpectrumPicture name="after" spectrum={pair?.[1] ?? null} white={white} tiltDeg={tiltDeg} />
      </div>
      {tiltDeg && <Legend />}
      <p className="hint">
        k{tiltAxis === "y" ? "x" : "y"} to the right, kz down, {DECADES} decades.
      </p>
    </>
  );
}
