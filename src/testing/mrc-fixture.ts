import { encodeFloat16 } from "../core/volume/float16";
import { MRC_FIELDS, MRC_HEADER_BYTES, type MrcNumbers } from "../io/mrc/mrc-header";

/** An MRC file to be made for a test, said in the order of the file. */
export interface MrcFixture {
  readonly mode: number;
  /** [sections, rows, columns]. */
  readonly fileShape: readonly [number, number, number];
  /** In file order; two numbers for each complex voxel. */
  readonly values: readonly number[];
  readonly littleEndian?: boolean;
  /** Header fields that differ from a plain volume of 1 Å voxels. */
  readonly header?: Partial<MrcNumbers>;
  readonly map?: string;
  /** Four bytes; by default those of the byte order. */
  readonly stamp?: readonly number[];
  readonly extended?: Uint8Array;
}

type Put = (view: DataView, offset: number, value: number, littleEndian: boolean) => void;

const PUT: Readonly<Record<number, readonly [bytes: number, put: Put]>> = {
  0: [1, (view, offset, value) => view.setUint8(offset, value & 0xff)],
  1: [2, (view, offset, value, order) => view.setInt16(offset, value, order)],
  2: [4, (view, offset, value, order) => view.setFloat32(offset, value, order)],
  3: [2, (view, offset, value, order) => view.setInt16(offset, value, order)],
  4: [4, (view, offset, value, order) => view.setFloat32(offset, value, order)],
  6: [2, (view, offset, value, order) => view.setUint16(offset, value, order)],
  12: [2, (view, offset, value, order) => view.setUint16(offset, encodeFloat16(value), order)],
};

/** Two 4-bit voxels to a byte, the first one low; every row begins a new byte. */
function packNibbles(values: readonly number[], columns: number): Uint8Array {
  const stride = Math.ceil(columns / 2);
  const bytes = new Uint8Array((values.length / columns) * stride);
  values.forEach((value, i) => {
    const column = i % columns;
    bytes[Math.floor(i / columns) * stride + (column >> 1)] |= value << (4 * (column & 1));
  });
  return bytes;
}

function voxelBytes({ mode, values, fileShape, littleEndian = true }: MrcFixture): Uint8Array {
  if (mode === 101) return packNibbles(values, fileShape[2]);
  const [bytes, put] = PUT[mode];
  const view = new DataView(new ArrayBuffer(values.length * bytes));
  values.forEach((value, i) => {
    put(view, i * bytes, value, littleEndian);
  });
  return new Uint8Array(view.buffer);
}

/** Returns the bytes of an MRC file, written value by value. */
export function mrcFixture(fixture: MrcFixture): Uint8Array<ArrayBuffer> {
  const { mode, fileShape, littleEndian = true, extended = new Uint8Array(0), map = "MAP " } = fixture;
  const [nz, ny, nx] = fileShape;
  const voxels = voxelBytes(fixture);
  const bytes = new Uint8Array(MRC_HEADER_BYTES + extended.length + voxels.length);
  const view = new DataView(bytes.buffer);
  const header: Partial<MrcNumbers> = {
    nx,
    ny,
    nz,
    mode,
    mx: nx,
    my: ny,
    mz: nz,
    cellX: nx,
    cellY: ny,
    cellZ: nz,
    cellAlpha: 90,
    cellBeta: 90,
    cellGamma: 90,
    mapc: 1,
    mapr: 2,
    maps: 3,
    ispg: 1,
    nversion: 20141,
    nsymbt: extended.length,
    ...fixture.header,
  };
  for (const [name, value] of Object.entries(header)) {
    const { offset, type } = MRC_FIELDS[name as keyof MrcNumbers];
    if (type === "i32") view.setInt32(offset, value, littleEndian);
    else view.setFloat32(offset, value, littleEndian);
  }
  bytes.set(new TextEncoder().encode(map), 208);
  bytes.set(fixture.stamp ?? (littleEndian ? [0x44, 0x44, 0, 0] : [0x11, 0x11, 0, 0]), 212);
  bytes.set(extended, MRC_HEADER_BYTES);
  bytes.set(voxels, MRC_HEADER_BYTES + extended.length);
  return bytes;
}
