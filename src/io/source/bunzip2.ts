import { AbortError, FormatError } from "../../core/errors";
import type { ByteSource } from "./byte-source";

const BLOCK_MAGIC = 0x314159265359;
const END_MAGIC = 0x177245385090;
/** Symbols after which the Huffman table may change. */
const GROUP_SIZE = 50;
const MAX_CODE_BITS = 20;
const CHUNK_BYTES = 2 ** 20;
/** The decoder is plain TypeScript at some 10 MB/s and holds the compressed bytes: larger files are better unpacked before. */
const MAX_COMPRESSED_BYTES = 512 * 2 ** 20;

class BitReader {
  private readonly bytes: Uint8Array;
  private position = 0;
  private buffer = 0;
  private available = 0;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  /** Returns the next `count` bits, at most 24, the first one highest. */
  read(count: number): number {
    while (this.available < count) {
      if (this.position >= this.bytes.length) throw new RangeError("bzip2 data end too early");
      this.buffer = ((this.buffer & 0xffffff) << 8) | this.bytes[this.position++];
      this.available += 8;
    }
    this.available -= count;
    return (this.buffer >>> this.available) & ((1 << count) - 1);
  }

  read32(): number {
    return this.read(16) * 0x10000 + this.read(16);
  }

  read48(): number {
    return this.read(24) * 0x1000000 + this.read(24);
  }

  /** Goes on at the next whole byte; tells whether any is left. */
  align(): boolean {
    this.available -= this.available % 8;
    return this.available > 0 || this.position < this.bytes.length;
  }
}

function damaged(what: string): never {
  throw new RangeError(`bzip2: ${what}`);
}

/** A canonical Huffman code: for each length the largest code, the offset of its symbols, and the symbols in order. */
interface HuffmanTable {
  readonly limits: Int32Array;
  readonly offsets: Int32Array;
  readonly symbols: Uint16Array;
}

function huffmanTable(lengths: Uint8Array): HuffmanTable {
  const limits = new Int32Array(MAX_CODE_BITS + 1).fill(-1);
  const offsets = new Int32Array(MAX_CODE_BITS + 1);
  const symbols = new Uint16Array(lengths.length);
  let code = 0;
  let index = 0;
  for (let bits = 1; bits <= MAX_CODE_BITS; bits++) {
    code <<= 1;
    offsets[bits] = index - code;
    for (let symbol = 0; symbol < lengths.length; symbol++)
      if (lengths[symbol] === bits) {
        symbols[index++] = symbol;
        code++;
      }
    limits[bits] = code - 1;
  }
  return { limits, offsets, symbols };
}

function readSymbol(reader: BitReader, { limits, offsets, symbols }: HuffmanTable): number {
  let code = 0;
  for (let bits = 1; bits <= MAX_CODE_BITS; bits++) {
    code = (code << 1) | reader.read(1);
    if (code <= limits[bits]) {
      const index = code + offsets[bits];
      return index >= 0 && index < symbols.length ? symbols[index] : damaged("bad code");
    }
  }
  return damaged("bad code");
}

/** Takes the element at `index` to the front and returns it. */
function moveToFront(list: Uint8Array, index: number): number {
  const value = list[index];
  list.copyWithin(1, 0, index);
  list[0] = value;
  return value;
}

/** The byte values that occur in a block, from its two-level bitmap. */
function readByteValues(reader: BitReader): Uint8Array {
  const ranges = reader.read(16);
  const values: number[] = [];
  for (let range = 0; range < 16; range++) {
    if (!((ranges >> (15 - range)) & 1)) continue;
    const used = reader.read(16);
    for (let i = 0; i < 16; i++) if ((used >> (15 - i)) & 1) values.push(range * 16 + i);
  }
  return Uint8Array.from(values);
}

function readSelectors(reader: BitReader, groups: number): Uint8Array {
  const selectors = new Uint8Array(reader.read(15));
  const order = Uint8Array.from({ length: groups }, (_, i) => i);
  for (let i = 0; i < selectors.length; i++) {
    let index = 0;
    while (reader.read(1)) if (++index >= groups) damaged("bad selector");
    selectors[i] = moveToFront(order, index);
  }
  return selectors;
}

function readTable(reader: BitReader, symbolCount: number): HuffmanTable {
  const lengths = new Uint8Array(symbolCount);
  let length = reader.read(5);
  for (let symbol = 0; symbol < symbolCount; symbol++) {
    while (reader.read(1)) length += reader.read(1) ? -1 : 1;
    if (length < 1 || length > MAX_CODE_BITS) damaged("bad code length");
    lengths[symbol] = length;
  }
  return huffmanTable(lengths);
}

/** Undoes Huffman coding, run lengths and move-to-front: fills `block` with bytes and returns how many. */
function readBlock(reader: BitReader, block: Uint32Array): number {
  const values = readByteValues(reader);
  const groups = reader.read(3);
  if (groups < 2 || groups > 6) damaged("bad number of tables");
  const selectors = readSelectors(reader, groups);
  const endSymbol = values.length + 1;
  const tables = Array.from({ length: groups }, () => readTable(reader, values.length + 2));
  let size = 0;
  let run = 0;
  let runWeight = 1;
  for (let decoded = 0; ; decoded++) {
    const group = Math.floor(decoded / GROUP_SIZE);
    if (group >= selectors.length) damaged("too few selectors");
    const symbol = readSymbol(reader, tables[selectors[group]]);
    if (symbol <= 1) {
      // Run lengths are written in base 2 with the digits 1 and 2.
      run += runWeight * (symbol + 1);
      runWeight *= 2;
      if (run > block.length) damaged("run too long");
      continue;
    }
    if (size + run > block.length) damaged("block too long");
    block.fill(values[0], size, size + run);
    size += run;
    run = 0;
    runWeight = 1;
    if (symbol === endSymbol) return size;
    if (size === block.length) damaged("block too long");
    block[size++] = moveToFront(values, symbol - 1);
  }
}

/** Prepares the inverse Burrows–Wheeler transform: the high 24 bits of each entry point to the next one. */
function linkBlock(block: Uint32Array, size: number): void {
  const starts = new Uint32Array(256);
  for (let i = 0; i < size; i++) starts[block[i]]++;
  let sum = 0;
  for (let value = 0; value < 256; value++) {
    const count = starts[value];
    starts[value] = sum;
    sum += count;
  }
  for (let i = 0; i < size; i++) block[starts[block[i] & 0xff]++] |= i << 8;
}

let crcTable: Uint32Array | undefined;

/** The bzip2 check sum: CRC-32 with the highest bit first. */
function crc(chunks: readonly Uint8Array[]): number {
  crcTable ??= Uint32Array.from({ length: 256 }, (_, byte) => {
    let value = byte << 24;
    for (let bit = 0; bit < 8; bit++) value = value < 0 ? (value << 1) ^ 0x04c11db7 : value << 1;
    return value;
  });
  let sum = -1;
  for (const chunk of chunks)
    for (let i = 0; i < chunk.length; i++) sum = (sum << 8) ^ crcTable[((sum >>> 24) ^ chunk[i]) & 0xff];
  return ~sum >>> 0;
}

/** Follows the links and undoes the first run-length step: after four alike bytes comes how often they repeat. */
function unpackBlock(block: Uint32Array, size: number, origin: number): Uint8Array<ArrayBuffer>[] {
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let chunk = new Uint8Array(CHUNK_BYTES);
  let filled = 0;
  const put = (byte: number) => {
    if (filled === chunk.length) {
      chunks.push(chunk);
      chunk = new Uint8Array(CHUNK_BYTES);
      filled = 0;
    }
    chunk[filled++] = byte;
  };
  let alike = 0;
  let previous = -1;
  let entry = block[origin];
  for (let i = 0; i < size; i++) {
    entry = block[entry >>> 8];
    const byte = entry & 0xff;
    if (alike === 4) {
      for (let n = 0; n < byte; n++) put(previous);
      alike = 0;
      previous = -1;
      continue;
    }
    alike = byte === previous ? alike + 1 : 1;
    previous = byte;
    put(byte);
  }
  chunks.push(chunk.slice(0, filled));
  return chunks;
}

/** Tells whether a file that begins with these bytes is compressed by bzip2. */
export function isBzip2(head: Uint8Array): boolean {
  return head[0] === 0x42 && head[1] === 0x5a && head[2] === 0x68 && head[3] >= 0x31 && head[3] <= 0x39;
}

/**
 * Yields what a bzip2 source holds, in chunks of at most 1 MiB; several streams one after the other are read as one. Check
 * sums are checked. Throws RangeError for damaged data, FormatError "unsupported" beyond 512 MiB compressed.
 */
export async function* readBzip2(
  source: ByteSource,
  signal?: AbortSignal,
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  if (source.size > MAX_COMPRESSED_BYTES) {
    const sentence = `${source.name} is too large to be unpacked here (${source.size} bytes of bzip2); unpack it first, or use gzip.`;
    throw new FormatError("unsupported", sentence, { size: source.size });
  }
  const reader = new BitReader(await source.read(0, source.size));
  do {
    const head = Uint8Array.from({ length: 4 }, () => reader.read(8));
    if (!isBzip2(head)) damaged("no stream where one should begin");
    const block = new Uint32Array((head[3] - 0x30) * 100_000);
    for (let magic = reader.read48(); magic !== END_MAGIC; magic = reader.read48()) {
      if (signal?.aborted) throw new AbortError();
      if (magic !== BLOCK_MAGIC) damaged("no block where one should begin");
      const expected = reader.read32();
      if (reader.read(1)) damaged("randomised blocks of bzip2 0.9.0 are not read");
      const origin = reader.read(24);
      const size = readBlock(reader, block);
      if (origin >= size) damaged("bad origin");
      linkBlock(block, size);
      const chunks = unpackBlock(block, size, origin);
      if (crc(chunks) !== expected) damaged("check sum differs");
      yield* chunks;
    }
    reader.read32();
  } while (reader.align());
}
