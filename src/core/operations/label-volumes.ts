import type { ModelManifest } from "../nn/model";
import type { TaskContext } from "../task/task";
import { type Box, wholeBox } from "../volume/shape";
import type { VolumeMeta, VolumeSink, VolumeSpec } from "../volume/volume";
import { volumeStem } from "../volume/volume-stem";
import type { LabelSlab } from "./label-slab";

interface LabelVolumeParams {
  readonly box: Box | null;
  readonly saveScore: boolean;
  readonly classProbabilities: boolean;
}

/** The volumes that a segmentation fills, section by section. */
export interface LabelVolumes {
  /** What a slab takes for each section, in bytes. */
  readonly bytesPerSection: number;
  /** Appends a slab; slabs come in order of z. */
  write(slab: LabelSlab): Promise<void>;
  /** Ends the volumes and returns how many voxels (of the box) each class has. */
  close(): Promise<number[]>;
}

/** Opens the label map and, if wanted, the volumes of probabilities, all of the shape of the volume segmented. */
export async function openLabelVolumes(
  meta: VolumeMeta,
  { name: modelName, classes }: ModelManifest,
  params: LabelVolumeParams,
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

  return {
    bytesPerSection: ny * nx * (1 + (score ? 4 : 0) + 4 * perClass.length),

    async write(slab) {
      await skipTo(slab.z0);
      for (const label of slab.labels) counts[label]++;
      await labels.write(slab.labels);
      if (score && slab.scores) await score.write(slab.scores);
      for (const [label, sink] of perClass.entries()) await sink.write(slab.classes[label]);
      sections = slab.z1;
    },

    async close() {
      await skipTo(nz);
      for (const sink of sinks) await sink.close();
      counts[0] -= (z1 - z0) * (ny * nx - (y1 - y0) * (x1 - x0)); // outside the box nothing was segmented
      return counts;
    },
  };
}
