import fc from "fast-check";
import { expect, test } from "vitest";
import { boxShape, type Shape3, voxelCount, wholeBox } from "../volume/shape";
import { boxOnGrid, coreInTile, type PlannedTile, paddedShape, planTiles } from "./tiling";

const side = fc.integer({ min: 1, max: 300 });
const bytesOf = (shape: Shape3) => 100 * voxelCount(shape);
const tileBytes = ({ tile }: PlannedTile) => bytesOf(boxShape(tile));

test("cores cover the region once, on the grid, each with a halo of 36 or up to the volume's border", () => {
  fc.assert(
    fc.property(side, side, side, fc.integer({ min: 100 ** 3, max: 300 ** 3 }), (nz, ny, nx, voxels) => {
      const volume = paddedShape([nz, ny, nx]);
      const region = boxOnGrid({ ...wholeBox([nz, ny, nx]), z0: nz >> 1, x0: nx >> 2 });
      const rows = planTiles(volume, region, 100 * voxels, tileBytes)!;
      let covered = 0;
      for (const row of rows) {
        for (const { core, tile } of row) {
          covered += voxelCount(boxShape(core));
          expect([core.z0, core.z1]).toEqual([row[0].core.z0, row[0].core.z1]);
          for (const end of [...Object.values(core), ...Object.values(tile)]) expect(end % 4).toBe(0);
          expect(tile.z0).toBe(Math.max(0, core.z0 - 36));
          expect(tile.x1).toBe(Math.min(volume[2], core.x1 + 36));
          expect(bytesOf(boxShape(tile))).toBeLessThanOrEqual(100 * voxels);
          expect(coreInTile({ core, tile }).y0).toBe(core.y0 - tile.y0);
        }
      }
      expect(covered).toBe(voxelCount(boxShape(region)));
      const starts = rows.map((row) => row[0].core.z0);
      expect(starts).toEqual([...starts].sort((a, b) => a - b));
    }),
    { numRuns: 100, seed: 36 },
  );
});

test("what fits is one tile; what does not is cut where it costs least", () => {
  const shape: Shape3 = [96, 224, 224];
  const whole = wholeBox(shape);
  expect(planTiles(shape, whole, bytesOf(shape), tileBytes)).toEqual([
    [{ core: whole, tile: whole, band: whole }],
  ]);
  const [row, ...others] = planTiles(shape, whole, bytesOf(shape) - 1, tileBytes)!;
  expect(others).toEqual([]);
  expect(row).toHaveLength(2); // across a long side, not across z
});

test("no tile fits: null", () => {
  expect(planTiles([96, 96, 96], wholeBox([96, 96, 96]), 1000, tileBytes)).toBeNull();
});
