import { boxFor } from "../../commands/choose-box";
import { labelClasses } from "../../commands/open-labels";
import type { Workbench } from "../../commands/workbench";
import type { LabelSurface } from "../../contracts/data";
import type {
  ClassStyle,
  HatchProps,
  ParticleMark,
  SurfaceProps,
  ViewerProps,
} from "../../scene/viewer-props";
import {
  entryOf,
  type LabelsEntry,
  originIn,
  type ParticlesEntry,
  type VolumeEntry,
  voxelSizeOf,
} from "../../state/document";
import { isSwiping } from "../../state/view";
import { linkedContrast } from "./linked-contrast";

const NO_CLASSES: readonly ClassStyle[] = [];
const NO_PARTICLES: readonly ParticleMark[] = [];
const NO_SURFACES: readonly SurfaceProps[] = [];
/** Where a class does not say how large it is. */
const FALLBACK_RADIUS_VOXELS = 5;
const ISOSURFACE_COLOR = "#c9d1dd";

/** Returns `make` with its newest result kept for as long as its arguments are the same: the viewer compares by identity. */
function keepNewest<Args extends readonly unknown[], Result>(make: (...args: Args) => Result) {
  let kept: { readonly args: Args; readonly result: Result } | null = null;
  return (...args: Args): Result => {
    if (!kept?.args.every((each, index) => each === args[index])) kept = { args, result: make(...args) };
    return kept.result;
  };
}

function classStyles(labels: LabelsEntry | null, list: ParticlesEntry | null): readonly ClassStyle[] {
  const classes = labels?.classes ?? (list ? labelClasses(list.list.classes) : NO_CLASSES);
  return classes.map(({ label, color, visible }) => ({ label, color, visible }));
}

function particleMarks(
  entry: ParticlesEntry | null,
  labels: LabelsEntry | null,
  voxelSize: number | null,
): readonly ParticleMark[] {
  if (!entry) return NO_PARTICLES;
  const radii = new Map(
    entry.list.classes.map(({ label, radiusAngstrom }) => [
      label,
      radiusAngstrom && voxelSize ? radiusAngstrom / voxelSize : FALLBACK_RADIUS_VOXELS,
    ]),
  );
  const hidden = new Set(labels?.classes.filter(({ visible }) => !visible).map(({ label }) => label));
  return entry.list.particles
    .filter(({ label }) => !hidden.has(label))
    .map(({ id, label, x, y, z }) => ({
      id,
      label,
      x,
      y,
      z,
      radiusVoxels: radii.get(label) ?? FALLBACK_RADIUS_VOXELS,
    }));
}

function labelSurfaces(
  labels: LabelsEntry | null,
  meshes: readonly LabelSurface[] | undefined,
): readonly SurfaceProps[] {
  if (!labels || !meshes) return NO_SURFACES;
  return meshes.flatMap(({ label, positions, normals, indices }) => {
    const style = labels.classes.find((each) => each.label === label);
    if (!style) return [];
    // What has no radius is not a particle but a sheet around them: it must not hide them.
    const opacity = style.radiusAngstrom === undefined ? 0.25 : 0.95;
    const { color, visible } = style;
    return [{ key: `${labels.id}-${label}`, color, opacity, visible, positions, normals, indices }];
  });
}

/** The mask of a restored volume that was audited. */
const maskOf = (volumes: readonly VolumeEntry[], { id }: VolumeEntry): VolumeEntry | undefined =>
  volumes.findLast(({ role, parentId }) => role === "uncertain" && parentId === id);

function hatchProps(mask: VolumeEntry | undefined): HatchProps | undefined {
  return mask && { id: mask.id, shape: mask.meta.shape, origin: mask.origin, revision: mask.revision };
}

/** Returns a function that gives the present properties of the viewer, keeping what has not changed. */
export function createViewerPropsOf({
  document,
  view,
  shell,
  surfaces,
  isosurface,
}: Workbench): () => ViewerProps {
  const keptStyles = keepNewest(classStyles);
  const keptMarks = keepNewest(particleMarks);
  const keptLabelSurfaces = keepNewest(labelSurfaces);
  const keptIsosurface = keepNewest((id: string, mesh: typeof isosurface.mesh): readonly SurfaceProps[] =>
    mesh ? [{ key: `iso-${id}`, color: ISOSURFACE_COLOR, opacity: 1, visible: true, ...mesh }] : NO_SURFACES,
  );
  const keptHatch = keepNewest(hatchProps);
  const keptCompareHatch = keepNewest(hatchProps);
  const keptJoined = keepNewest((a: readonly SurfaceProps[], b: readonly SurfaceProps[]) => [...a, ...b]);

  return () => {
    const now = view.getState();
    const { panel } = shell.getState();
    const { volumes, labels: allLabels, particles } = document.getState();
    const volume = entryOf(volumes, now.volumeId);
    const compare = entryOf(volumes, now.compareId);
    const labels = entryOf(allLabels, now.labelsId);
    const size = volume && voxelSizeOf(volume);
    const list = entryOf(particles, now.particlesId);
    const marks = keptMarks(list, labels, size);
    const meshes = now.surfaces && labels ? surfaces.get(labels.id) : undefined;
    const iso =
      now.isosurface.visible && volume && isosurface.volumeId === volume.id
        ? keptIsosurface(`${volume.id}-${now.isosurfaceRevision}`, isosurface.mesh)
        : NO_SURFACES;
    return {
      volume: volume && {
        id: volume.id,
        shape: volume.meta.shape,
        voxelSizeAngstrom: size,
        revision: volume.revision,
        hatch: now.hatch ? keptHatch(maskOf(volumes, volume)) : undefined,
      },
      compare: compare && {
        id: compare.id,
        shape: compare.meta.shape,
        revision: compare.revision,
        hatch: now.hatch ? keptCompareHatch(maskOf(volumes, compare)) : undefined,
        origin: originIn(volume, compare),
      },
      compareAxis: now.compareAxis,
      swipe: isSwiping(now) && compare ? now.divider : null,
      contrast: volume?.display ?? { low: 0, high: 1, invert: false },
      compareContrast:
        (volume && compare && isSwiping(now) ? linkedContrast(volume, compare) : compare?.display) ?? null,
      slab: now.slab,
      cursor: now.cursor,
      crosshair: now.crosshair,
      overlay: {
        id: labels?.id ?? null,
        visible: now.overlay,
        opacity: now.overlayOpacity,
        revision: labels?.revision ?? 0,
      },
      classes: keptStyles(labels, list),
      particles: now.particleMarks ? marks : NO_PARTICLES,
      selectedParticle: now.selectedParticle,
      surfaces: keptJoined(keptLabelSurfaces(labels, meshes), iso),
      box: panel === "review" ? null : boxFor(panel, now, shell.getState()),
      slicePlanes: now.slicePlanes,
    };
  };
}
