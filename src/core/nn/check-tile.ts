import { ComputeError } from "../errors";
import { type Box, isBoxWithin, type Shape3, voxelCount } from "../volume/shape";
import { NETWORK_GRID } from "./deepfinder-network";

const onGrid = (...values: readonly number[]) => values.every((value) => value % NETWORK_GRID === 0);

/** Throws ComputeError "bad-input" unless a tile, its shape and its core are what `NetworkExecutor.predict` takes. */
export function checkTile(tile: Float32Array, shape: Shape3, core: Box): void {
  const { z0, y0, x0, z1, y1, x1 } = core;
  const sides = shape.join(" × ");
  let reason = "";
  if (tile.length !== voxelCount(shape)) reason = `A tile of ${sides} cannot hold ${tile.length} values.`;
  else if (!onGrid(...shape))
    reason = `The sides of a tile must be multiples of ${NETWORK_GRID}, not ${sides}.`;
  else if (!isBoxWithin(core, shape) || !onGrid(z0, y0, x0, z1, y1, x1))
    reason = `The core ${z0},${y0},${x0} to ${z1},${y1},${x1} must lie in the tile of ${sides} on multiples of ${NETWORK_GRID}.`;
  if (reason) throw new ComputeError("bad-input", reason, { shape, core });
}
