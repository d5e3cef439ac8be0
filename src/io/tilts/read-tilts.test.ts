import { existsSync, readFileSync } from "node:fs";
import { basename } from "node:path";
import { describe, expect, test } from "vitest";
import { readTilts } from "./read-tilts";
import { writeTilts } from "./write-tilts";

const DATA = new URL("../../../../shared/data/annotations/mdoc_tlt/", import.meta.url);
const there = existsSync(DATA);
const readFile = (path: string) => readTilts(readFileSync(new URL(path, DATA), "utf8"), basename(path));

const section = (z: number, fields: Record<string, string | number>) =>
  [`[ZValue = ${z}]`, ...Object.entries(fields).map(([name, value]) => `${name} = ${value}`), ""].join(
    "\r\n",
  );

describe("lists", () => {
  test("one tilt a line, whatever follows it, or all on one line", () => {
    expect(readTilts("-3.00\r\n  0.00\n\n# comment\n3\n", "a.tlt").tiltsDeg).toEqual([-3, 0, 3]);
    expect(readTilts("-3 0\n0 1\n3 2\n", "a.rawtlt").tiltsDeg).toEqual([-3, 0, 3]);
    expect(readTilts("-3, 0, 3", "a.txt").tiltsDeg).toEqual([-3, 0, 3]);
    expect(readTilts("7", "a.txt")).toEqual({
      tiltsDeg: [7],
      priorDoses: null,
      defociMicrometre: null,
      pixelSizeAngstrom: null,
    });
  });

  test("what is written reads the same to 4 digits", () => {
    const tilts = [-60, -57.5, -0.0049, 0, 2.71456, 60];
    const text = writeTilts(tilts);
    expect(text.split("\n").slice(0, 2)).toEqual([" -60.00", " -57.50"]);
    expect(readTilts(text, "a.tlt").tiltsDeg).toEqual([-60, -57.5, -0.0049, 0, 2.7146, 60]);
  });

  test.each([
    ["", "a.tlt is empty."],
    ["-3\nzero\n3", 'a.tlt is no list of tilts: line 2 has "zero" where a tilt belongs.'],
    ["-3\n\n-270\n", "a.tlt: the tilt of image 2 is -270°, beyond ±180°."],
    ["-3\nNaN", 'line 2 has "NaN"'],
  ])("%j is refused in a sentence", (text, sentence) => {
    expect(() => readTilts(text, "a.tlt")).toThrow(sentence);
  });
});

describe("mdoc", () => {
  test("images in the order of the stack; doses sum up in the order of time, over midnight too", () => {
    const text = [
      "PixelSpacing = 2.5",
      "[T = Tilt axis angle = 85.3, binning = 1]",
      section(1, { TiltAngle: 3, ExposureDose: 2, TargetDefocus: -4, DateTime: "06-Jun-23  23:59:00" }),
      section(0, { TiltAngle: 0.5, ExposureDose: 1, TargetDefocus: -3.5, DateTime: "06-Jun-23  23:58:00" }),
      section(2, { TiltAngle: -3, ExposureDose: 4, TargetDefocus: -3, DateTime: "2023-Jun-07 00:00:01" }),
    ].join("\r\n");
    expect(readTilts(text, "series.mdoc")).toEqual({
      tiltsDeg: [0.5, 3, -3],
      priorDoses: [0, 1, 3],
      defociMicrometre: [3.5, 4, 3],
      pixelSizeAngstrom: 2.5,
    });
    // Recognised without its name too.
    expect(readTilts(text, "series.txt").tiltsDeg).toEqual([0.5, 3, -3]);
  });

  test("what only some images say, or no time orders, is unknown", () => {
    const text =
      section(0, { TiltAngle: 0, ExposureDose: 1, TargetDefocus: -3 }) + section(1, { TiltAngle: 3 });
    expect(readTilts(text, "a.mdoc")).toMatchObject({ priorDoses: null, defociMicrometre: null });
  });

  test.each([
    [section(0, { TiltAngle: "x1" }), 'a.mdoc: TiltAngle of [ZValue = 0] is "x1", no number.'],
    [section(0, { StageZ: 1 }), "a.mdoc gives no TiltAngle for [ZValue = 0]."],
    [section(0, { TiltAngle: 1 }) + section(0, { TiltAngle: 2 }), "a.mdoc has [ZValue = 0] twice."],
    ["PixelSpacing = 1\n", "a.mdoc has no [ZValue = …]"],
    [`Montage = 1\n${section(0, { TiltAngle: 1 })}`, "a.mdoc is of a montage"],
  ])("%j is refused in a sentence", (text, sentence) => {
    expect(() => readTilts(text, "a.mdoc")).toThrow(sentence);
  });
});

describe.skipIf(!there)("recorded files", () => {
  test.each([
    ["BB/BBa_patch-tracking.tlt", 61],
    ["etomo_TS_001/TS_001.tlt", 40],
    ["etomo_TS_001/TS_001.rawtlt", 40],
    ["rawtlt/1.5deg-plus1.rawtlt", 82],
    ["pytom_match_pick/test_angles_multi_column.rawtlt", 35],
    ["TS_017/017.tlt", 60],
  ])("%s has %i tilts in order", (path, count) => {
    const { tiltsDeg } = readFile(path);
    expect(tiltsDeg).toHaveLength(count);
    const rising = tiltsDeg.toSorted((a, b) => a - b);
    expect([rising, rising.toReversed()]).toContainEqual(tiltsDeg);
  });

  test("an mdoc agrees with the list that another program made of it", () => {
    const { tiltsDeg, priorDoses, defociMicrometre, pixelSizeAngstrom } = readFile("TS_017/017.mdoc");
    const list = readFile("TS_017/017.tlt").tiltsDeg;
    expect(tiltsDeg).toHaveLength(60);
    for (const tilt of tiltsDeg) expect(list.some((other) => Math.abs(other - tilt) < 0.006)).toBe(true);
    expect(pixelSizeAngstrom).toBe(1.971);
    expect(priorDoses?.[0]).toBe(134.379);
    expect(new Set(defociMicrometre)).toEqual(new Set([3]));
  });

  test("defoci that the lens shows are not taken for the true ones", () => {
    expect(readFile("mdocfile/tilt_series.mdoc")).toMatchObject({ pixelSizeAngstrom: 5.4, priorDoses: null });
    expect(new Set(readFile("mdocfile/tilt_series.mdoc").defociMicrometre)).toEqual(new Set([4]));
    expect(readFile("cdp/foo-TS_run1.mdoc")).toEqual({
      tiltsDeg: [-0.00499939, 2.013, -1.98, -4.38, 4.28],
      priorDoses: null,
      defociMicrometre: null,
      pixelSizeAngstrom: 3.3702,
    });
  });

  test.each([
    ["mdocfile/montage_section.mdoc", "is of a montage"],
    ["mdocfile/montage_section_multiple.mdoc", "is of a montage"],
    ["mdocfile/frame_set_single.mdoc", "is of the frames of one image"],
    ["mdocfile/frame_set_multiple.mdoc", "is of the frames of one image"],
    ["frames_mdoc/TS_019_0000_8.0.mrc.mdoc", "is of the frames of one image"],
    ["BB/tilt.com", "is no list of tilts"],
  ])("%s is refused", (path, sentence) => {
    expect(() => readFile(path)).toThrow(sentence);
  });
});
