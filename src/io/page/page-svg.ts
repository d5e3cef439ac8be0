import { encode } from "fast-png";
import type { Mark, Page, PictureMark, Place, TextMark } from "./page";

const FONT = "Helvetica, Arial, 'Liberation Sans', sans-serif";
/** Bytes that become text at a time: more arguments than this a call does not take. */
const CHUNK_BYTES = 8192;

const escaped = (text: string) =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
const round = (value: number) => Number(value.toFixed(2));
const path = (points: readonly Place[]) => points.map(([x, y]) => `${round(x)},${round(y)}`).join(" ");

function base64(bytes: Uint8Array): string {
  let text = "";
  for (let at = 0; at < bytes.length; at += CHUNK_BYTES)
    text += String.fromCharCode(...bytes.subarray(at, at + CHUNK_BYTES));
  return btoa(text);
}

function textElement({ at: [x, y], text, size, colour, bold, align, upwards }: TextMark): string {
  const place = upwards
    ? `transform="translate(${round(x)} ${round(y)}) rotate(-90)"`
    : `x="${round(x)}" y="${round(y)}"`;
  const weight = bold ? ' font-weight="700"' : "";
  const anchor = align && align !== "start" ? ` text-anchor="${align}"` : "";
  return `<text ${place} font-size="${size}" fill="${colour}"${weight}${anchor}>${escaped(text)}</text>`;
}

function pictureElement({ at: [x, y], width, height, picture }: PictureMark): string {
  const png = encode({
    width: picture.width,
    height: picture.height,
    data: picture.rgb,
    channels: 3,
    depth: 8,
  });
  const box = `x="${round(x)}" y="${round(y)}" width="${round(width)}" height="${round(height)}"`;
  return `<image ${box} preserveAspectRatio="none" href="data:image/png;base64,${base64(png)}"/>`;
}

function element(mark: Mark): string {
  switch (mark.kind) {
    case "text":
      return textElement(mark);
    case "line": {
      const dash = mark.dash ? ` stroke-dasharray="${mark.dash.join(" ")}"` : "";
      return `<polyline points="${path(mark.points)}" fill="none" stroke="${mark.colour}" stroke-width="${mark.width}" stroke-linejoin="round"${dash}/>`;
    }
    case "area":
      return `<polygon points="${path(mark.points)}" fill="${mark.colour}"/>`;
    case "picture":
      return pictureElement(mark);
  }
}

/** Returns a page as SVG, on white. */
export function pageSvg({ title, width, height, marks }: Page): string {
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" role="img" width="${width}pt" height="${height}pt" viewBox="0 0 ${width} ${height}" font-family="${FONT}">`,
    `<title>${escaped(title)}</title>`,
    `<rect width="${width}" height="${height}" fill="#ffffff"/>`,
    ...marks.map(element),
    "</svg>",
    "",
  ].join("\n");
}
