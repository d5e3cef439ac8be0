import { distanceTransform } from "../segment/distance-transform";
import type { Point3, Shape3 } from "../volume/shape";
import type { ParticleKind } from "./particle-kind";
import type { SceneGrid } from "./scene-grid";

/** The map of free room knows every so many voxels along each axis. */
const STRIDE = 4;
/** After so many proposals in vain the map is made anew; that costs as much as they did. */
const FAILURES_PER_MAP = 2000;

/**
 * Proposes centres for particles where there may be room: evenly over the places that are as far from what is there as the
 * ball inside the particle is large. Those left out could not bear it, so the choice is as if all places had been tried.
 */
export class FreeSpace {
  private readonly grid: SceneGrid;
  private readonly coarse: Shape3;
  private distances = new Float32Array(0);
  private readonly cells = new Map<ParticleKind, Int32Array>();
  private failures = FAILURES_PER_MAP;

  constructor(grid: SceneGrid) {
    this.grid = grid;
    const [nz, ny, nx] = grid.shape.map((side) => Math.ceil(side / STRIDE));
    this.coarse = [nz, ny, nx];
  }

  /** Returns a random place for a particle; null where there is none for it any more. */
  async propose(
    kind: ParticleKind,
    random: () => number,
    breathe: () => Promise<void>,
  ): Promise<Point3 | null> {
    if (this.failures >= FAILURES_PER_MAP) await this.update(breathe);
    const cells = this.cellsFor(kind);
    if (cells.length === 0) return null;
    const cell = cells[Math.floor(cells.length * random())];
    const [, my, mx] = this.coarse;
    const jitter = () => (random() - 0.5) * STRIDE;
    return {
      x: (cell % mx) * STRIDE + jitter(),
      y: (Math.floor(cell / mx) % my) * STRIDE + jitter(),
      z: Math.floor(cell / (mx * my)) * STRIDE + jitter(),
    };
  }

  /** Says that a proposal was in vain. */
  countFailure(): void {
    this.failures++;
  }

  private async update(breathe: () => Promise<void>): Promise<void> {
    const [, my, mx] = this.coarse;
    const [, ny, nx] = this.grid.shape;
    const isOccupied = (cell: number) => {
      const [x, y, z] = [cell % mx, Math.floor(cell / mx) % my, Math.floor(cell / (mx * my))];
      return this.grid.isOccupied((z * STRIDE * ny + y * STRIDE) * nx + x * STRIDE);
    };
    this.distances = await distanceTransform(isOccupied, this.coarse, breathe);
    this.cells.clear();
    this.failures = 0;
  }

  /** The cells in which a centre of this kind may lie: a voxel nearer than the nearest known one adds half a cell's diagonal. */
  private cellsFor(kind: ParticleKind): Int32Array {
    const known = this.cells.get(kind);
    if (known) return known;
    const [mz, my, mx] = this.coarse;
    const [nz, ny, nx] = this.grid.shape;
    const radius = kind.inscribedRadius;
    const nearest = (radius - (STRIDE * Math.sqrt(3)) / 2) / STRIDE;
    const within = (cell: number, side: number) =>
      cell * STRIDE + STRIDE / 2 >= radius && cell * STRIDE - STRIDE / 2 <= side - 1 - radius;
    const cells: number[] = [];
    for (let z = 0; z < mz; z++) {
      if (!within(z, nz)) continue;
      for (let y = 0; y < my; y++) {
        if (!within(y, ny)) continue;
        const row = (z * my + y) * mx;
        for (let x = 0; x < mx; x++)
          if (within(x, nx) && this.distances[row + x] >= nearest) cells.push(row + x);
      }
    }
    const list = Int32Array.from(cells);
    this.cells.set(kind, list);
    return list;
  }
}
