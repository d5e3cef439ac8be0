import type { Point3 } from "../volume/shape";

const AXES = ["x", "y", "z"] as const;
const NONE: readonly number[] = [];

const squaredDistance = (a: Point3, b: Point3): number =>
  (a.x - b.x) ** 2 + (a.y - b.y) ** 2 + (a.z - b.z) ** 2;

/** Points sorted into cubic cells, to find neighbours without comparing all with all. Points are known by their index. */
export class PointGrid {
  private readonly points: readonly Point3[];
  private readonly cellSize: number;
  private readonly low = { x: Infinity, y: Infinity, z: Infinity };
  private readonly high = { x: -Infinity, y: -Infinity, z: -Infinity };
  private readonly cells = new Map<number, number[]>();

  /** `cellSize` is best near the distances that will be asked for; it must be positive. */
  constructor(points: readonly Point3[], cellSize: number) {
    this.points = points;
    this.cellSize = cellSize;
    const cells = points.map((point) => this.cellOf(point));
    for (const axis of AXES) {
      for (const cell of cells) {
        this.low[axis] = Math.min(this.low[axis], cell[axis]);
        this.high[axis] = Math.max(this.high[axis], cell[axis]);
      }
    }
    cells.forEach(({ x, y, z }, index) => {
      const members = this.membersOf(x, y, z);
      if (members === NONE) this.cells.set(this.key(x, y, z), [index]);
      else (members as number[]).push(index);
    });
  }

  /** Returns the points at most `radius` away, with their squared distances, in order of their index. */
  within(point: Point3, radius: number): { readonly index: number; readonly squaredDistance: number }[] {
    const found: { index: number; squaredDistance: number }[] = [];
    const reach = Math.ceil(radius / this.cellSize);
    const { x, y, z } = this.cellOf(point);
    for (let dz = -reach; dz <= reach; dz++) {
      for (let dy = -reach; dy <= reach; dy++) {
        for (let dx = -reach; dx <= reach; dx++) {
          for (const index of this.membersOf(x + dx, y + dy, z + dz)) {
            const distance = squaredDistance(point, this.points[index]);
            if (distance <= radius * radius) found.push({ index, squaredDistance: distance });
          }
        }
      }
    }
    return found.sort((a, b) => a.index - b.index);
  }

  /** Returns the nearest point (the first of several that are equally near), or −1 where there is none. */
  nearest(point: Point3): number {
    let best = -1;
    let bestDistance = Infinity;
    const { x, y, z } = this.cellOf(point);
    const rings = this.ringsFrom({ x, y, z });
    // Whatever lies in ring k is at least k − 1 cells away.
    for (
      let ring = 0;
      ring <= rings && bestDistance >= (Math.max(ring - 1, 0) * this.cellSize) ** 2;
      ring++
    ) {
      for (let dz = -ring; dz <= ring; dz++) {
        for (let dy = -ring; dy <= ring; dy++) {
          const step = Math.abs(dz) === ring || Math.abs(dy) === ring ? 1 : 2 * ring;
          for (let dx = -ring; dx <= ring; dx += step) {
            for (const index of this.membersOf(x + dx, y + dy, z + dz)) {
              const distance = squaredDistance(point, this.points[index]);
              if (distance < bestDistance || (distance === bestDistance && index < best)) {
                best = index;
                bestDistance = distance;
              }
            }
          }
        }
      }
    }
    return best;
  }

  private cellOf(point: Point3): Point3 {
    return {
      x: Math.floor(point.x / this.cellSize),
      y: Math.floor(point.y / this.cellSize),
      z: Math.floor(point.z / this.cellSize),
    };
  }

  /** How many rings about a cell it takes to see every point; −1 where there are none. */
  private ringsFrom(cell: Point3): number {
    if (this.points.length === 0) return -1;
    return Math.max(
      ...AXES.map((axis) => Math.max(this.high[axis] - cell[axis], cell[axis] - this.low[axis])),
    );
  }

  private key(x: number, y: number, z: number): number {
    const { low, high } = this;
    return ((z - low.z) * (high.y - low.y + 1) + (y - low.y)) * (high.x - low.x + 1) + (x - low.x);
  }

  private membersOf(x: number, y: number, z: number): readonly number[] {
    const { low, high } = this;
    const outside = x < low.x || x > high.x || y < low.y || y > high.y || z < low.z || z > high.z;
    return outside ? NONE : (this.cells.get(this.key(x, y, z)) ?? NONE);
  }
}
