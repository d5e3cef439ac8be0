import type { Axis, Point3, Shape3 } from "../core/volume/shape";
import { SliceCache } from "./slice-cache";
import type { SlicePicture } from "./slice-picture";
import {
  lengthAlong,
  nearestVoxel,
  PANE_AXIS,
  SLICE_PANES,
  type SlicePaneId,
  type SwipedPaneId,
} from "./slice-plane";
import { type SliceKey, SliceSlot } from "./slice-slot";
import type { SliceTexture } from "./slice-texture";
import type { HatchProps, SliceSource, ViewerProps } from "./viewer-props";

const CACHE_BYTES = 96 * 2 ** 20;
const ORIGIN: Point3 = { x: 0, y: 0, z: 0 };

/** The slices of each pane, and those that lie over them right of the divider. */
export interface PanePictures {
  readonly panes: Readonly<Record<SlicePaneId, SlicePicture>>;
  readonly over: Readonly<Record<SwipedPaneId, SlicePicture>>;
}

interface PaneSlots {
  readonly image: SliceSlot;
  readonly labels: SliceSlot;
  readonly hatch: SliceSlot;
  readonly over: SliceSlot | null;
  readonly overHatch: SliceSlot | null;
}

interface Imaged {
  readonly id: string;
  readonly revision: number;
  readonly shape: Shape3;
  readonly origin: Point3;
  readonly hatch?: HatchProps;
}

/** Fetches the slices that the views show and puts them into their pictures; calls `onChange` when one has changed. */
export class SliceFeed {
  readonly #cache = new SliceCache(CACHE_BYTES);
  readonly #slots: Readonly<Record<SlicePaneId, PaneSlots>>;
  readonly #failures = new Map<SlicePaneId | `over ${SwipedPaneId}`, string>();

  constructor(source: SliceSource, { panes, over }: PanePictures, onChange: () => void) {
    const slot = (texture: SliceTexture, onFailure: (message: string | null) => void) =>
      new SliceSlot(source, this.#cache, {
        onSlice: (pixels) => {
          texture.set(pixels);
          onChange();
        },
        onFailure,
      });
    const slotsOf = (pane: SlicePaneId): PaneSlots => {
      const fail = (place: SlicePaneId | `over ${SwipedPaneId}`) => (message: string | null) => {
        if (message === null) this.#failures.delete(place);
        else this.#failures.set(place, message);
        onChange();
      };
      return {
        image: slot(panes[pane].image, fail(pane)),
        labels: slot(panes[pane].labels, onChange), // the picture is there; only its overlay is missing
        hatch: slot(panes[pane].hatch, onChange),
        over: pane === "compare" ? null : slot(over[pane].image, fail(`over ${pane}`)),
        overHatch: pane === "compare" ? null : slot(over[pane].hatch, onChange),
      };
    };
    this.#slots = { xy: slotsOf("xy"), xz: slotsOf("xz"), yz: slotsOf("yz"), compare: slotsOf("compare") };
  }

  /** Asks for what `props` show in the panes named; what is there already is not asked for again. */
  update(props: ViewerProps, shown: ReadonlySet<SlicePaneId>): void {
    const { volume, compare, overlay, slab, swipe } = props;
    const cursor = volume && nearestVoxel(props.cursor, volume.shape);
    const keyIn = (
      imaged: Imaged | null,
      axis: Axis,
      isShown: boolean,
      thickness = slab,
    ): SliceKey | null => {
      if (!imaged || !cursor || !isShown) return null;
      const index = cursor[axis] - imaged.origin[axis];
      const isWithin = index >= 0 && index < lengthAlong(imaged.shape, axis);
      return isWithin ? keyOf(imaged, axis, index, thickness) : null;
    };
    const hatchKey = (imaged: Imaged | null, axis: Axis, isShown: boolean): SliceKey | null => {
      if (!imaged?.hatch) return null;
      const { hatch, origin } = imaged;
      return keyIn({ ...hatch, origin: sumOf(hatch.origin, origin) }, axis, isShown, 1);
    };
    for (const pane of SLICE_PANES) {
      const { image, labels, hatch, over, overHatch } = this.#slots[pane];
      const axis = pane === "compare" ? props.compareAxis : PANE_AXIS[pane];
      const imaged = pane === "compare" ? compare : volume && { ...volume, origin: ORIGIN };
      image.want(keyIn(imaged, axis, shown.has(pane)));
      hatch.want(hatchKey(imaged, axis, shown.has(pane)));
      over?.want(keyIn(compare, axis, shown.has(pane) && swipe !== null));
      overHatch?.want(hatchKey(compare, axis, shown.has(pane) && swipe !== null));
      if (!cursor || overlay.id === null || !shown.has(pane)) labels.want(null);
      // A hidden overlay keeps its slice: showing it again fetches nothing.
      else if (overlay.visible && overlay.opacity > 0)
        labels.want(keyOf({ id: overlay.id, revision: overlay.revision }, axis, cursor[axis], 1));
    }
  }

  /** True while a pane does not show yet what it should. */
  isWaiting(pane: SlicePaneId): boolean {
    const { image, over } = this.#slots[pane];
    return image.isWaiting || (over?.isWaiting ?? false);
  }

  /** Why a pane has no picture, or null. */
  failure(pane: SlicePaneId): string | null {
    const over = pane === "compare" ? null : this.#failures.get(`over ${pane}`);
    return this.#failures.get(pane) ?? over ?? null;
  }

  dispose(): void {
    for (const slots of Object.values(this.#slots))
      for (const slot of [slots.image, slots.labels, slots.hatch, slots.over, slots.overHatch])
        slot?.want(null);
    this.#cache.clear();
  }
}

const sumOf = (a: Point3, b: Point3): Point3 => ({ x: a.x + b.x, y: a.y + b.y, z: a.z + b.z });

function keyOf(
  { id, revision }: { readonly id: string; readonly revision: number },
  axis: Axis,
  index: number,
  slab: number,
): SliceKey {
  return { volumeId: id, axis, index, slab, revision };
}
