import type { VolumeFile } from "../contracts/files";
import { entryOf, setTruth, type VolumeEntry } from "../state/document";
import { notify } from "../state/shell";
import { evaluateAll } from "./evaluate-particles";
import { openVolume, readWholeVolume, showVolume } from "./open-volume";
import type { Workbench } from "./workbench";

/** The bundled sample and its truth. */
const SAMPLE = "samples/cell-sample.mrc";
const SAMPLE_TRUTH = "samples/cell-sample-truth.json";

const sentence = (error: unknown) => (error instanceof Error ? error.message : String(error));

async function openTomogram(workbench: Workbench, file: VolumeFile): Promise<VolumeEntry> {
  const volume = await openVolume(workbench, file);
  showVolume(workbench, volume.id);
  for (const warning of volume.meta.warnings) notify(workbench.shell, "warning", `${file.name}: ${warning}`);
  void readWholeVolume(workbench, volume);
  return volume;
}

/** Reads a list of true positions for a volume, and scores the particles of that volume against it. */
async function openTruth(workbench: Workbench, volumeId: string, name: string, text: string): Promise<void> {
  const { parseTruth } = await import("../io/truth/parse-truth");
  const volume = entryOf(workbench.document.getState().volumes, volumeId);
  if (!volume) return;
  setTruth(workbench.document, { volumeId, name, list: parseTruth(text, volume.meta) });
  evaluateAll(workbench, volumeId);
}

/**
 * Opens what the user dropped or chose: volumes, and a .json of true positions for the volume that is shown. A file that
 * cannot be read gets its sentence; what is open stays open.
 */
export async function openFiles(workbench: Workbench, files: readonly File[]): Promise<void> {
  for (const file of files) {
    try {
      const { volumeId } = workbench.view.getState();
      if (!file.name.toLowerCase().endsWith(".json")) {
        await openTomogram(workbench, { name: file.name, blob: file });
      } else if (volumeId) {
        await openTruth(workbench, volumeId, file.name, await file.text());
        notify(workbench.shell, "info", `${file.name} is now the truth that particles are compared with.`);
      } else {
        notify(workbench.shell, "error", `Open the tomogram first: ${file.name} is a list of positions in it.`);
      }
    } catch (error) {
      notify(workbench.shell, "error", `${file.name}: ${sentence(error)}`);
    }
  }
}

/** Opens the bundled sample and the truth that belongs to it. */
export async function openSample(workbench: Workbench): Promise<void> {
  try {
    const [sample, truth] = await Promise.all(
      [SAMPLE, SAMPLE_TRUTH].map((path) => workbench.host.fetchAsset(path)),
    );
    const blob = await sample.blob();
    const volume = await openTomogram(workbench, { name: "cell-sample.mrc", blob });
    await openTruth(workbench, volume.id, "cell-sample-truth.json", await truth.text());
  } catch (error) {
    notify(workbench.shell, "error", `The sample could not be opened: ${sentence(error)}`);
  }
}
