import type { Box } from "../../core/volume/shape";

/** How a plane is made from planes of the inputs. */
export type PlaneKind = "tile" | "spread" | "conv" | "winograd" | "up" | "max-pool" | "crop" | "classify";

/**
 * A layer's output that comes plane by plane in order of z; only the last `depth` planes are kept, plane z in slot z mod depth.
 * `box` is what it covers, in voxels of its own grid; zeros lie beyond.
 */
export interface PlaneStream {
  readonly name: string;
  readonly kind: PlaneKind;
  readonly channels: number;
  readonly box: Box;
  readonly inputs: readonly PlaneStream[];
  /** Streams that must have come as far before an input's planes may be overwritten, though they are not read. */
  readonly after: readonly PlaneStream[];
  readonly flopsPerPlane: number;
  /** The next plane to be made. */
  next: number;
  depth: number;
}

/** One plane to compute. Its inputs are there when the step comes. */
export interface PlaneStep {
  readonly stream: PlaneStream;
  readonly z: number;
}

/** Returns the first and last plane of the inputs that plane z is made of; some may lie beyond their boxes. */
export function inputPlanes(kind: PlaneKind, z: number): readonly [number, number] {
  switch (kind) {
    case "conv":
    case "winograd":
      return [z - 1, z + 1];
    case "up":
      return [z >> 1, (z + 1) >> 1];
    case "max-pool":
      return [2 * z, 2 * z + 1];
    default:
      return [z, z];
  }
}

/**
 * Yields, in order, every plane that must be computed so that `stream` has come to plane z, each only when its turn comes:
 * the finest layers run just ahead of the ones that use them. Raises the `depth` of every stream read from to what its ring
 * must hold. The stream counts as further once the step's consumer asks for the next one.
 */
export function* planesUpTo(stream: PlaneStream, z: number): Generator<PlaneStep, void, void> {
  while (stream.next <= z && stream.next < stream.box.z1) {
    const [first, last] = inputPlanes(stream.kind, stream.next);
    for (const input of stream.inputs) yield* planesUpTo(input, last);
    for (const other of stream.after) yield* planesUpTo(other, last);
    for (const input of stream.inputs)
      input.depth = Math.max(input.depth, input.next - Math.max(first, input.box.z0));
    yield { stream, z: stream.next };
    stream.next++;
  }
}
