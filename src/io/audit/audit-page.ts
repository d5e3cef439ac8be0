import type { AuditCorrelation } from "../../core/metrics/audit-figures";
import { lengthOf } from "../../core/metrics/audit-verdict";
import { SHELL_CRITERIA } from "../../core/metrics/shell-criteria";
import { boxShape, type Shape3 } from "../../core/volume/shape";
import { chartMarks } from "../page/chart";
import { type Mark, type Page, type Place, rectangle } from "../page/page";
import { fitText, wrapText } from "../page/text-width";
import { auditCharts } from "./audit-charts";
import type { AuditDocument } from "./audit-document";
import { auditPictures } from "./audit-pictures";

/** A4, in points. */
const WIDTH = 595;
const HEIGHT = 842;
const MARGIN = 42;
const INNER = WIDTH - 2 * MARGIN;
const INK = "#1f2430";
const GREY = "#5b6270";
const TONES = { good: "#2f8f4e", warning: "#c9681a", plain: "#8a93a3" } as const;
const BODY = 9;
const SMALL = 7.5;
const GAP = 10;
const MOST_PICTURE_HEIGHT = 118;

/** What has been laid out, and how far down it reaches. */
interface Column {
  readonly marks: Mark[];
  y: number;
}

/** Returns one page that tells how far a restored volume can be trusted: verdict, pictures, charts, and how it was made. */
export function auditPage(document: AuditDocument): Page {
  const column: Column = { marks: [], y: MARGIN };
  heading(column, document);
  verdict(column, document);
  pictures(column, document);
  const isReferred = document.output.correlations.length > 0;
  const footer = footerLines(document);
  const end = HEIGHT - MARGIN + 14 - 9 * footer.length - (isReferred ? 66 : 0);
  charts(column, document, end - (isReferred ? 16 : 8));
  column.y = end;
  if (isReferred) resolutions(column, document);
  footer.forEach((line, i) => {
    column.marks.push(text(line, [MARGIN, HEIGHT - MARGIN + 18 - 9 * (footer.length - 1 - i)], SMALL, GREY));
  });
  return { title: `Audit of ${document.names.restored}`, width: WIDTH, height: HEIGHT, marks: column.marks };
}

function text(content: string, at: Place, size = BODY, colour = INK, bold = false): Mark {
  return { kind: "text", at, text: content, size, colour, bold };
}

const sizeOf = (shape: Shape3) => [...shape].reverse().join(" × ");
const degrees = (value: number) => `${String(value).replace("-", "−")}°`;

/** "tilts from −60° to 60° about y", with the second series if there is one. */
function tiltsOf({ tilt, tiltAxis, dualAxis, secondTilt }: AuditDocument["provenance"]["params"]): string {
  const series = (range: unknown, axis: unknown) => {
    const [low, high] = range as readonly [number, number];
    return `from ${degrees(low)} to ${degrees(high)} about ${axis}`;
  };
  const second = dualAxis ? `, and ${series(secondTilt, tiltAxis === "y" ? "x" : "y")}` : "";
  return `tilts ${series(tilt, tiltAxis)}${second}`;
}

function heading(column: Column, { output, names, voxelSizeAngstrom, provenance }: AuditDocument): void {
  const { x0, y0, z0, x1, y1, z1 } = output.box;
  column.marks.push(text("Audit of a restored volume", [MARGIN, column.y + 6], 16, INK, true));
  column.y += 24;
  const voxel =
    voxelSizeAngstrom === null ? "of unknown size" : `of ${Number(voxelSizeAngstrom.toPrecision(5))} Å`;
  const part = output.isPart ? ", a part of what was restored" : "";
  const facts: readonly (readonly [string, string])[] = [
    ["Restored", names.restored],
    ["Original", names.original],
    ...(names.reference === null ? [] : [["Reference", names.reference] as const]),
    ...(names.std === null ? [] : [["Deviation", names.std] as const]),
    [
      "Compared",
      `x ${x0} to ${x1 - 1}, y ${y0} to ${y1 - 1}, z ${z0} to ${z1 - 1} of the original: ${sizeOf(boxShape(output.box))} voxels ${voxel}${part}`,
    ],
    ["Measured", tiltsOf(provenance.params)],
  ];
  for (const [name, fact] of facts) {
    column.marks.push(text(name, [MARGIN, column.y], BODY, GREY));
    column.marks.push(text(fitText(fact, BODY, INNER - 62), [MARGIN + 62, column.y]));
    column.y += 12.5;
  }
  column.y += 8;
}

function verdict(column: Column, { output }: AuditDocument): void {
  for (const sentence of output.verdict) {
    const lines = wrapText(sentence.text, BODY + 0.5, INNER - 14);
    const square = rectangle(MARGIN, column.y - 6.5, 6, 6);
    column.marks.push({ kind: "area", points: square, colour: TONES[sentence.tone] });
    for (const line of lines) {
      column.marks.push(text(line, [MARGIN + 14, column.y], BODY + 0.5));
      column.y += 12.5;
    }
    column.y += 2.5;
  }
  column.y += 4;
}

function pictures(column: Column, { output }: AuditDocument): void {
  const { width, height, axis } = output.pictures;
  const shown = auditPictures(output.pictures);
  const room = (INNER - GAP * (shown.length - 1)) / shown.length;
  const scale = Math.min(room / width, MOST_PICTURE_HEIGHT / height);
  const [shownWidth, shownHeight] = [width * scale, height * scale];
  shown.forEach(({ caption, picture }, i) => {
    const left = MARGIN + i * (room + GAP);
    column.marks.push({
      kind: "picture",
      at: [left, column.y],
      width: shownWidth,
      height: shownHeight,
      picture,
    });
    const lines = wrapText(caption, SMALL, room);
    lines.forEach((line, row) => {
      column.marks.push(text(line, [left, column.y + shownHeight + 9 + 8.5 * row], SMALL, GREY));
    });
  });
  const place = { x: output.box.x0, y: output.box.y0, z: output.box.z0 }[axis] + output.pictures.index;
  column.y += shownHeight + 28;
  const plane = { x: "YZ", y: "XZ", z: "XY" }[axis];
  column.marks.push(
    text(
      `${plane} slices at ${axis} ${place} of the original, where the wedge shows; original and restored each in its own contrast.`,
      [MARGIN, column.y],
      SMALL,
      GREY,
    ),
  );
  column.y += 10;
}

function charts(column: Column, { output, provenance }: AuditDocument, end: number): void {
  const all = auditCharts(output, Number(provenance.params.sigmaFactor));
  const width = (INNER - 2 * GAP) / 2;
  const height = (end - column.y - GAP) / 2;
  all.forEach((chart, i) => {
    const at: Place = [MARGIN + (i % 2) * (width + 2 * GAP), column.y + Math.floor(i / 2) * (height + GAP)];
    column.marks.push(...chartMarks(chart, at, width, height));
  });
}

const NAMES: Readonly<Record<`${AuditCorrelation["of"]} ${AuditCorrelation["region"]}`, string>> = {
  "restored all": "restored, FSC",
  "original all": "original, FSC",
  "restored missing": "restored, cFSC (not measured)",
  "original missing": "original, cFSC (not measured)",
};

/** The table of resolutions by each criterion. */
function resolutions(column: Column, { output, names, provenance }: AuditDocument): void {
  const { lengthUnit } = output;
  const title = fitText(`Resolution against ${names.reference}, by criterion`, BODY, INNER);
  column.marks.push(text(title, [MARGIN, column.y], BODY, INK, true));
  const columnAt = (i: number) => MARGIN + 180 + 66 * i;
  column.y += 11;
  const sigma = `${provenance.params.sigmaFactor} sigma`;
  SHELL_CRITERIA.forEach(({ id, label }, i) => {
    column.marks.push(text(id === "sigma" ? sigma : label, [columnAt(i), column.y], SMALL, GREY));
  });
  for (const { of, region, resolutions: found } of output.correlations) {
    column.y += 10.5;
    column.marks.push(text(NAMES[`${of} ${region}`], [MARGIN, column.y], 8));
    SHELL_CRITERIA.forEach(({ id }, i) => {
      const length = found[id];
      column.marks.push(
        text(length === null ? "–" : lengthOf(length, lengthUnit), [columnAt(i), column.y], 8),
      );
    });
  }
}

function footerLines({ output, provenance, day }: AuditDocument): string[] {
  const { params, backend, version } = provenance;
  const greys = params.greys === "fit" ? "grey values matched" : "grey values as they are";
  const borders = params.borders === "periodic" ? "periodic parts of the boxes" : "boxes as they are";
  const definitions =
    "Change: power of restored minus original over power of the original, where it was measured. Invented: power of the restored volume where nothing was measured. FSC, cFSC: correlation over all coefficients of a shell, over those that were not measured.";
  const margin = output.margin > 0 ? `, coefficients within ${output.margin} of the wedge left out` : "";
  const made = `Tomoscope ${version}, ${day}, ${backend}; ${greys}, ${borders}${margin}.`;
  return [...wrapText(definitions, SMALL, INNER), fitText(made, SMALL, INNER)];
}
