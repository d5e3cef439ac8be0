import type { AuditPictures } from "../../core/operations/audit-output";
import type { PictureMark } from "../page/page";

type Picture = PictureMark["picture"];
type Window = readonly [black: number, white: number];

/** Pictures are enlarged to at least so many pixels a side, so that the hatching is finer than the voxels. */
const LEAST_PIXELS = 320;
const LOW_QUANTILE = 0.005;
const HATCH_STEP = 9;
const HATCH_WIDTH = 3;
const HATCH_COLOUR = [0xf2, 0x8c, 0x28] as const;
const HATCH_OPACITY = 0.75;

/** Returns the robust range of grey values: 0.5 to 99.5 percentile. */
function robustWindow(values: Float32Array): Window {
  const sorted = values.slice().sort();
  const at = (quantile: number) => sorted[Math.round(quantile * (sorted.length - 1))];
  return [at(LOW_QUANTILE), at(1 - LOW_QUANTILE)];
}

/** Returns a slice as a picture, hatched where the mask is 1. */
function pictureOf(
  values: Float32Array,
  width: number,
  [black, white]: Window,
  mask: Float32Array | null,
): Picture {
  const height = values.length / width;
  const factor = Math.max(1, Math.ceil(LEAST_PIXELS / Math.max(width, height)));
  const [columns, rows] = [width * factor, height * factor];
  const rgb = new Uint8Array(3 * columns * rows);
  for (let row = 0, at = 0; row < rows; row++)
    for (let column = 0; column < columns; column++, at += 3) {
      const voxel = Math.floor(row / factor) * width + Math.floor(column / factor);
      const share = (values[voxel] - black) / (white - black || 1);
      const grey = 255 * Math.min(1, Math.max(0, share));
      const isLine = (row + column) % HATCH_STEP < HATCH_WIDTH;
      const opacity = mask?.[voxel] && isLine ? HATCH_OPACITY : 0;
      HATCH_COLOUR.forEach((channel, i) => {
        rgb[at + i] = Math.round(grey + opacity * (channel - grey));
      });
    }
  return { width: columns, height: rows, rgb };
}

/**
 * Returns the pictures of an audit with what is written below them: original and restored in their own contrast, the change in
 * that of the original about mid-grey, and where there is a deviation, the restored one hatched.
 */
export function auditPictures(
  pictures: AuditPictures,
): readonly { readonly caption: string; readonly picture: Picture }[] {
  const { width, original, restored, change, uncertain } = pictures;
  const [ofOriginal, ofRestored] = [robustWindow(original), robustWindow(restored)];
  const half = (ofOriginal[1] - ofOriginal[0]) / 2;
  return [
    { caption: "original", picture: pictureOf(original, width, ofOriginal, null) },
    { caption: "restored", picture: pictureOf(restored, width, ofRestored, null) },
    {
      caption: "change where measured (contrast of the original)",
      picture: pictureOf(change, width, [-half, half], null),
    },
    ...(uncertain
      ? [
          {
            caption: "restored; hatched: deviation > signal",
            picture: pictureOf(restored, width, ofRestored, uncertain),
          },
        ]
      : []),
  ];
}
