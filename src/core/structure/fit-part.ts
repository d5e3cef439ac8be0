import type { Point3 } from "../volume/shape";
import type { DensityMap } from "./structure";

/** One of two neighbours in a map: what is nearer to one point than to another, both in voxels. */
export interface MapPart {
  readonly nearer: Point3;
  readonly than: Point3;
}

/** Returns a map with 0 wherever it is not nearer to the first point than to the second. */
export function partOfMap(map: DensityMap, { nearer, than }: MapPart): DensityMap {
  const [, ny, nx] = map.shape;
  const squared = (a: Point3, x: number, y: number, z: number) =>
    (a.x - x) ** 2 + (a.y - y) ** 2 + (a.z - z) ** 2;
  const values = map.values.map((value, i) => {
    const [x, y, z] = [i % nx, Math.floor(i / nx) % ny, Math.floor(i / (nx * ny))];
    return squared(nearer, x, y, z) < squared(than, x, y, z) ? value : 0;
  });
  return { ...map, values };
}
