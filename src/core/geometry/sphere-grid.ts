import { type Point3, type Shape3, voxelCount } from "../volume/shape";

/** Finer cells would take more memory than they save time. */
const SMALLEST_CELL_VOXELS = 4;

/**
 * Spheres sorted into the cubic cells of a volume that they reach into: which spheres may hold a point of the volume
 * follows from its cell. Spheres are known by their index; memory grows with the cells and with the cells that they reach.
 */
export class SphereGrid {
  /** The spheres of all cells, one cell after the other; rising within each. */
  readonly members: Int32Array;
  private readonly offsets: Int32Array;
  private readonly side: number;
  private readonly cells: Shape3;

  /** `cellVoxels` is best near the radii; `radii` holds one for each centre, in voxels. */
  constructor(
    shape: Shape3,
    cellVoxels: number,
    centres: readonly Point3[],
    radii: (index: number) => number,
  ) {
    this.side = Math.max(SMALLEST_CELL_VOXELS, cellVoxels);
    this.cells = shape.map((n) => Math.floor((n - 1) / this.side) + 1) as unknown as Shape3;
    this.offsets = new Int32Array(voxelCount(this.cells) + 1);
    for (const [index, centre] of centres.entries())
      this.eachCell(centre, radii(index), (cell) => this.offsets[cell + 1]++);
    for (let cell = 1; cell < this.offsets.length; cell++) this.offsets[cell] += this.offsets[cell - 1];
    this.members = new Int32Array(this.offsets[this.offsets.length - 1]);
    const filled = this.offsets.slice();
    for (const [index, centre] of centres.entries())
      this.eachCell(centre, radii(index), (cell) => {
        this.members[filled[cell]++] = index;
      });
  }

  /** Returns the cell of a point; points outside the volume belong to the cell at its rim. */
  cellOf(x: number, y: number, z: number): number {
    const [cz, cy, cx] = this.cells;
    return (this.clamp(z, cz) * cy + this.clamp(y, cy)) * cx + this.clamp(x, cx);
  }

  /** The spheres that reach into a cell are the members from first(cell) to before first(cell + 1). */
  first(cell: number): number {
    return this.offsets[cell];
  }

  private clamp(position: number, cells: number): number {
    const cell = Math.floor(position / this.side);
    return cell < 0 ? 0 : cell < cells ? cell : cells - 1;
  }

  /** The distance along one axis from a position to the cells' interval, which has no end at the volume's rims. */
  private gap(position: number, cell: number, cells: number): number {
    const below = cell === 0 ? 0 : cell * this.side - position;
    const above = cell === cells - 1 ? 0 : position - (cell + 1) * this.side;
    return Math.max(0, below, above);
  }

  private eachCell({ x, y, z }: Point3, radius: number, visit: (cell: number) => void): void {
    const [cz, cy, cx] = this.cells;
    const limit = radius * radius;
    const [lastZ, lastY, lastX] = [
      this.clamp(z + radius, cz),
      this.clamp(y + radius, cy),
      this.clamp(x + radius, cx),
    ];
    for (let k = this.clamp(z - radius, cz); k <= lastZ; k++) {
      const restZ = limit - this.gap(z, k, cz) ** 2;
      for (let j = this.clamp(y - radius, cy); j <= lastY; j++) {
        const restY = restZ - this.gap(y, j, cy) ** 2;
        for (let i = this.clamp(x - radius, cx); i <= lastX; i++)
          if (this.gap(x, i, cx) ** 2 <= restY) visit((k * cy + j) * cx + i);
      }
    }
  }
}
