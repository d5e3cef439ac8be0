import { fillNormal, uniformSequence } from "../random/philox";
import type { VoxelArray } from "../volume/array-volume";
import type { Point3 } from "../volume/shape";
import { NOISE_STREAM } from "./streams";
import type { TrainingBatch } from "./trainer";
import type { Augmentation, Sampling } from "./training-recipe";
import type { TrainingVolume } from "./training-volume";

/** Normal numbers that noise is taken from, in runs of a row from a random place each: drawing them anew would cost 20 times the patch. */
const NOISE_NUMBERS = 1 << 18;

interface Place extends Point3 {
  readonly volume: TrainingVolume;
}

/** A batch that is made patch by patch, in the pauses of something else. */
interface PendingBatch {
  /** Makes one more patch, where one is missing. */
  advance(): void;
  /** Makes what is missing and returns the batch. */
  finish(): TrainingBatch;
}

/** Makes batches of patches. */
export interface BatchMaker {
  /** Begins the batch of a step: its patches take the streams from `stream` + step · count on. The next but one overwrites it. */
  begin(stream: number, step: number): PendingBatch;
}

/**
 * Returns the maker of batches of `count` patches of volumes. A batch hangs on the seed, the stream and the step alone, so that
 * what is resumed goes on as if it had never stopped. 8 patches of 56³ take a few milliseconds.
 */
export function createBatchMaker(
  volumes: readonly TrainingVolume[],
  { sampling, augmentation }: { sampling: Sampling; augmentation: Augmentation | null },
  count: number,
  seed: number,
): BatchMaker {
  const { side } = sampling;
  const place = placer(volumes, sampling);
  const noise = augmentation?.noise ? new Float32Array(NOISE_NUMBERS) : null;
  if (noise) fillNormal(noise, seed, NOISE_STREAM);
  const empty = (): TrainingBatch => ({
    count,
    side,
    voxels: new Float32Array(count * side ** 3),
    labels: new Uint8Array(count * side ** 3),
  });
  let [batch, other] = [empty(), empty()];
  return {
    begin(stream, step) {
      [batch, other] = [other, batch];
      const made = batch;
      let patch = 0;
      const advance = () => {
        if (patch === count) return;
        const random = uniformSequence(seed, stream + step * count + patch);
        const { volume, ...centre } = place(random);
        const corner = cornerOf(volume, centre, sampling, random);
        const change = drawChange(augmentation, random);
        cut(volume, corner, change, made, patch);
        if (noise && change.noise > 0) addNoise(made, patch, change.noise, noise, random);
        patch++;
      };
      return {
        advance,
        finish() {
          while (patch < count) advance();
          return made;
        },
      };
    },
  };
}

/** Returns the function that draws the middle of a patch. Which volume it is in follows from how many objects each has. */
function placer(
  volumes: readonly TrainingVolume[],
  { balanced, anywhereShare, regionShare }: Sampling,
): (random: () => number) => Place {
  const objects = volumes.flatMap((volume) => volume.objects.map((object) => ({ ...object, volume })));
  const labels = [...new Set(objects.map(({ label }) => label))].sort((a, b) => a - b);
  const byLabel = labels.map((label) => objects.filter((object) => object.label === label));
  const groups: readonly (readonly Place[])[] = balanced ? byLabel : objects.length > 0 ? [objects] : [];
  const regions = volumes.flatMap((volume) =>
    [...volume.regions.values()].map((voxels) => ({ voxels, volume })),
  );
  const pick = <T>(of: readonly T[], random: () => number): T => of[Math.floor(of.length * random())];

  const anywhere = (random: () => number): Place => {
    const volume = pick(volumes, random);
    const [nz, ny, nx] = volume.shape;
    return { volume, x: nx * random(), y: ny * random(), z: nz * random() };
  };
  const inRegion = (random: () => number): Place => {
    const { volume, voxels } = pick(regions, random);
    const index = voxels[Math.floor(voxels.length * random())];
    const [, ny, nx] = volume.shape;
    return { volume, x: index % nx, y: Math.floor(index / nx) % ny, z: Math.floor(index / (nx * ny)) };
  };
  return (random) => {
    const kind = random();
    if (regions.length > 0 && kind >= anywhereShare && kind < anywhereShare + regionShare)
      return inRegion(random);
    if (groups.length === 0 || kind < anywhereShare) return anywhere(random);
    return pick(pick(groups, random), random);
  };
}

/** The first voxel of a patch: its middle is off the centre by the jitter, and it lies whole within the volume. */
function cornerOf(
  { shape: [nz, ny, nx] }: TrainingVolume,
  centre: Point3,
  { side, jitter }: Sampling,
  random: () => number,
): Point3 {
  const along = (at: number, length: number) => {
    const offset = Math.floor((2 * jitter + 1) * random()) - jitter;
    return Math.min(length - side, Math.max(0, Math.round(at) + offset - side / 2));
  };
  return { x: along(centre.x, nx), y: along(centre.y, ny), z: along(centre.z, nz) };
}

/** How a patch is varied. */
interface Change {
  readonly halfTurn: boolean;
  readonly scale: number;
  readonly shift: number;
  readonly noise: number;
}

function drawChange(augmentation: Augmentation | null, random: () => number): Change {
  // As many numbers are drawn whatever is varied, so that one option leaves the others' draws where they were.
  const [turn, scale, shift, noise] = [random(), random(), random(), random()];
  const within = (range: readonly [number, number] | null | undefined, at: number, none: number) =>
    range ? range[0] + (range[1] - range[0]) * at : none;
  return {
    halfTurn: augmentation?.halfTurn === true && turn < 0.5,
    scale: within(augmentation?.scale, scale, 1),
    shift: within(augmentation?.shift, shift, 0),
    noise: within(augmentation?.noise, noise, 0),
  };
}

/** Copies a patch, normalized and varied. A half turn about y takes x and z to their opposites. */
function cut(
  volume: TrainingVolume,
  corner: Point3,
  change: Change,
  batch: TrainingBatch,
  patch: number,
): void {
  const { side } = batch;
  const [, ny, nx] = volume.shape;
  const factor = volume.scale * change.scale;
  const offset = change.shift - volume.mean * factor;
  const step = change.halfTurn ? -1 : 1;
  let to = patch * side ** 3;
  for (let z = 0; z < side; z++)
    for (let y = 0; y < side; y++, to += side) {
      const fromZ = corner.z + (change.halfTurn ? side - 1 - z : z);
      const row = (fromZ * ny + corner.y + y) * nx + corner.x;
      const from = change.halfTurn ? row + side - 1 : row;
      copyScaled(volume.voxels, from, step, factor, offset, batch.voxels, to, side);
      copyLabels(volume.labels, from, step, batch.labels, to, side);
    }
}

// Loops of their own, which the engine makes fast for the one type of array that a run has.
function copyScaled(
  source: VoxelArray,
  from: number,
  step: number,
  factor: number,
  offset: number,
  target: Float32Array,
  to: number,
  length: number,
): void {
  for (let i = 0, j = from; i < length; i++, j += step) target[to + i] = source[j] * factor + offset;
}

function copyLabels(
  source: Uint8Array,
  from: number,
  step: number,
  target: Uint8Array,
  to: number,
  length: number,
): void {
  for (let i = 0, j = from; i < length; i++, j += step) target[to + i] = source[j];
}

function addNoise(
  { voxels, side }: TrainingBatch,
  patch: number,
  deviation: number,
  noise: Float32Array,
  random: () => number,
): void {
  let to = patch * side ** 3;
  for (let row = 0; row < side * side; row++, to += side)
    addRow(voxels, to, side, noise, Math.floor((NOISE_NUMBERS - side) * random()), deviation);
}

function addRow(
  target: Float32Array,
  to: number,
  length: number,
  source: Float32Array,
  from: number,
  factor: number,
): void {
  for (let i = 0; i < length; i++) target[to + i] += factor * source[from + i];
}
