import type { Axis, Point3 } from "../core/volume/shape";
import { SliceCache } from "./slice-cache";
import type { SlicePicture } from "./slice-picture";
import { lengthAlong, nearestVoxel, PANE_AXIS, SLICE_PANES, type SlicePaneId } from "./slice-plane";
import { type SliceKey, SliceSlot } from "./slice-slot";
import type { SliceSource, ViewerProps } from "./viewer-props";

const CACHE_BYTES = 96 * 2 ** 20;
const ORIGIN: Point3 = { x: 0, y: 0, z: 0 };

interface Slots {
  readonly image: SliceSlot;
  readonly labels: SliceSlot;
}

/** Fetches the slices that the views show and puts them into their pictures; calls `onChange` when one has changed. */
export class SliceFeed {
  readonly #cache = new SliceCache(CACHE_BYTES);
  readonly #slots: Record<SlicePaneId, Slots>;
  readonly #failures = new Map<SlicePaneId, string>();

  constructor(source: SliceSource, pictures: Record<SlicePaneId, SlicePicture>, onChange: () => void) {
    const slotsOf = (pane: SlicePaneId): Slots => {
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
        labels: new SliceSlot(source, this.#cache, {
          onSlice: (pixels) => {
            labels.set(pixels);
            onChange();
          },
          onFailure: onChange, // the picture is there; only its overlay is missing
        }),
      };
    };
    this.#slots = { xy: slotsOf("xy"), xz: slotsOf("xz"), yz: slotsOf("yz"), compare: slotsOf("compare") };
  }

  /** Asks for what `props` show in the panes named; what is there already is not asked for again. */
  update(props: ViewerProps, shown: ReadonlySet<SlicePaneId>): void {
    const { volume, overlay, slab } = props;
    const cursor = volume && nearestVoxel(props.cursor, volume.shape);
    for (const pane of SLICE_PANES) {
      const { image, labels } = this.#slots[pane];
      const axis = pane === "compare" ? props.compareAxis : PANE_AXIS[pane];
      const imaged = pane === "compare" ? props.compare : volume && { ...volume, origin: ORIGIN };
      const index = imaged && cursor && shown.has(pane) ? cursor[axis] - imaged.origin[axis] : -1;
      const within = imaged && index >= 0 && index < lengthAlong(imaged.shape, axis);
      image.want(within ? keyOf(imaged, axis, index, slab) : null);
      if (!cursor || overlay.id === null || !shown.has(pane)) labels.want(null);
      // A hidden overlay keeps its slice: showing it again fetches nothing.
      else if (overlay.visible && overlay.opacity > 0)
        labels.want(keyOf({ id: overlay.id, revision: overlay.revision }, axis, cursor[axis], 1));
    }
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
      labels.want(null);
    }
    this.#cache.clear();
  }
}

function keyOf(
  { id, revision }: { readonly id: string; readonly revision: number },
  axis: Axis,
  index: number,
  slab: number,
): SliceKey {
  return { volumeId: id, axis, index, slab, revision };
}
