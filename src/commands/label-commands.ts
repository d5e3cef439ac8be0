import { entryOf, type LabelClass, patchEntry } from "../state/document";
import { recordStep } from "../state/history";
import type { Command } from "./command";
import { removeSelectedParticle, shownParticles, stepParticle } from "./review-particles";
import type { Workbench } from "./workbench";

/** Changes the colour or visibility of one class; it can be undone. */
export function changeClass(
  workbench: Workbench,
  labelsId: string,
  label: number,
  patch: Partial<Pick<LabelClass, "color" | "visible">>,
): void {
  const entry = entryOf(workbench.document.getState().labels, labelsId);
  if (!entry) return;
  recordStep(workbench, `change class ${label}`, workbench.host.now());
  patchEntry(workbench.document, "labels", labelsId, {
    classes: entry.classes.map((each) => (each.label === label ? { ...each, ...patch } : each)),
  });
}

const shownLabels = ({ document, view }: Workbench) =>
  entryOf(document.getState().labels, view.getState().labelsId);

const classCommands: Command[] = Array.from({ length: 9 }, (_, index) => ({
  id: `labels.class-${index + 1}`,
  label: `Show or hide class ${index + 1}`,
  group: "Labels and particles",
  keys: [`${index + 1}`],
  family: { keys: "1 … 9", label: "Show or hide a class" },
  enabled: (workbench) => shownLabels(workbench)?.classes.some(({ label }) => label === index + 1) ?? false,
  run(workbench) {
    const entry = shownLabels(workbench);
    const found = entry?.classes.find(({ label }) => label === index + 1);
    if (entry && found) changeClass(workbench, entry.id, found.label, { visible: !found.visible });
  },
}));

const hasParticles = (workbench: Workbench) => (shownParticles(workbench)?.list.particles.length ?? 0) > 0;

export const labelCommands: readonly Command[] = [
  ...classCommands,
  {
    id: "particles.next",
    label: "Next particle",
    group: "Labels and particles",
    keys: ["]"],
    enabled: hasParticles,
    run: (workbench) => stepParticle(workbench, 1),
  },
  {
    id: "particles.previous",
    label: "Previous particle",
    group: "Labels and particles",
    keys: ["["],
    enabled: hasParticles,
    run: (workbench) => stepParticle(workbench, -1),
  },
  {
    id: "particles.remove",
    label: "Remove the selected particle",
    group: "Labels and particles",
    keys: ["Delete"],
    enabled: (workbench) => workbench.view.getState().selectedParticle !== null,
    run: removeSelectedParticle,
  },
];
