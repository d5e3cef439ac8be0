import { PointGrid } from "../geometry/point-grid";
import { SphereGrid } from "../geometry/sphere-grid";
import type { Point3, Shape3 } from "../volume/shape";

/** Nearly every voxel has a mode within this multiple of the bandwidth, and with a particle's diameter to spare. */
const USUAL_REACH = 2.5;

/** Which of the modes is the nearest to a voxel: the first of several that are equally near. */
export class NearestModes {
  private readonly reach: number;
  private readonly near: SphereGrid;
  private readonly all: PointGrid;
  private readonly x: Float64Array;
  private readonly y: Float64Array;
  private readonly z: Float64Array;

  constructor(modes: readonly Point3[], shape: Shape3, bandwidthVoxels: number) {
    this.reach = USUAL_REACH * bandwidthVoxels;
    this.near = new SphereGrid(shape, bandwidthVoxels, modes, () => this.reach);
    this.all = new PointGrid(modes, bandwidthVoxels);
    this.x = Float64Array.from(modes, ({ x }) => x);
    this.y = Float64Array.from(modes, ({ y }) => y);
    this.z = Float64Array.from(modes, ({ z }) => z);
  }

  /** Returns the mode that is the nearest to a point; −1 where there are none. */
  at(x: number, y: number, z: number): number {
    const { near } = this;
    let best = -1;
    let least = this.reach * this.reach;
    const cell = near.cellOf(x, y, z);
    for (let at = near.first(cell); at < near.first(cell + 1); at++) {
      const squared = this.squaredDistance(near.members[at], x, y, z);
      if (squared < least) {
        least = squared;
        best = near.members[at];
      }
    }
    return best < 0 ? this.all.nearest({ x, y, z }) : best;
  }

  /** Returns the mode that is the nearest to every point of a sphere; −1 where that is not sure. */
  ofSphere({ x, y, z }: Point3, radius: number): number {
    const mode = this.at(x, y, z);
    if (mode < 0) return mode;
    const squared = this.squaredDistance(mode, x, y, z);
    // What is farther than this is the nearest to none of them.
    if (Math.sqrt(squared) + 2 * radius >= this.reach) return -1;
    const { near } = this;
    const cell = near.cellOf(x, y, z);
    for (let at = near.first(cell); at < near.first(cell + 1); at++) {
      const other = near.members[at];
      const apart = Math.sqrt(this.squaredDistance(other, this.x[mode], this.y[mode], this.z[mode]));
      // The plane between the two modes must not cut the sphere.
      if (other !== mode && this.squaredDistance(other, x, y, z) - squared <= 2 * radius * apart) return -1;
    }
    return mode;
  }

  private squaredDistance(mode: number, x: number, y: number, z: number): number {
    return (this.x[mode] - x) ** 2 + (this.y[mode] - y) ** 2 + (this.z[mode] - z) ** 2;
  }
}
