import { inflateSync } from "node:zlib";
import { beforeAll, describe, expect, test } from "vitest";
import { smallAudit } from "../../testing/audit-output";
import type { Mark, Place } from "../page/page";
import { pagePdf } from "../page/page-pdf";
import { pageSvg } from "../page/page-svg";
import { fitText, textWidth, wrapText } from "../page/text-width";
import type { AuditDocument } from "./audit-document";
import { auditJson } from "./audit-json";
import { auditPage } from "./audit-page";

let full: AuditDocument;
let bare: AuditDocument;
beforeAll(async () => {
  const names = {
    original: "cell.mrc",
    restored: "cell-restored.mrc",
    reference: "truth.mrc",
    std: "cell-std.mrc",
  };
  full = { ...(await smallAudit(true)), names, voxelSizeAngstrom: 10, day: "2026-01-31" };
  const without = { ...names, reference: null, std: null };
  bare = { ...(await smallAudit(false)), names: without, voxelSizeAngstrom: 10, day: "2026-01-31" };
});

/** Everything that a mark reaches. */
function reach(mark: Mark): readonly Place[] {
  if (mark.kind === "line" || mark.kind === "area") return mark.points;
  const [x, y] = mark.at;
  if (mark.kind === "picture") return [mark.at, [x + mark.width, y + mark.height]];
  const width = textWidth(mark.text, mark.size);
  if (mark.upwards)
    return [
      [x, y + width / 2],
      [x, y - width / 2],
    ];
  const left = x - { start: 0, middle: width / 2, end: width }[mark.align ?? "start"];
  return [
    [left, y - mark.size],
    [left + width, y],
  ];
}

const textsOf = (document: AuditDocument) =>
  auditPage(document).marks.flatMap((mark) => (mark.kind === "text" ? [mark.text] : []));

describe("the page", () => {
  test.each(["full", "bare"])("%s: nothing reaches beyond it, texts do not lie upon each other", (which) => {
    const { marks, width, height } = auditPage(which === "full" ? full : bare);
    const isWithin = ([x, y]: Place) => x > 20 && x < width - 20 && y > 20 && y < height - 15;
    expect(marks.filter((mark) => !reach(mark).every(isWithin))).toEqual([]);
    const boxes = marks.flatMap((mark) =>
      mark.kind === "text" && !mark.upwards ? [{ mark, box: reach(mark) }] : [],
    );
    const clashes = boxes.flatMap(({ mark, box: [[x0, y0], [x1, y1]] }, i) =>
      boxes
        .slice(i + 1)
        .filter(({ box: [[u0, v0], [u1, v1]] }) => x0 < u1 - 1 && u0 < x1 - 1 && y0 < v1 - 2 && v0 < y1 - 2)
        .map(({ mark: other }) => `${mark.text} | ${other.text}`),
    );
    expect(clashes).toEqual([]);
  });

  test("says what was compared, how it was measured, the verdict, and how it was made", () => {
    const texts = textsOf(full).join("\n");
    for (const part of [
      "x 0 to 19, y 0 to 11, z 0 to 15 of the original: 20 × 12 × 16 voxels of 10 Å",
      "tilts from −60° to 60° about y",
      "Tomoscope 1.2.3, 2026-01-31, Reference; grey values matched, periodic parts of the boxes",
      "Resolution against truth.mrc, by criterion",
      "restored; hatched:",
    ])
      expect(texts).toContain(part);
    const words = (text: string) => text.split(/\s+/).join(" ");
    for (const sentence of full.output.verdict) expect(words(texts)).toContain(sentence.text);
    expect(textsOf(bare).join("\n")).not.toContain("truth.mrc");
    expect(auditPage(full).marks.filter(({ kind }) => kind === "picture")).toHaveLength(4);
    expect(auditPage(bare).marks.filter(({ kind }) => kind === "picture")).toHaveLength(3);
  });

  test("as SVG: names are escaped, pictures are in it", () => {
    const svg = pageSvg(auditPage({ ...full, names: { ...full.names, restored: "<a & b>.mrc" } }));
    expect(svg).toContain("&lt;a &amp; b&gt;.mrc");
    expect(svg.match(/data:image\/png;base64,iVBOR/g)).toHaveLength(4);
  });

  test("as PDF: one page of A4 with its texts as text; letters that no reader has are replaced", async () => {
    const bytes = await pagePdf(auditPage({ ...full, names: { ...full.names, restored: "σ断層.mrc" } }));
    const raw = Buffer.from(bytes).toString("latin1");
    expect(raw.match(/\/Type \/Page\b/g)).toHaveLength(1);
    expect(raw).toMatch(/\/MediaBox \[0 0 595\.? 842\.?\]/);
    const streams = [...raw.matchAll(/stream\r?\n([\s\S]*?)\r?\nendstream/g)].map(([, body]) => {
      try {
        return inflateSync(Buffer.from(body, "latin1")).toString("latin1");
      } catch {
        return "";
      }
    });
    const drawn = streams.join("\n");
    expect(drawn).toContain("(sigma??.mrc)");
    expect(drawn).toContain("(tilts from \u201360\u00b0 to 60\u00b0 about y)".replace("\u2013", "\u0096"));
  });
});

test("the JSON holds every figure and how it was made, without the pictures", () => {
  const figures = JSON.parse(auditJson(full));
  expect(figures).toMatchObject({
    format: "tomoscope-audit",
    version: 1,
    day: "2026-01-31",
    volumes: full.names,
    provenance: full.provenance,
    filled: full.output.filled,
    shells: full.output.shells,
    correlations: full.output.correlations,
    uncertain: full.output.uncertain,
  });
  expect(figures.change.decibels).toBeLessThan(0);
  expect(figures.verdict).toEqual(full.output.verdict.map(({ text }) => text));
  expect(figures.pictures).toBeUndefined();
});

test("texts are measured, wrapped and cut as Helvetica is wide", () => {
  expect(textWidth("mmm", 10)).toBeCloseTo(24.99, 2);
  const lines = wrapText("a restored volume beside its original", 10, 60);
  expect(lines.join(" ")).toBe("a restored volume beside its original");
  for (const line of lines) expect(textWidth(line, 10)).toBeLessThanOrEqual(60);
  const cut = fitText("a-very-long-name-of-a-tomogram.mrc", 10, 80);
  expect(cut).toMatch(/^a-ve.*….*\.mrc$/);
  expect(textWidth(cut, 10)).toBeLessThanOrEqual(80);
});
