import type { NetworkExecutor } from "../../core/backend";
import { fillNormal } from "../../core/random/philox";
import { type Box, boxShape, type Shape3, voxelCount, wholeBox } from "../../core/volume/shape";

/** A tile of seeded noise with smooth structure, and a core to predict. */
export interface NetworkCase {
  readonly name: string;
  readonly shape: Shape3;
  readonly core: Box;
}

/** What every backend's network is run on against the reference: small, non-cubic, cores at the border and off it. */
export const NETWORK_CASES: readonly NetworkCase[] = [
  { name: "one block of the grid", shape: [4, 4, 4], core: wholeBox([4, 4, 4]) },
  { name: "odd numbers of blocks, whole", shape: [12, 4, 20], core: wholeBox([12, 4, 20]) },
  {
    name: "a core off every face",
    shape: [12, 12, 20],
    core: { z0: 4, y0: 4, x0: 8, z1: 8, y1: 8, x1: 16 },
  },
  { name: "a core in a corner", shape: [8, 12, 20], core: { z0: 0, y0: 8, x0: 0, z1: 4, y1: 12, x1: 4 } },
];

/** Returns the voxels of a case's tile: normal noise, the same on every machine. */
export function networkTile(shape: Shape3): Float32Array<ArrayBuffer> {
  const tile = new Float32Array(voxelCount(shape));
  fillNormal(tile, 20261123, 5);
  return tile;
}

/** Returns the part of a tile that a box holds. */
export function cropTile(tile: Float32Array, [, ny, nx]: Shape3, box: Box): Float32Array<ArrayBuffer> {
  const [boxNz, boxNy, boxNx] = boxShape(box);
  const out = new Float32Array(boxNz * boxNy * boxNx);
  for (let z = 0; z < boxNz; z++) {
    for (let y = 0; y < boxNy; y++) {
      const from = ((box.z0 + z) * ny + box.y0 + y) * nx + box.x0;
      out.set(tile.subarray(from, from + boxNx), (z * boxNy + y) * boxNx);
    }
  }
  return out;
}

/** Predicts a case on a network. */
export function predictCase(network: NetworkExecutor, { shape, core }: NetworkCase): Promise<Float32Array> {
  return network.predict(networkTile(shape), shape, core, async () => {});
}
