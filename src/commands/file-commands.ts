import { redoStep, undoStep } from "../state/history";
import type { Command } from "./command";
import {
  EXPORT_FORMATS,
  exportLabels,
  exportParticles,
  exportVolume,
  saveScreenshot,
} from "./export-results";
import { openFiles, openSample } from "./open-files";
import { closeEntry } from "./open-volume";
import { shownParticles } from "./review-particles";
import type { Workbench } from "./workbench";

const isShown = (workbench: Workbench) => workbench.view.getState().volumeId !== null;

export const fileCommands: readonly Command[] = [
  {
    id: "file.open",
    label: "Open a tomogram…",
    group: "File",
    keys: ["Ctrl+O"],
    run: async (workbench) => openFiles(workbench, await workbench.host.pickFiles()),
  },
  {
    id: "file.open-model",
    label: "Open a model (.h5, .keras, or manifest.json with .safetensors)…",
    group: "File",
    keys: [],
    run: async (workbench) => openFiles(workbench, await workbench.host.pickFiles()),
  },
  { id: "file.open-sample", label: "Open the sample", group: "File", keys: [], run: openSample },
  {
    id: "file.close",
    label: "Close the volume that is shown",
    group: "File",
    keys: [],
    enabled: isShown,
    run(workbench) {
      const { volumeId } = workbench.view.getState();
      if (volumeId) closeEntry(workbench, volumeId);
    },
  },
  {
    id: "file.export-volume",
    label: "Export the volume that is shown as MRC",
    group: "File",
    keys: [],
    enabled: isShown,
    run: (workbench) => exportVolume(workbench, workbench.view.getState().volumeId ?? ""),
  },
  {
    id: "file.export-labels",
    label: "Export the labels as MRC",
    group: "File",
    keys: [],
    enabled: (workbench) => workbench.files.has(workbench.view.getState().labelsId ?? ""),
    run: (workbench) => exportLabels(workbench, workbench.view.getState().labelsId ?? ""),
  },
  ...EXPORT_FORMATS.map(
    ({ id, label }): Command => ({
      id: `file.export-${id}`,
      label: `Export the particles as ${label}`,
      group: "File",
      keys: [],
      enabled: (workbench) => shownParticles(workbench) !== null,
      run: (workbench) => exportParticles(workbench, id),
    }),
  ),
  {
    id: "file.screenshot",
    label: "Save a picture of the views",
    group: "File",
    keys: [],
    enabled: isShown,
    run: saveScreenshot,
  },
  {
    id: "edit.undo",
    label: "Undo",
    group: "Edit",
    keys: ["Ctrl+Z"],
    enabled: ({ history }) => history.getState().past.length > 0,
    run: (workbench) => void undoStep(workbench),
  },
  {
    id: "edit.redo",
    label: "Redo",
    group: "Edit",
    keys: ["Ctrl+Shift+Z"],
    enabled: ({ history }) => history.getState().future.length > 0,
    run: (workbench) => void redoStep(workbench),
  },
  {
    id: "help.palette",
    label: "All commands",
    group: "Help",
    keys: ["Ctrl+K"],
    run: ({ shell }) => shell.setState(({ palette }) => ({ palette: !palette, help: false })),
  },
  {
    id: "help.keys",
    label: "All keys",
    group: "Help",
    keys: ["?"],
    run: ({ shell }) => shell.setState(({ help }) => ({ help: !help, palette: false })),
  },
  {
    id: "help.welcome",
    label: "Show the first steps",
    group: "Help",
    keys: [],
    run: ({ shell }) => shell.setState({ welcome: true }),
  },
];
