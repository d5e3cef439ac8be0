import type { Shape3 } from "../core/volume/shape";
import { flagValue, type ParsedArgs, UsageError } from "./command";

export const SHAPE_FLAG = {
  value: "NZ,NY,NX",
  help: "The volume's shape instead of the recipe's; counts follow its size.",
} as const;

const LEAST_SIDE = 8;
const MOST_SIDE = 4096;

/** Returns the shape that --shape names, or undefined where it was not given. */
export function shapeFrom(args: ParsedArgs): Shape3 | undefined {
  const text = flagValue(args, "shape");
  if (text === undefined) return undefined;
  const [nz, ny, nx, ...more] = text.split(",").map(Number);
  const isSide = (side: number) => Number.isInteger(side) && side >= LEAST_SIDE && side <= MOST_SIDE;
  if (isSide(nz) && isSide(ny) && isSide(nx) && more.length === 0) return [nz, ny, nx];
  throw new UsageError(
    `--shape needs three whole numbers nz,ny,nx from ${LEAST_SIDE} to ${MOST_SIDE}, not "${text}".`,
  );
}
