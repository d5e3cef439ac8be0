import { describe, expect, it } from "vitest";
import { voxelCount } from "../core/volume/shape";
import { createLiveLabels, type LiveLabels, liveSlice, writePiece } from "./live-labels";

/** Several bricks along each axis, the last ones cut off. */
const SHAPE = [40, 70, 45] as const;
const PIECE = { z0: 20, y0: 25, x0: 10, shape: [15, 41, 30] } as const;

function emptyMap(): LiveLabels {
  const live = createLiveLabels(SHAPE);
  if (!live) throw new Error("A small map must fit.");
  return live;
}

/** The label that a voxel of the piece gets; every third is background. */
const labelAt = (z: number, y: number, x: number) => ((z * 7 + y * 5 + x) % 3) * ((z + y + x) % 40);

function filled(): LiveLabels {
  const live = emptyMap();
  const [nz, ny, nx] = PIECE.shape;
  const labels = Uint8Array.from({ length: nz * ny * nx }, (_, i) =>
    labelAt(PIECE.z0 + Math.floor(i / (ny * nx)), PIECE.y0 + (Math.floor(i / nx) % ny), PIECE.x0 + (i % nx)),
  );
  writePiece(live, { ...PIECE, labels });
  return live;
}

function expectedAt(z: number, y: number, x: number): number {
  const isInside = [z - PIECE.z0, y - PIECE.y0, x - PIECE.x0].every(
    (offset, axis) => offset >= 0 && offset < PIECE.shape[axis],
  );
  return isInside ? labelAt(z, y, x) : 0;
}

describe("a label map that fills in", () => {
  it.each([
    ["z", 33, 45, 70, (u: number, v: number) => [33, v, u]],
    ["y", 64, 45, 40, (u: number, v: number) => [v, 64, u]],
    ["x", 31, 70, 40, (u: number, v: number) => [v, u, 31]],
  ] as const)("has a piece at its place in slices across %s", (axis, index, width, height, voxel) => {
    const { values, ...size } = liveSlice(filled(), axis, index);
    expect(size).toEqual({ width, height });
    const expected = Float32Array.from({ length: width * height }, (_, i) => {
      const [z, y, x] = voxel(i % width, Math.floor(i / width));
      return expectedAt(z, y, x);
    });
    expect(values).toEqual(expected);
    expect(values.some((label) => label > 0)).toBe(true);
  });

  it("takes the newer of two pieces, its background too", () => {
    const live = filled();
    const labels = new Uint8Array(voxelCount(PIECE.shape));
    writePiece(live, { ...PIECE, labels });
    expect(liveSlice(live, "z", 33).values.every((label) => label === 0)).toBe(true);
  });

  it("keeps nothing where there is background alone", () => {
    const live = emptyMap();
    writePiece(live, { z0: 0, y0: 0, x0: 0, shape: SHAPE, labels: new Uint8Array(40 * 70 * 45) });
    expect(live.bricks).toEqual([]);
  });

  it("is made for a whole tomogram, and not where it could fill the memory", () => {
    expect(createLiveLabels([464, 928, 928])).not.toBeNull();
    expect(createLiveLabels([1200, 1000, 1000])).toBeNull();
  });
});
