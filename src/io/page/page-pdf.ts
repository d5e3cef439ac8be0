import { encode } from "fast-png";
import type { jsPDF } from "jspdf";
import type { AreaMark, LineMark, Mark, Page, PictureMark, Place, TextMark } from "./page";

const FONT = "helvetica";
/** Letters that the fonts every PDF reader has lack, and what stands for them; what is in neither becomes "?". */
const SUBSTITUTES: Readonly<Record<string, string>> = { "−": "–", σ: "sigma", "≥": ">=", "≤": "<=" };
/** Latin 1, and what Windows-1252 adds to it. */
const ENCODABLE = /[ -~\u00a0-\u00ff–—…‘’“”•€‰]/;

const encodable = (text: string) =>
  Array.from(text, (letter) => SUBSTITUTES[letter] ?? (ENCODABLE.test(letter) ? letter : "?")).join("");

function drawText(pdf: jsPDF, { at: [x, y], text, size, colour, bold, align, upwards }: TextMark): void {
  pdf.setFont(FONT, bold ? "bold" : "normal");
  pdf.setFontSize(size);
  pdf.setTextColor(colour);
  const content = encodable(text);
  const back = { start: 0, middle: 0.5, end: 1 }[align ?? "start"] * pdf.getTextWidth(content);
  if (upwards) pdf.text(content, x, y + back, { angle: 90 });
  else pdf.text(content, x - back, y);
}

function trace(pdf: jsPDF, [first, ...rest]: readonly Place[]): void {
  pdf.moveTo(first[0], first[1]);
  for (const [x, y] of rest) pdf.lineTo(x, y);
}

function drawLine(pdf: jsPDF, { points, colour, width, dash }: LineMark): void {
  if (points.length < 2) return;
  pdf.setDrawColor(colour);
  pdf.setLineWidth(width);
  pdf.setLineDashPattern([...(dash ?? [])], 0);
  trace(pdf, points);
  pdf.stroke();
}

function drawArea(pdf: jsPDF, { points, colour }: AreaMark): void {
  pdf.setFillColor(colour);
  trace(pdf, points);
  pdf.close();
  pdf.fill();
}

function drawPicture(pdf: jsPDF, { at: [x, y], width, height, picture }: PictureMark): void {
  const png = encode({
    width: picture.width,
    height: picture.height,
    data: picture.rgb,
    channels: 3,
    depth: 8,
  });
  pdf.addImage(png, "PNG", x, y, width, height, undefined, "FAST");
}

function draw(pdf: jsPDF, mark: Mark): void {
  if (mark.kind === "text") drawText(pdf, mark);
  else if (mark.kind === "line") drawLine(pdf, mark);
  else if (mark.kind === "area") drawArea(pdf, mark);
  else drawPicture(pdf, mark);
}

/** Returns a page as the bytes of a PDF file: vectors and texts, with pictures in full. The writer is loaded on first use. */
export async function pagePdf({ title, width, height, marks }: Page): Promise<Uint8Array<ArrayBuffer>> {
  const { jsPDF: Pdf } = await import("jspdf");
  const pdf = new Pdf({ unit: "pt", format: [width, height], compress: true });
  pdf.setProperties({ title: encodable(title), creator: "Tomoscope" });
  pdf.setLineJoin("round");
  for (const mark of marks) draw(pdf, mark);
  return new Uint8Array(pdf.output("arraybuffer"));
}
