import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { powerSpectrumXz } from "../core/fourier/power-spectrum";
import type { ClassInfo, ParticleList } from "../core/particles/particle-list";
import { robustRange } from "../core/volume/contrast";
import { type Axis, type Box, type Shape3, wholeBox } from "../core/volume/shape";
import { knownVoxelSizeAngstrom, type VolumeReader } from "../core/volume/volume";
import {
  drawCircle,
  drawLine,
  encodePng,
  enlarged,
  greyPicture,
  gridOf,
  overlayLabels,
  type Picture,
  parseColour,
  type SliceValues,
  slabImage,
} from "./picture";

const BOX_FACTOR = 6;
const CELL_FACTOR = 3;
const SLAB = 5;
/** The bundled sample was tilted so far to both sides. */
const TILT_DEG = 60;
const ACCENT = parseColour("#6ea8fe");

/** A slice in the grey of its own robust range, enlarged. */
function picture(slice: SliceValues, factor: number): Picture {
  const { low, high } = robustRange(slice.values, [1, slice.height, slice.width]);
  return greyPicture(enlarged(slice, factor), low, high);
}

/** The same volume seen through a box of it. */
function within(volume: VolumeReader, box: Box): VolumeReader {
  const shape: Shape3 = [box.z1 - box.z0, box.y1 - box.y0, box.x1 - box.x0];
  return {
    meta: { ...volume.meta, shape },
    readBox: ({ z0, y0, x0, z1, y1, x1 }) =>
      volume.readBox({
        z0: box.z0 + z0,
        y0: box.y0 + y0,
        x0: box.x0 + x0,
        z1: box.z0 + z1,
        y1: box.y0 + y1,
        x1: box.x0 + x1,
      }),
  };
}

/** Columns: measured, restored, uncertainty; rows: XY and XZ through the middle of the box. */
async function restorationPicture(
  raw: VolumeReader,
  restored: VolumeReader,
  std: VolumeReader,
): Promise<Picture> {
  const [nz, ny] = raw.meta.shape;
  const row = (axis: Axis, index: number) =>
    Promise.all(
      [raw, restored, std].map(async (volume) =>
        picture(await slabImage(volume, axis, index, 3), BOX_FACTOR),
      ),
    );
  return gridOf([await row("z", Math.floor(nz / 2)), await row("y", Math.floor(ny / 2))]);
}

/** Power over (kx, kz), measured and restored, in one range; lines show where the wedge of a cubic box begins. */
async function spectrumPicture(raw: VolumeReader, restored: VolumeReader): Promise<Picture> {
  const spectra = await Promise.all(
    [raw, restored].map(async (volume) =>
      powerSpectrumXz(await volume.readBox(wholeBox(volume.meta.shape)), volume.meta.shape),
    ),
  );
  const both = Float32Array.from(spectra.flatMap(({ values }) => [...values]));
  const { low, high } = robustRange(both, [1, 1, both.length]);
  const pictures = spectra.map((spectrum) => {
    const drawn = greyPicture(enlarged(spectrum, BOX_FACTOR), low, high);
    const [zeroX, zeroY] = [spectrum.width, spectrum.height].map(
      (side) => (Math.floor(side / 2) + 0.5) * BOX_FACTOR,
    );
    for (const angleDeg of [-TILT_DEG, TILT_DEG]) drawLine(drawn, zeroX, zeroY, angleDeg, ACCENT);
    return drawn;
  });
  return gridOf([pictures]);
}

function circles(target: Picture, list: ParticleList, axis: Axis, index: number, colours: Colours): void {
  const voxelSize = knownVoxelSizeAngstrom(list.voxelSizeAngstrom) ?? 1;
  for (const particle of list.particles) {
    const radius =
      (list.classes.find(({ label }) => label === particle.label)?.radiusAngstrom ?? 0) / voxelSize;
    const apart = particle[axis] - index;
    const colour = colours.get(particle.label);
    if (Math.abs(apart) >= radius || !colour) continue;
    const [x, y] = axis === "z" ? [particle.x, particle.y] : [particle.x, particle.z];
    const seen = Math.sqrt(radius ** 2 - apart ** 2);
    drawCircle(target, (x + 0.5) * CELL_FACTOR, (y + 0.5) * CELL_FACTOR, seen * CELL_FACTOR, colour);
  }
}

type Colours = ReadonlyMap<number, ReturnType<typeof parseColour>>;

const coloursOf = (classes: readonly ClassInfo[]): Colours =>
  new Map(classes.flatMap(({ label, color }) => (color ? [[label, parseColour(color)] as const] : [])));

/** Columns: the cell, its labels with the particles as circles; rows: XY and XZ through the middle. */
async function segmentationPicture(
  raw: VolumeReader,
  labels: VolumeReader,
  list: ParticleList,
): Promise<Picture> {
  const [nz, ny] = raw.meta.shape;
  const colours = coloursOf(list.classes);
  const row = async (axis: Axis, index: number) => {
    const plain = picture(await slabImage(raw, axis, index, SLAB), CELL_FACTOR);
    const marked = overlayLabels(plain, await slabImage(labels, axis, index, 1), CELL_FACTOR, colours);
    circles(marked, list, axis, index, colours);
    return [plain, marked];
  };
  return gridOf([await row("z", Math.floor(nz / 2)), await row("y", Math.floor(ny / 2))]);
}

/** Writes the demo's three pictures into a folder and returns their names. */
export async function writeDemoPictures(
  folder: string,
  volumes: Readonly<Record<"cell" | "restored" | "std" | "labels", VolumeReader>>,
  box: Box,
  list: ParticleList,
): Promise<readonly string[]> {
  const raw = within(volumes.cell, box);
  const pictures = {
    "restored.png": await restorationPicture(raw, volumes.restored, volumes.std),
    "spectrum.png": await spectrumPicture(raw, volumes.restored),
    "segmentation.png": await segmentationPicture(volumes.cell, volumes.labels, list),
  };
  for (const [name, content] of Object.entries(pictures))
    await writeFile(join(folder, name), encodePng(content));
  return Object.keys(pictures);
}
