import type { FinishedFiles } from "../src/contracts/compute";
import type { ResultVolume, VolumeFile } from "../src/contracts/files";
import type { FinishedSections } from "../src/core/operations/label-volumes";
import type { SegmentPreview } from "../src/core/operations/results";
import type { TaskContext } from "../src/core/task/task";
import type { VolumeReader } from "../src/core/volume/volume";
import { MRC_HEADER_BYTES } from "../src/io/mrc/mrc-header";
import type { MrcSink } from "../src/io/mrc/mrc-writer";

const ZEROS_BYTES = 8 * 2 ** 20;
let zeros: Blob | null = null;

/** Parts of a Blob that are zeros; they share their bytes. */
function zeroParts(bytes: number): Blob[] {
  zeros ??= new Blob([new Uint8Array(ZEROS_BYTES)]);
  const parts: Blob[] = [];
  for (let left = bytes; left > 0; left -= ZEROS_BYTES)
    parts.push(zeros.slice(0, Math.min(left, ZEROS_BYTES)));
  return parts;
}

/** Returns a file of a volume of which `finished` sections, of `sections` in all, are written: the others are zeros. */
export function unfinishedFile(written: Blob, sink: MrcSink, finished: number, sections: number): Blob {
  const end = sink.bytesOf(finished);
  return new Blob([
    sink.header(`Tomoscope: ${finished} of ${sections} sections are finished`),
    written.slice(MRC_HEADER_BYTES, end),
    ...zeroParts(sink.bytesOf(sections) - end),
  ]);
}

/** Returns a context whose previews carry the files of what is finished, so that it outlives the run. */
export function withFinishedFiles(
  context: TaskContext,
  params: FinishedFiles["params"],
  unfinishedVolumes: (sections: number) => readonly ResultVolume[],
): TaskContext<SegmentPreview> {
  return {
    ...context,
    onProgress(progress) {
      const sections = progress.preview?.finishedSections;
      if (sections === undefined) return context.onProgress(progress);
      const finished: FinishedFiles = { sections, params, volumes: unfinishedVolumes(sections) };
      context.onProgress({ ...progress, preview: { ...progress.preview, finished } });
    },
  };
}

/** Opens what a run that was stopped left. */
export async function openFinished(
  { sections, volumes }: FinishedFiles,
  open: (file: VolumeFile) => Promise<VolumeReader>,
): Promise<FinishedSections> {
  const ofRole = (role: ResultVolume["role"]) => volumes.filter((volume) => volume.role === role);
  const [labels] = ofRole("labels");
  const [score] = ofRole("score");
  return {
    sections,
    labels: await open(labels),
    score: score ? await open(score) : null,
    classes: await Promise.all(ofRole("class-probability").map(open)),
  };
}
