import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { uniformSequence } from "../../core/random/philox";
import type { ByteSource } from "./byte-source";
import { decompressed } from "./decompressed-source";
import { memorySource } from "./memory-source";

const ascii = (text: string) => new TextEncoder().encode(text);
const fromBase64 = (text: string) => new Uint8Array(Buffer.from(text, "base64"));

async function unpack(bytes: Uint8Array) {
  const source = await decompressed(memorySource(bytes, "cell.mrc"));
  expect(source.name).toBe("cell.mrc");
  return source.read(0, source.size);
}

test("what is not compressed is left alone", async () => {
  const source = memorySource(ascii("Tomoscope"), "a.mrc");
  expect(await decompressed(source)).toBe(source);
});

test("gzip is unpacked, larger than one chunk too", async () => {
  const draw = uniformSequence(1, 0);
  const bytes = new Uint8Array(4_500_001);
  for (let i = 0; i < bytes.length; i++) bytes[i] = draw() * 256;
  const unpacked = await unpack(gzipSync(bytes, { level: 1 }));
  expect(Buffer.compare(unpacked, bytes)).toBe(0);
});

// Made by Python's bz2.compress (level 1; "two streams": levels 1 and 9, one after the other).
const BZIP2: readonly (readonly [what: string, packed: string, unpacked: Uint8Array])[] = [
  ["nothing", "QlpoMRdyRThQkAAAAAA=", new Uint8Array(0)],
  [
    "a text",
    "QlpoMTFBWSZTWVnWAIEAAALbgAAQQAEQAAQAPiLYECAAIo0eoNBvVChppgAaHXlW6yoDfQs4x8XckU4UJBZ1gCBA",
    ascii("Tomoscope reads bzip2.\n"),
  ],
  [
    "runs of alike bytes",
    "QlpoMTFBWSZTWd2HGxcAAANBAeAAPAAAgAAIIAAxDAgbVPRpqZspOSIXiVlMxnJa/i7kinChIbsONi4=",
    ascii(`${"a".repeat(1000)}bbbb${"c".repeat(259)}${"d".repeat(260)}`),
  ],
  [
    "two streams",
    "QlpoMTFBWSZTWc+6oLQAAAGRAEAAAgGgACGaaDNNDLxdyRThQkM+6oLQQlpoOTFBWSZTWc3cjZoAAACBgAAAhIAgACGYGYRhdyRThQkM3cjZoA==",
    ascii("one two"),
  ],
];

test.each(BZIP2)("bzip2 of %s is unpacked", async (_, packed, unpacked) => {
  expect(await unpack(fromBase64(packed))).toEqual(unpacked);
});

test("damaged or incomplete compressed data are refused by name", async () => {
  const gzip = new Uint8Array(gzipSync(ascii("Tomoscope".repeat(1000))));
  const bzip2 = fromBase64(BZIP2[1][1]);
  for (const [packed, kind] of [
    [gzip, "gzip"],
    [bzip2, "bzip2"],
  ] as const) {
    const flipped = Uint8Array.from(packed, (byte, i) => (i === packed.length - 12 ? byte ^ 16 : byte));
    for (const bytes of [flipped, packed.subarray(0, packed.length - 9)])
      await expect(unpack(bytes)).rejects.toMatchObject({
        tag: "bad-value",
        message: `cell.mrc cannot be decompressed: its ${kind} data are damaged or incomplete.`,
      });
  }
});

test("any byte of a bzip2 file may be wrong without a crash", async () => {
  const packed = fromBase64(BZIP2[2][1]);
  for (let i = 4; i < packed.length; i++) {
    const bytes = packed.slice();
    bytes[i] ^= 0x5a;
    const outcome = await unpack(bytes).catch((error) => error.tag);
    // Only the last bits, which fill up the last byte, do not matter; the check sum of all blocks is not needed.
    if (outcome !== "bad-value") expect(i).toBeGreaterThanOrEqual(packed.length - 5);
  }
});

test("bzip2 files that are too large for this decoder say so before they are read", async () => {
  const source: ByteSource = {
    name: "large.map.bz2",
    size: 2 ** 30,
    read: async (_, length) => {
      expect(length).toBe(4);
      return ascii("BZh9");
    },
  };
  await expect(decompressed(source)).rejects.toThrow("large.map.bz2 is too large to be unpacked here");
});

test("unpacking can be cancelled", async () => {
  const controller = new AbortController();
  controller.abort();
  for (const packed of [gzipSync(ascii("Tomoscope")), fromBase64(BZIP2[1][1])])
    await expect(decompressed(memorySource(packed, "a"), controller.signal)).rejects.toMatchObject({
      name: "AbortError",
    });
});
