import { entryOf } from "../state/document";
import { notify } from "../state/shell";
import { PARTICLE_FORMATS, type ParticleFormat } from "./particle-formats";
import { shownParticles } from "./review-particles";
import type { Workbench } from "./workbench";

/** "cell-sample.mrc.gz" → "cell-sample". */
const stem = (name: string) => name.replace(/(\.(mrc|map|rec|st|mrcs|em|gz|bz2))+$/i, "");

/** Saves the file of a volume: as it was opened, or the MRC that an operation wrote. */
export function exportVolume({ files, document, host }: Workbench, id: string): void {
  const file = files.get(id);
  const volume = entryOf(document.getState().volumes, id);
  if (!file || !volume) return;
  host.saveFile(file.name, file.blob);
}

/** Saves a label map as MRC (int8, 0 is the background). */
export function exportLabels({ files, host }: Workbench, id: string): void {
  const file = files.get(id);
  if (file) host.saveFile(file.name, file.blob);
}

async function writeParticles(workbench: Workbench, format: ParticleFormat): Promise<string | null> {
  const entry = shownParticles(workbench);
  if (!entry) return null;
  switch (format) {
    case "star":
      return (await import("../io/star/write-star")).writeStar(entry.list);
    case "xml":
      return (await import("../io/deepfinder-xml/write-deepfinder-xml")).writeDeepfinderXml(entry.list);
    case "csv":
      return (await import("../io/particle-csv/write-particle-csv")).writeParticleCsv(entry.list);
    case "json":
      return (await import("../io/particle-json/write-particle-json")).writeParticleJson(entry.list);
  }
}

/** Saves the particles that are shown in the format chosen. */
export async function exportParticles(workbench: Workbench, format: ParticleFormat): Promise<void> {
  const entry = shownParticles(workbench);
  const spec = PARTICLE_FORMATS.find(({ id }) => id === format);
  if (!entry || !spec) return;
  try {
    const text = await writeParticles(workbench, format);
    if (text === null) return;
    const name = `${stem(entry.list.volumeName)}-particles.${spec.extension}`;
    workbench.host.saveFile(name, new Blob([text], { type: "text/plain" }));
    notify(workbench.shell, "info", `Saved ${name}: ${spec.convention}.`);
  } catch (error) {
    notify(workbench.shell, "error", error instanceof Error ? error.message : String(error));
  }
}

/** Saves the views as they are as a PNG. */
export async function saveScreenshot({ viewer, host }: Workbench): Promise<void> {
  const picture = await viewer?.toBlob();
  if (picture) host.saveFile("tomoscope.png", picture);
}
