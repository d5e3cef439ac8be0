import { X } from "lucide-react";
import { openPanel } from "../../commands/operation-commands";
import type { PanelId } from "../../state/shell";
import { IconButton } from "../controls/icon-button";
import { useJobs, useShell, useView, useWorkbench } from "../workbench-context";

const STEPS: readonly { readonly panel: PanelId; readonly title: string; readonly text: string }[] = [
  { panel: "restore", title: "Restore a box", text: "fill in what the missing wedge took" },
  { panel: "segment", title: "Segment", text: "label every voxel with the network" },
  { panel: "review", title: "Review", text: "check the particles, then export them" },
];

/** The three first steps on the sample, until one is taken or they are dismissed. */
export function Welcome() {
  const workbench = useWorkbench();
  const isShown = useShell((state) => state.welcome);
  const hasBegun = useJobs(({ jobs }) => jobs.some(({ operation }) => operation !== "read"));
  const sampleId = useShell((state) => state.sampleId);
  const isSample = useView((view) => view.volumeId !== null && view.volumeId === sampleId);
  const hasParticles = useView((view) => view.particlesId !== null);
  if (!isShown || !isSample || hasBegun || hasParticles) return null;
  return (
    <aside className="welcome" aria-label="First steps">
      <IconButton
        label="Dismiss the first steps"
        className="small"
        onClick={() => workbench.shell.setState({ welcome: false })}
      >
        <X size={14} aria-hidden />
      </IconButton>
      <ol>
        {STEPS.map(({ panel, title, text }) => (
          <li key={panel}>
            <button type="button" className="link-button" onClick={() => openPanel(workbench, panel)}>
              {title}
            </button>
            <span className="hint">{text}</span>
          </li>
        ))}
      </ol>
      <p className="hint">
        This is a simulated cell; drop your own tomogram anywhere. Nothing leaves this computer.
      </p>
    </aside>
  );
}
