import type { Box, Shape3 } from "../../core/volume/shape";
import type { VolumeReader } from "../../core/volume/volume";
import { checkReadable, type Raster, readRaster } from "./raster";

/** A volume that is read from a file, with what the file says beyond the common. */
export interface FileVolume extends VolumeReader {
  readonly format: "mrc" | "em";
  /** The MRC mode; null in EM files. */
  readonly mode: number | null;
  /** The shape as the file orders it [sections, rows, columns], where that is not z, y, x; else null. */
  readonly fileShape: Shape3 | null;
  /** False where the file ends before its voxels do: reading what is missing throws "truncated". */
  readonly complete: boolean;
  /** Every field of the header, by its name in the format's table. */
  readonly header: Readonly<Record<string, number | string | readonly string[]>>;
  /** As `readBox`, in f64: exact for int32 and float64 files too. */
  readBoxDouble(box: Box): Promise<Float64Array<ArrayBuffer>>;
  /** The bytes between header and voxels; their kind is `header.exttyp`. */
  readExtendedHeader(): Promise<Uint8Array<ArrayBuffer>>;
}

export interface OpenOptions {
  /** Refuse what a tolerant reader only warns of. */
  readonly strict?: boolean;
  /** Honoured while a compressed file is decompressed. */
  readonly signal?: AbortSignal;
}

/** Returns the two ways to read boxes of a raster. */
export function rasterReaders(raster: Raster): Pick<FileVolume, "readBox" | "readBoxDouble"> {
  return {
    async readBox(box) {
      const out = new Float32Array(checkReadable(raster, box));
      await readRaster(raster, box, out);
      return out;
    },
    async readBoxDouble(box) {
      const out = new Float64Array(checkReadable(raster, box));
      await readRaster(raster, box, out);
      return out;
    },
  };
}
