import { FolderOpen } from "lucide-react";
import { CommandButton } from "../controls/icon-button";
import { Section } from "../controls/section";
import { useDocument } from "../workbench-context";
import { ContrastSection } from "./contrast-section";
import { LabelsBranch } from "./labels-branch";
import { ParticlesBranch } from "./particles-branch";
import { ViewSection } from "./view-section";
import { VolumeRow } from "./volume-row";

/** What is open: volumes, labels, particles; and how it is shown. */
export function DataPanel() {
  const { volumes, labels, particles } = useDocument((document) => document);
  return (
    <>
      <Section
        title="Volumes"
        aside={
          <CommandButton id="file.open">
            <FolderOpen size={14} aria-hidden />
          </CommandButton>
        }
      >
        {volumes.length === 0 && <p className="hint">Drop a tomogram anywhere, or open one.</p>}
        <ul className="tree">
          {volumes.map((volume) => (
            <VolumeRow key={volume.id} volume={volume} />
          ))}
        </ul>
      </Section>
      <Section title="Labels">
        {labels.length === 0 && <p className="hint">Segment fills this.</p>}
        {labels.map((entry) => (
          <LabelsBranch key={entry.id} labels={entry} />
        ))}
      </Section>
      <Section title="Particles">
        {particles.length === 0 && <p className="hint">Localize fills this, from labels.</p>}
        {particles.map((entry) => (
          <ParticlesBranch key={entry.id} entry={entry} />
        ))}
      </Section>
      <ContrastSection />
      <ViewSection />
    </>
  );
}
