import { FormatError } from "../../core/errors";
import { byteCounts } from "../../core/volume/byte-counts";
import { encodeFloat16, FLOAT16_MAX, float16Values } from "../../core/volume/float16";
import { createStatistics } from "../../core/volume/statistics";
import type { OutputVoxelType, VolumeSink, VolumeSpec } from "../../core/volume/volume";
import type { ByteSink } from "../source/byte-sink";
import { decodeVoxels } from "../volume/voxel-encoding";
import { encodeMrcHeader, MRC_HEADER_BYTES } from "./mrc-header";
import { OUTPUT_MODES } from "./mrc-modes";

/** Voxels that are encoded at once, so that a whole volume handed over takes little memory beside itself. */
const CHUNK_VOXELS = 2 ** 21;

const VOLUME_SPACE_GROUP = 1;
const FORMAT_VERSION = 20141;

type Stored =
  | Int8Array<ArrayBuffer>
  | Int16Array<ArrayBuffer>
  | Uint16Array<ArrayBuffer>
  | Float32Array<ArrayBuffer>;

const LIMITS: Record<OutputVoxelType, readonly [min: number, max: number]> = {
  int8: [-128, 127],
  int16: [-32768, 32767],
  uint16: [0, 65535],
  float16: [-FLOAT16_MAX, FLOAT16_MAX],
  float32: [-3.4028234663852886e38, 3.4028234663852886e38],
};

const STORED: Record<OutputVoxelType, { new (length: number): Stored; readonly BYTES_PER_ELEMENT: number }> =
  {
    int8: Int8Array,
    int16: Int16Array,
    uint16: Uint16Array,
    float16: Uint16Array,
    float32: Float32Array,
  };

/** A value that the type cannot hold. */
function misfit(name: string, dtype: OutputVoxelType, value: number): never {
  const [min, max] = LIMITS[dtype];
  const sentence = `${name}: the voxel value ${value} does not fit ${dtype} (${min} to ${max}).`;
  throw new FormatError("bad-value", sentence, { value, dtype });
}

/** A sink whose file can be kept although it is not finished. */
export interface MrcSink extends VolumeSink {
  /** Returns the size of a file with so many sections. */
  bytesOf(sections: number): number;
  /** Returns the header as things stand: statistics of what was written so far, and the volume's labels with more of them. */
  header(...more: string[]): Uint8Array<ArrayBuffer>;
}

/**
 * Returns a sink that writes an MRC2014 file (little-endian, mode 0, 1, 2, 6 or 12) section by section; the header comes last,
 * with statistics of the voxels as stored. Integer types round; a value beyond the type's range, or NaN in an integer type,
 * is "bad-value". Values that come as bytes are looked up, at about 1 ns per voxel. `close` throws "cannot-write" unless
 * every section was written.
 */
export function createMrcSink(spec: VolumeSpec, sink: ByteSink): MrcSink {
  const { name, shape, dtype, voxelSizeAngstrom, unit = 1 } = spec;
  const [nz, ny, nx] = shape;
  const sectionVoxels = ny * nx;
  const [min, max] = LIMITS[dtype];
  const isFloat = dtype === "float16" || dtype === "float32";
  const statistics = createStatistics();
  let voxels = 0;

  function store(values: ArrayLike<number>, start: number, count: number): Stored {
    const stored = new STORED[dtype](count);
    for (let i = 0; i < count; i++) {
      const given = values[start + i] * unit;
      const value = isFloat ? given : Math.round(given);
      const fits = (value >= min && value <= max) || (isFloat && !Number.isFinite(value));
      if (!fits) misfit(name, dtype, given);
      stored[i] = dtype === "float16" ? encodeFloat16(value) : value;
    }
    return stored;
  }

  /** What each byte is stored as; made at the first use, for the bytes that occur. */
  const stored = new STORED[dtype](256);
  const isKnown = new Uint8Array(256);
  /** Used again for each chunk, which the sink below has written or copied by then. */
  let scratch: Stored | null = null;

  function storeBytes(bytes: Uint8Array<ArrayBuffer>): Stored {
    for (const [byte, count] of byteCounts(bytes).entries()) {
      if (count === 0) continue;
      if (!isKnown[byte]) stored.set(store([byte], 0, 1), byte);
      isKnown[byte] = 1;
      const value = dtype === "float16" ? float16Values()[stored[byte]] : stored[byte];
      statistics.addRepeated(value, count);
    }
    // The bytes up to 127 are what they mean.
    if (dtype === "int8" && unit === 1) return new Int8Array(bytes.buffer, bytes.byteOffset, bytes.length);
    scratch ??= new STORED[dtype](CHUNK_VOXELS);
    for (let i = 0; i < bytes.length; i++) scratch[i] = stored[bytes[i]];
    return scratch.subarray(0, bytes.length) as Stored;
  }

  function encode(values: ArrayLike<number>, start: number, count: number): Uint8Array<ArrayBuffer> {
    if (values instanceof Uint8Array) {
      const { buffer, byteOffset, byteLength } = storeBytes(
        values.subarray(start, start + count) as Uint8Array<ArrayBuffer>,
      );
      return new Uint8Array(buffer, byteOffset, byteLength);
    }
    if (dtype === "float32" && unit === 1 && values instanceof Float32Array) {
      const stored = values.subarray(start, start + count) as Float32Array<ArrayBuffer>;
      statistics.add(stored);
      return new Uint8Array(stored.buffer, stored.byteOffset, stored.byteLength);
    }
    const bytes = new Uint8Array(store(values, start, count).buffer);
    statistics.add(decodeVoxels(bytes, { dtype, littleEndian: true }));
    return bytes;
  }

  function header(...more: string[]): Uint8Array<ArrayBuffer> {
    const { min: dmin, max: dmax, mean, std } = statistics.result();
    const origin = spec.originAngstrom ?? { x: 0, y: 0, z: 0 };
    return encodeMrcHeader(
      {
        nx,
        ny,
        nz,
        mode: OUTPUT_MODES[dtype],
        mx: nx,
        my: ny,
        mz: nz,
        cellX: nx * voxelSizeAngstrom.x,
        cellY: ny * voxelSizeAngstrom.y,
        cellZ: nz * voxelSizeAngstrom.z,
        cellAlpha: 90,
        cellBeta: 90,
        cellGamma: 90,
        mapc: 1,
        mapr: 2,
        maps: 3,
        dmin,
        dmax,
        dmean: mean,
        rms: std,
        ispg: VOLUME_SPACE_GROUP,
        nversion: FORMAT_VERSION,
        originX: origin.x,
        originY: origin.y,
        originZ: origin.z,
      },
      [...(spec.labels ?? []), ...more],
    );
  }

  return {
    bytesOf: (sections) => MRC_HEADER_BYTES + sections * sectionVoxels * STORED[dtype].BYTES_PER_ELEMENT,
    header,
    async write(values) {
      if (values.length % sectionVoxels !== 0 || voxels + values.length > nz * sectionVoxels) {
        const sentence = `${name}: ${values.length} voxels are not a whole number of the ${nz} sections of ${ny} × ${nx}.`;
        throw new FormatError("cannot-write", sentence, { voxels: values.length, shape });
      }
      for (let start = 0; start < values.length; start += CHUNK_VOXELS) {
        const count = Math.min(CHUNK_VOXELS, values.length - start);
        const bytes = encode(values, start, count);
        await sink.write(MRC_HEADER_BYTES + (voxels * bytes.length) / count, bytes);
        voxels += count;
      }
    },
    async close(remark) {
      if (voxels !== nz * sectionVoxels) {
        const sentence = `${name}: ${voxels / sectionVoxels} of ${nz} sections were written.`;
        throw new FormatError("cannot-write", sentence, { voxels, shape });
      }
      await sink.write(0, header(...(remark ? [remark] : [])));
      await sink.close();
    },
  };
}
