import { describe, expect, test } from "vitest";
import { SliceCache } from "./slice-cache";
import { type SliceKey, SliceSlot } from "./slice-slot";
import type { SlicePixels } from "./viewer-props";

const key = (index: number, volumeId = "raw", revision = 0): SliceKey => ({
  volumeId,
  axis: "z",
  index,
  slab: 1,
  revision,
});
const pixels = (value: number): SlicePixels => ({
  width: 1,
  height: 1,
  values: new Float32Array([value]),
});

/** A slot whose source answers when told to; shown values and failures are recorded. */
function slotWithSource() {
  const asked: {
    id: string;
    index: number;
    answer: (value: number) => void;
    fail: (error: Error) => void;
  }[] = [];
  const shown: (number | null)[] = [];
  const failures: (string | null)[] = [];
  const slot = new SliceSlot(
    (id, _axis, index) =>
      new Promise((resolve, reject) => {
        asked.push({ id, index, answer: (value) => resolve(pixels(value)), fail: reject });
      }),
    new SliceCache(1000),
    {
      onSlice: (slice) => shown.push(slice?.values[0] ?? null),
      onFailure: (message) => failures.push(message),
    },
  );
  return { slot, asked, shown, failures };
}

const settle = () => new Promise<void>((resolve) => setTimeout(resolve));

describe("slice slot", () => {
  test("while one request is in flight only the newest wanted waits", async () => {
    const { slot, asked, shown } = slotWithSource();
    for (let index = 0; index < 50; index++) slot.want(key(index));
    expect(asked.map(({ index }) => index)).toEqual([0]);
    expect(slot.isWaiting).toBe(true);
    asked[0].answer(0);
    await settle();
    expect(asked.map(({ index }) => index)).toEqual([0, 49]);
    asked[1].answer(49);
    await settle();
    expect(shown).toEqual([0, 49]);
    expect(slot.isWaiting).toBe(false);
    expect(asked).toHaveLength(2);
  });

  test("the same slice is not asked for twice; one seen before comes from memory", async () => {
    const { slot, asked, shown } = slotWithSource();
    slot.want(key(1));
    slot.want(key(1));
    asked[0].answer(1);
    await settle();
    slot.want(key(2));
    asked[1].answer(2);
    await settle();
    slot.want(key(1));
    expect(asked).toHaveLength(2);
    expect(shown).toEqual([1, 2, 1]);
    slot.want(key(1, "raw", 1));
    expect(asked).toHaveLength(3);
  });

  test("an answer on its way does not replace a newer slice from memory", async () => {
    const { slot, asked, shown } = slotWithSource();
    slot.want(key(1));
    asked[0].answer(1);
    await settle();
    slot.want(key(2));
    slot.want(key(1));
    asked[1].answer(2);
    await settle();
    expect(shown.at(-1)).toBe(1);
  });

  test("answers for another volume, or for nothing wanted, are dropped", async () => {
    const { slot, asked, shown } = slotWithSource();
    slot.want(key(1, "first"));
    slot.want(key(1, "second"));
    asked[0].answer(111);
    await settle();
    expect(shown).not.toContain(111);
    expect(asked[1].id).toBe("second");
    slot.want(null);
    asked[1].answer(222);
    await settle();
    expect(shown.at(-1)).toBeNull();
    expect(slot.isWaiting).toBe(false);
  });

  test("a failure is told once, is not asked again, and ends with the next slice", async () => {
    const { slot, asked, failures } = slotWithSource();
    slot.want(key(1));
    asked[0].fail(new Error("The file ends after 3 sections."));
    await settle();
    expect(failures).toEqual(["The file ends after 3 sections."]);
    expect(slot.isWaiting).toBe(false);
    expect(asked).toHaveLength(1);
    slot.want(key(2));
    asked[1].answer(2);
    await settle();
    expect(failures.at(-1)).toBeNull();
  });
});

describe("slice cache", () => {
  test("the slice unused longest goes when the budget is full", () => {
    const cache = new SliceCache(12);
    for (const value of [1, 2, 3]) cache.set(String(value), pixels(value));
    expect(cache.get("1")?.values[0]).toBe(1);
    cache.set("4", pixels(4));
    expect(cache.get("2")).toBeNull();
    expect(["1", "3", "4"].map((name) => cache.get(name)?.values[0])).toEqual([1, 3, 4]);
    cache.set("3", pixels(33));
    expect(cache.get("1")?.values[0]).toBe(1);
    cache.clear();
    expect(cache.get("1")).toBeNull();
  });
});
