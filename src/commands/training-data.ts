import type { ClassInfo, Particle } from "../core/particles/particle-list";
import { usualMinVoxels } from "../core/particles/usual-min-voxels";
import { type DocumentState, type TruthEntry, type VolumeEntry, voxelSizeOf } from "../state/document";
import { chosenModel } from "../state/models";
import type { ShellState } from "../state/shell";
import type { TrainingSetup, TrainingUse } from "../state/training";

/** A label map that a tomogram may be learnt from. */
interface LabelSource {
  readonly id: string;
  readonly name: string;
  /** Null where nothing says what its labels mean: a volume that was opened. */
  readonly classes: readonly ClassInfo[] | null;
}

/** Particles that a tomogram may be learnt from; their labels mean the classes. */
interface ParticleSource {
  readonly id: string;
  readonly name: string;
  readonly classes: readonly ClassInfo[];
  readonly particles: readonly Particle[];
}

/** An open tomogram with what may be known of it, and what is chosen of that. */
export interface TrainingTomogram {
  readonly volume: VolumeEntry;
  readonly use: TrainingUse;
  readonly labelChoices: readonly LabelSource[];
  readonly labels: LabelSource | null;
  readonly particleChoices: readonly ParticleSource[];
  readonly particles: ParticleSource | null;
}

const TOMOGRAM_ROLES: ReadonlySet<VolumeEntry["role"]> = new Set(["raw", "tomogram", "restored"]);

/** Label maps of the volume, then other open volumes of its shape that may be one. */
function labelChoices(document: DocumentState, volume: VolumeEntry): LabelSource[] {
  const own = document.labels.filter(({ parentId, complete }) => parentId === volume.id && complete);
  const others = document.volumes.filter(
    ({ id, role, meta }) =>
      id !== volume.id && role === "raw" && meta.shape.join() === volume.meta.shape.join(),
  );
  return [
    ...own.map(({ id, name, classes }) => ({ id, name, classes })),
    ...others.map(({ id, name }) => ({ id, name, classes: null })),
  ];
}

/** The true positions as a source. Their labels are the model's, which knows sizes and colours. */
function truthSource(
  { volumeId, name, particles }: TruthEntry,
  classes: readonly ClassInfo[],
): ParticleSource {
  const names = new Map(particles.map((particle) => [particle.label, particle.name]));
  return {
    id: `truth of ${volumeId}`,
    name,
    classes: [...names].map(([label, of]) => ({ ...classes[label], label, name: of })),
    particles: particles.map((particle, i) => ({ ...particle, id: i + 1, sizeVoxels: null, score: null })),
  };
}

function particleChoices(
  { truths, particles }: DocumentState,
  volume: VolumeEntry,
  shell: ShellState,
): ParticleSource[] {
  const lists = particles.filter(({ parentId }) => parentId === volume.id);
  // The truth of a simulation is a list too, which knows its classes better.
  const truth = truths.find(
    ({ volumeId, name }) => volumeId === volume.id && !lists.some((list) => list.name === name),
  );
  const classes = chosenModel(shell, voxelSizeOf(volume))?.manifest.classes ?? [];
  return [
    ...(truth ? [truthSource(truth, classes)] : []),
    ...lists.map(({ id, name, list }) => ({ id, name, classes: list.classes, particles: list.particles })),
  ];
}

/** The one that is chosen; without a choice the first that a network did not find. */
function chosen<Source extends { readonly id: string }>(
  choices: readonly Source[],
  choice: string | null | undefined,
  isKnown: (source: Source) => boolean,
): Source | null {
  if (choice === null) return null;
  return choices.find(({ id }) => id === choice) ?? choices.find(isKnown) ?? null;
}

/** Returns the open volumes that may be trained on, with what is known of them. */
export function trainingTomograms(document: DocumentState, shell: ShellState): TrainingTomogram[] {
  const { trainingSetup: setup } = shell;
  const isFound = new Set<string>([
    ...document.labels.filter(({ provenance }) => provenance?.operation === "segment").map(({ id }) => id),
    ...document.particles.filter(({ labelsId }) => labelsId !== null).map(({ id }) => id),
  ]);
  const tomograms = document.volumes
    .filter(({ role, tilts }) => TOMOGRAM_ROLES.has(role) && tilts === null)
    .map((volume) => {
      const ofLabels = labelChoices(document, volume);
      const ofParticles = particleChoices(document, volume, shell);
      const labels = chosen(
        ofLabels,
        setup.labels[volume.id],
        ({ id, classes }) => classes !== null && !isFound.has(id),
      );
      const particles = chosen(ofParticles, setup.particles[volume.id], ({ id }) => !isFound.has(id));
      return { volume, labelChoices: ofLabels, labels, particleChoices: ofParticles, particles };
    });
  const usual = (isKnown: boolean): TrainingUse => (isKnown ? "train" : "off");
  const anyLabels = tomograms.some(({ labels }) => labels !== null);
  return tomograms.map((tomogram) => {
    const { volume, labels, particles } = tomogram;
    const isKnown = labels !== null || particles !== null;
    const use = setup.uses[volume.id] ?? usual(!anyLabels || labels !== null);
    return { ...tomogram, use: isKnown ? use : "off" };
  });
}

/** A label of a map without names goes by this. */
const unnamed = (label: number) => `class ${label}`;
const MOST_LABELS = 127;

/** The classes of a label map; of one without names, as many as its largest voxel says. */
export function classesOf({ id, classes }: LabelSource, { volumes }: DocumentState): readonly ClassInfo[] {
  if (classes) return classes;
  const volume = volumes.find((each) => each.id === id);
  const most = Math.min(MOST_LABELS, Math.floor(volume?.statistics?.max ?? volume?.histogram.max ?? 1));
  return Array.from({ length: Math.max(1, most) }, (_, i) => ({ label: i + 1, name: unnamed(i + 1) }));
}

/** What is known anywhere of classes, by name: their sizes and colours. */
function knownClasses({ models, recipes }: ShellState): ReadonlyMap<string, Partial<ClassInfo>> {
  const ofModels = models.flatMap(({ manifest }) => manifest.classes);
  const ofRecipes = recipes.flatMap(({ scene }) => scene.particles);
  const known = new Map<string, Partial<ClassInfo>>();
  for (const { name, color, radiusAngstrom } of [...ofModels, ...ofRecipes])
    if (!known.has(name))
      known.set(name, { ...(color && { color }), ...(radiusAngstrom && { radiusAngstrom }) });
  return known;
}

/**
 * Returns the classes of the data that are used by the names they have there, in the order in which they come: a particle's
 * size is its own, else that of the class of its name in a model or recipe.
 */
export function dataClasses(
  tomograms: readonly TrainingTomogram[],
  document: DocumentState,
  shell: ShellState,
): readonly ClassInfo[] {
  const known = knownClasses(shell);
  const found = new Map<string, ClassInfo>();
  for (const { use, labels, particles } of tomograms) {
    if (use === "off") continue;
    const ofParticles = particles?.classes ?? [];
    for (const info of [...(labels ? classesOf(labels, document) : []), ...ofParticles]) {
      if (info.label === 0) continue;
      const { label, name, color, radiusAngstrom } = {
        ...known.get(info.name),
        ...found.get(info.name),
        ...info,
      };
      const kept = found.get(name);
      found.set(name, {
        label: kept?.label ?? label,
        name,
        ...(color && { color }),
        ...((radiusAngstrom ?? kept?.radiusAngstrom) && {
          radiusAngstrom: radiusAngstrom ?? kept?.radiusAngstrom,
        }),
      });
    }
  }
  return [...found.values()].map((info, i) => ({ ...info, label: i + 1 }));
}

/** Returns classes as a model has them: with the background, sizes as the user says, the smallest sizes after them. */
export function modelClasses(
  classes: readonly ClassInfo[],
  changes: TrainingSetup["classes"],
  voxelSizeAngstrom: number,
): readonly ClassInfo[] {
  return [
    { label: 0, name: "background" },
    ...classes.map(({ label, name, color, radiusAngstrom: given }) => {
      const { name: called = name, radiusAngstrom: said = given } = changes[name] ?? {};
      const radiusAngstrom = said || undefined;
      return {
        label,
        name: called,
        ...(color && { color }),
        ...(radiusAngstrom && {
          radiusAngstrom,
          minVoxels: usualMinVoxels(radiusAngstrom, voxelSizeAngstrom),
        }),
      };
    }),
  ];
}
