import { entryOf } from "../../state/document";
import { lastJob } from "../../state/jobs";
import { Section } from "../controls/section";
import { formatNumber } from "../format-quantity";
import { useDocument, useJobs } from "../workbench-context";
import { OperationForm, useShownVolume } from "./operation-form";
import { RunBox } from "./run-box";

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
  const range = [Math.min(...tiltsDeg), Math.max(...tiltsDeg)]
    .map((tilt) => `${formatNumber(tilt)}°`)
    .join(" to ");
  return (
    <p className="figures">
      <b>{tiltsDeg.length}</b> images from <b>{range}</b>, after {name}
      {defociMicrometre && (
        <>
          {" "}
          · defocus <b>{formatNumber(Math.min(...defociMicrometre))}</b> to{" "}
          <b>{formatNumber(Math.max(...defociMicrometre))}</b> µm
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
