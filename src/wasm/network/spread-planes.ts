import type { Shape3 } from "../../core/volume/shape";
import type { WasmRuntime } from "../runtime";
import { COMBINATIONS } from "./winograd-weights";

const F32_BYTES = 4;
/** Voxels of a column of tiles that an item of work takes. */
const ITEM_ROWS = 32;

const tilesOf = (nx: number) => Math.ceil(nx / 4);

/** Returns the bytes of a column of tiles in a spread plane (winograd.ts in assembly). */
export function spreadColumnBytes([, ny]: Shape3, channels: number): number {
  return (ny + 2) * channels * F32_BYTES;
}

/** Returns the bytes of the planes of one combination. */
export function combinationBytes(shape: Shape3, channels: number): number {
  return tilesOf(shape[2]) * spreadColumnBytes(shape, channels);
}

export function spreadPlaneBytes(shape: Shape3, channels: number): number {
  return COMBINATIONS * combinationBytes(shape, channels);
}

/** Returns how many items of work make an output plane, and how many voxels of a column each takes. */
export function planeItems([, ny, nx]: Shape3): { readonly items: number; readonly rows: number } {
  const rows = Math.min(ITEM_ROWS, Math.ceil(ny / 4) * 4);
  return { items: tilesOf(nx) * Math.ceil(ny / rows), rows };
}

/** Room in which each thread keeps an item's products. */
export interface WinogradScratch {
  readonly pointer: number;
  readonly slots: number;
}

const flagBytes = (slots: number) => Math.ceil((slots * 4) / 16) * 16;

export function scratchBytes(slots: number, outChannels: number): number {
  return flagBytes(slots) + slots * COMBINATIONS * ITEM_ROWS * outChannels * F32_BYTES;
}

/** Allocates room for items of up to `outChannels` channels, nobody's yet. */
export function allocateScratch(runtime: WasmRuntime, outChannels: number): WinogradScratch {
  const slots = runtime.threads;
  const pointer = runtime.alloc(scratchBytes(slots, outChannels), 64);
  runtime.i32(pointer, slots).fill(0);
  return { pointer, slots };
}
