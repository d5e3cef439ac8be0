import type { Axis } from "../core/volume/shape";
import { SliceCache } from "./slice-cache";
import type { SlicePicture } from "./slice-picture";
import { AXES, lengthAlong, nearestVoxel, type SlicePaneId } from "./slice-plane";
import { type SliceKey, SliceSlot } from "./slice-slot";
import type { SliceSource, ViewerProps } from "./viewer-props";

const CACHE_BYTES = 96 * 2 ** 20;

interface Slots {
  readonly image: SliceSlot;
  readonly labels: SliceSlot | null;
}

/** Fetches the slices that the views show and puts them into their pictures; calls `onChange` when one has changed. */
export class SliceFeed {
  readonly #cache = new SliceCache(CACHE_BYTES);
  readonly #slots: Record<SlicePaneId, Slots>;
  readonly #failures = new Map<SlicePaneId, string>();

  constructor(source: SliceSource, pictures: Record<SlicePaneId, SlicePicture>, onChange: () => void) {
    const slotsOf = (pane: SlicePaneId, hasLabels: boolean): Slots => {
      const { image, labels } = pictures[pane];
      return {
        image: new SliceSlot(source, this.#cache, {
          onSlice: (pixels) => {
            image.set(pixels);
            onChange();
          },
          onFailure: (message) => {
            if (message === null) this.#failures.delete(pane);
            else this.#failures.set(pane, message);
            onChange();
          },
        }),
        labels: hasLabels
          ? new SliceSlot(source, this.#cache, {
              onSlice: (pixels) => {
                labels.set(pixels);
                onChange();
              },
              onFailure: onChange, // the picture is there; only its overlay is missing
            })
          : null,
      };
    };
    this.#slots = {
      xy: slotsOf("xy", true),
      xz: slotsOf("xz", true),
      yz: slotsOf("yz", true),
      compare: slotsOf("compare", false),
    };
  }

  /** Asks for what `props` show in the panes named; what is there already is not asked for again. */
  update(props: ViewerProps, shown: ReadonlySet<SlicePaneId>): void {
    const { volume, overlay, slab } = props;
    const cursor = volume && nearestVoxel(props.cursor, volume.shape);
    const showsLabels = overlay.visible && overlay.opacity > 0;
    for (const axis of AXES) {
      const pane = paneOf(axis);
      const slots = this.#slots[pane];
      const isShown = shown.has(pane);
      slots.image.want(volume && cursor && isShown ? keyOf(volume.id, axis, cursor[axis], slab) : null);
      const needsLabels = isShown || (pane === "xy" && shown.has("compare"));
      if (!volume || !cursor || overlay.id === null || !needsLabels) slots.labels?.want(null);
      // A hidden overlay keeps its slice: showing it again fetches nothing.
      else if (showsLabels)
        slots.labels?.want({ ...keyOf(overlay.id, axis, cursor[axis], 1), revision: overlay.revision });
    }
    const { compare } = props;
    const index = compare && cursor ? cursor.z - compare.origin.z : -1;
    const within = compare !== null && index >= 0 && index < lengthAlong(compare.shape, "z");
    this.#slots.compare.image.want(
      within && shown.has("compare") ? keyOf(compare.id, "z", index, slab) : null,
    );
  }

  /** True while a pane does not show yet what it should. */
  isWaiting(pane: SlicePaneId): boolean {
    return this.#slots[pane].image.isWaiting;
  }

  /** Why a pane has no picture, or null. */
  failure(pane: SlicePaneId): string | null {
    return this.#failures.get(pane) ?? null;
  }

  dispose(): void {
    for (const { image, labels } of Object.values(this.#slots)) {
      image.want(null);
      labels?.want(null);
    }
    this.#cache.clear();
  }
}

/** Returns the pane that shows the volume's slices perpendicular to an axis. */
function paneOf(axis: Axis): "xy" | "xz" | "yz" {
  return axis === "z" ? "xy" : axis === "y" ? "xz" : "yz";
}

function keyOf(volumeId: string, axis: Axis, index: number, slab: number): SliceKey {
  return { volumeId, axis, index, slab, revision: 0 };
}
