import fc from "fast-check";
import { expect, test } from "vitest";
import { createBlobSink } from "./blob-sink";
import { blobSource } from "./blob-source";
import { memorySource } from "./memory-source";

test("any writes leave the bytes that the last of them put there", async () => {
  const write = fc.tuple(fc.integer({ min: 0, max: 40 }), fc.uint8Array({ minLength: 1, maxLength: 20 }));
  await fc.assert(
    fc.asyncProperty(fc.array(write, { minLength: 1 }), async (writes) => {
      const sink = createBlobSink();
      const expected: number[] = [];
      for (const [offset, bytes] of writes) {
        while (expected.length < offset) expected.push(0);
        expected.splice(offset, bytes.length, ...bytes);
        const given = new Uint8Array(bytes);
        await sink.write(offset, given);
        given.fill(99); // the sink has its own copy
      }
      await sink.close();
      expect([...new Uint8Array(await sink.blob().arrayBuffer())]).toEqual(expected);
    }),
    { seed: 2 },
  );
});

test("many parts of some megabytes become one Blob, and what is discarded is gone", async () => {
  const sink = createBlobSink();
  for (let i = 0; i < 7; i++) await sink.write(i * 3e6, new Uint8Array(3e6).fill(i));
  await sink.write(0, Uint8Array.of(42));
  const source = blobSource(sink.blob(), "parts");
  expect(source.size).toBe(21e6);
  for (const [offset, value] of [
    [0, 42],
    [1, 0],
    [2_999_999, 0],
    [3_000_000, 1],
    [20_999_999, 6],
  ])
    expect(await source.read(offset, 1)).toEqual(Uint8Array.of(value));
  await sink.discard();
  expect(sink.blob().size).toBe(0);
});

test.each([
  ["a Blob", blobSource(new Blob([Uint8Array.of(1, 2, 3, 4)]), "a.mrc")],
  ["memory", memorySource(Uint8Array.of(1, 2, 3, 4), "a.mrc")],
])("%s is read by ranges, each an array of its own, and not beyond its end", async (_, source) => {
  const bytes = await source.read(1, 2);
  expect(bytes).toEqual(Uint8Array.of(2, 3));
  bytes.fill(0);
  expect(bytes.buffer.byteLength).toBe(2);
  expect(await source.read(0, 4)).toEqual(Uint8Array.of(1, 2, 3, 4));
  await expect(source.read(2, 3)).rejects.toThrow(
    "a.mrc is truncated: bytes 2 to 5 were asked for, it has 4.",
  );
  await expect(source.read(-1, 1)).rejects.toMatchObject({ tag: "truncated" });
});
