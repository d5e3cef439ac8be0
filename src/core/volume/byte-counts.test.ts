import fc from "fast-check";
import { expect, test } from "vitest";
import { byteCounts } from "./byte-counts";

test("every byte is counted, whatever the length", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
      const expected = Array.from({ length: 256 }, (_, value) => bytes.filter((b) => b === value).length);
      expect([...byteCounts(bytes)]).toEqual(expected);
    }),
    { seed: 8 },
  );
});
