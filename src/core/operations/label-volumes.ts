import type { ModelManifest } from "../nn/model";
import type { TaskContext } from "../task/task";
import { byteCounts } from "../volume/byte-counts";
import { type Box, wholeBox } from "../volume/shape";
import type { VolumeMeta, VolumeReader, VolumeSink, VolumeSpec } from "../volume/volume";
import { volumeStem } from "../volume/volume-stem";
import type { LabelGrid } from "./label-grid";
import type { LabelSlab } from "./label-slab";
import type { LabelledPiece } from "./results";

/** Probabilities of labels come as bytes; 255 stands for 1. */
const SCORE_UNIT = 1 / 255;

/** Volumes of a run that was stopped: their first sections are finished. */
export interface FinishedSections {
  readonly sections: number;
  readonly labels: VolumeReader;
  readonly score: VolumeReader | null;
  /** In the order of the classes; empty where their probabilities are not kept. */
  readonly classes: readonly VolumeReader[];
}

/** The volumes that a segmentation fills, section by section. */
export interface LabelVolumes {
  /** What a slab takes for each section, in bytes. */
  readonly bytesPerSection: number;
  /** Returns how many sections, from the first on, are written. */
  sections(): number;
  /** Takes over what an earlier run finished; comes before any slab. `onSection` gets the labels of each section. */
  copy(
    finished: FinishedSections,
    breathe: () => Promise<void>,
    onSection: (piece: LabelledPiece) => void,
  ): Promise<void>;
  /** Appends what a slab has beyond what is written, up to its section `toZ`; slabs come in order of z. */
  write(slab: LabelSlab, toZ: number, breathe: () => Promise<void>): Promise<void>;
  /** Ends the volumes and returns how many voxels (of the box) each class has. */
  close(): Promise<number[]>;
}

interface LabelVolumeParams {
  readonly box: Box | null;
  readonly saveScore: boolean;
  readonly classProbabilities: boolean;
}

/** Opens the label map and, if wanted, the volumes of probabilities, all of the shape of the volume segmented. */
export async function openLabelVolumes(
  meta: VolumeMeta,
  { name: modelName, classes }: ModelManifest,
  params: LabelVolumeParams,
  grid: LabelGrid,
  context: Pick<TaskContext<never>, "createVolume">,
): Promise<LabelVolumes> {
  const { shape, voxelSizeAngstrom, originAngstrom } = meta;
  const [nz, ny, nx] = shape;
  const stem = volumeStem(meta.name);
  const open = (role: VolumeSpec["role"], suffix: string, dtype: VolumeSpec["dtype"], what: string) =>
    context.createVolume({
      role,
      name: `${stem}-${suffix}.mrc`,
      shape,
      dtype,
      unit: role === "score" ? SCORE_UNIT : 1,
      voxelSizeAngstrom,
      originAngstrom,
      labels: [`Tomoscope: ${what}, model ${modelName}`.slice(0, 80)],
    });

  const labels = await open("labels", "labels", "int8", "labels");
  const score = params.saveScore ? await open("score", "score", "float16", "probability of the label") : null;
  const perClass: VolumeSink[] = [];
  if (params.classProbabilities)
    for (const { label, name } of classes)
      perClass.push(await open("class-probability", `class${label}`, "float16", `probability of ${name}`));

  const counts: number[] = classes.map(() => 0);
  const { z0, y0, x0, z1, y1, x1 } = params.box ?? wholeBox(shape);
  const sinks = [labels, ...(score ? [score] : []), ...perClass];
  const empty = new Uint8Array(ny * nx);
  let sections = 0;
  const skipTo = async (z: number) => {
    for (; sections < z; sections++) for (const sink of sinks) await sink.write(empty);
  };
  const writeLabels = async (values: Uint8Array<ArrayBuffer>) => {
    const found = byteCounts(values);
    for (const label of counts.keys()) counts[label] += found[label];
    await labels.write(values);
  };

  return {
    bytesPerSection: grid.areaOfNetwork * (1 + (score ? 1 : 0) + 4 * perClass.length),
    sections: () => sections,

    async copy(finished, breathe, onSection) {
      const read = (reader: VolumeReader, z: number) =>
        reader.readBox({ z0: z, y0: 0, x0: 0, z1: z + 1, y1: ny, x1: nx });
      for (; sections < finished.sections; sections++) {
        await breathe();
        const found = Uint8Array.from(await read(finished.labels, sections));
        await writeLabels(found);
        onSection({ z0: sections, y0: 0, x0: 0, shape: [1, ny, nx], labels: found });
        if (score && finished.score) {
          const values = await read(finished.score, sections);
          await score.write(Uint8Array.from(values, (value) => Math.round(value / SCORE_UNIT)));
        }
        for (const [label, sink] of perClass.entries())
          await sink.write(await read(finished.classes[label], sections));
      }
      const outside = Math.min(sections, z0) + Math.max(0, sections - z1);
      counts[0] -= outside * ny * nx;
    },

    async write(slab, toZ, breathe) {
      const end = grid.sectionAt(Math.min(toZ, slab.z1));
      await skipTo(Math.min(end, grid.sectionAt(slab.z0)));
      for (; sections < end; sections++) {
        await breathe();
        await writeLabels(grid.section(slab.labels, slab.z0, sections));
        if (score && slab.scores) await score.write(grid.section(slab.scores, slab.z0, sections));
        for (const [label, sink] of perClass.entries())
          await sink.write(grid.section(slab.classes[label], slab.z0, sections));
      }
    },

    async close() {
      await skipTo(nz);
      for (const sink of sinks) await sink.close();
      counts[0] -= (z1 - z0) * (ny * nx - (y1 - y0) * (x1 - x0)); // outside the box nothing was segmented
      return counts;
    },
  };
}
