import { existsSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { parseStar } from "./parse-star";

const DATA = new URL("../../../../shared/data/", import.meta.url);

interface StarFacts {
  format?: string;
  blocks: { block: string; columns?: string[]; n_rows?: number; n_single_values?: number }[];
}

const factsFile = new URL("facts.json", DATA);
const facts: Record<string, StarFacts> = existsSync(factsFile)
  ? JSON.parse(readFileSync(factsFile, "utf8"))
  : {};
const files = Object.keys(facts).filter((path) => facts[path].format === "STAR");

test.skipIf(files.length === 0)(
  `blocks, columns and rows of ${files.length} files (third-party data)`,
  () => {
    for (const path of files) {
      const blocks = parseStar(readFileSync(new URL(path, DATA), "utf8"));
      const found = blocks.map(({ name, values, columns, rows }) => ({
        block: name,
        columns,
        rows: rows.length,
        values: Object.keys(values).length,
      }));
      const expected = facts[path].blocks.map((block) => ({
        block: block.block,
        columns: block.columns ?? [],
        rows: block.n_rows ?? 0,
        values: block.n_single_values ?? 0,
      }));
      expect(found, path).toEqual(expected);
    }
  },
);

test("quotes, comments, tabs, missing column numbers, Windows line ends and single values", () => {
  const text = [
    "# made by hand",
    "data_general",
    "_rlnVersion   5 # current",
    "_rlnTitle 'two words'",
    "",
    "data_particles",
    "loop_ ",
    "_rlnTomoName",
    "_rlnX #2",
    '  "my tomo"\t1.5',
    "it's#1  -2 # trailing",
    "",
  ].join("\r\n");
  expect(parseStar(text)).toEqual([
    { name: "general", values: { rlnVersion: "5", rlnTitle: "two words" }, columns: [], rows: [] },
    {
      name: "particles",
      values: {},
      columns: ["rlnTomoName", "rlnX"],
      rows: [
        ["my tomo", "1.5"],
        ["it's#1", "-2"],
      ],
    },
  ]);
});

test("a row with another number of values is named by its line, and other files are no STAR", () => {
  expect(() => parseStar("data_\nloop_\n_a\n_b\n1 2\n3\n")).toThrow(
    "Line 6 of the STAR file has 1 values where data_ has 2 columns.",
  );
  expect(() => parseStar("")).toThrow(/no data_ block/);
  expect(() => parseStar("<objlist/>")).toThrow(/no STAR file: line 1/);
});
