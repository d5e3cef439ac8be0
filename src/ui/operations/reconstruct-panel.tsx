import { entryOf } from "../../state/document";
import { lastJob } from "../../state/jobs";
import { Section } from "../controls/section";
import { formatNumber } from "../format-quantity";
import { useDocument, useJobs } from "../workbench-context";
import { OperationForm, useShownVolume } from "./operation-form";
import { RunBox } from "./run-box";

/** "−60° to 60°", or one value where all are alike. */
function spanOf(values: readonly number[], unit: string): string {
  const ends = [...new Set([Math.min(...values), Math.max(...values)].map(formatNumber))];
  return ends.map((end) => (unit === "°" ? `${end}°` : `${end} ${unit}`)).join(" to ");
}

/** What is known of the shown volume as a tilt series, or what to do first. */
function Series() {
  const volume = useShownVolume();
  const parent = useDocument(({ volumes }) => entryOf(volumes, volume?.parentId ?? null));
  if (!volume?.tilts) {
    const isResult = parent?.tilts;
    return (
      <p className="sentence">
        {isResult
          ? `This was made of the tilt series ${parent.name}: show that one to reconstruct it again.`
          : "Open a tilt series (ST, MRC) and drop its tilts on the page: a .tlt, .rawtlt or .mdoc file. Or simulate one: Simulate, route tilt series."}
      </p>
    );
  }
  const { tiltsDeg, defociMicrometre, name } = volume.tilts;
  return (
    <p className="figures">
      <b>{tiltsDeg.length}</b> images, <b>{spanOf(tiltsDeg, "°")}</b>, after {name}
      {defociMicrometre && (
        <>
          {" "}
          · defocus <b>{spanOf(defociMicrometre, "µm")}</b>
        </>
      )}
    </p>
  );
}

/** The panel that makes a tomogram of a tilt series, its CTF corrected before. */
export function ReconstructPanel() {
  const volume = useShownVolume();
  const shape = volume?.tilts ? volume.meta.shape : null;
  const isCorrecting = useJobs(({ jobs }) => lastJob(jobs, "correct-ctf")?.phase === "running");
  return (
    <>
      <Series />
      <Section title="Contrast transfer" open={isCorrecting}>
        <OperationForm operation="correct-ctf" />
        <RunBox operation="correct-ctf" shape={shape} />
      </Section>
      <OperationForm operation="reconstruct" />
      <RunBox operation="reconstruct" shape={shape} />
    </>
  );
}
