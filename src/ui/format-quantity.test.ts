import { describe, expect, it } from "vitest";
import { formatBytes, formatDuration, formatLength, formatNumber, formatShape } from "./format-quantity";

describe("formatNumber", () => {
  it.each([
    [0, "0"],
    [-0.42, "−0.42"],
    [12345.678, "12345.68"],
    [0.00001234, "1.23e−5"],
    [Number.NaN, "not a number"],
  ])("%d → %s", (value, text) => expect(formatNumber(value)).toBe(text));
});

describe("formatLength", () => {
  it.each([
    [1120, "112 nm"],
    [0, "0 nm"],
    [11_200, "1.12 µm"],
  ])("%d Å → %s", (angstrom, text) => expect(formatLength(angstrom)).toBe(text));
});

describe("formatDuration", () => {
  it.each([
    [0.3, "under 1 s"],
    [14.4, "14 s"],
    [125, "2 min 5 s"],
    [59.7, "1 min"],
    [3600 * 3 + 600, "3 h 10 min"],
  ])("%d s → %s", (seconds, text) => expect(formatDuration(seconds)).toBe(text));
});

describe("formatBytes", () => {
  it.each([
    [12, "12 B"],
    [4_817_920, "4.8 MB"],
    [1.6e9, "1.6 GB"],
    [123e6, "123 MB"],
  ])("%d → %s", (bytes, text) => expect(formatBytes(bytes)).toBe(text));
});

it("says a shape along x, y, z", () => {
  expect(formatShape([96, 224, 200])).toBe("200 × 224 × 96");
});
