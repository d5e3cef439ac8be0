import { encode } from "fast-png";
import type { Axis } from "../core/volume/shape";
import { addSectionToSlice, slabBox, sliceLayout } from "../core/volume/slice";
import type { VolumeReader } from "../core/volume/volume";

/** Grey values or labels of a slice, row 0 on top. */
export interface SliceValues {
  readonly width: number;
  readonly height: number;
  readonly values: Float32Array;
}

/** A picture in red, green and blue bytes. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly rgb: Uint8Array;
}

type Colour = readonly [red: number, green: number, blue: number];

const BACKGROUND: Colour = [0x0f, 0x11, 0x15];
const GAP_PIXELS = 8;
const OVERLAY_OPACITY = 0.4;
const DASH_PIXELS = 6;

/** Returns the mean over a slab of slices about `index`. */
export async function slabImage(
  volume: VolumeReader,
  axis: Axis,
  index: number,
  slab: number,
): Promise<SliceValues> {
  const { shape } = volume.meta;
  const { width, height } = sliceLayout(axis, shape);
  const box = slabBox(axis, shape, index, slab);
  const values = await volume.readBox(box);
  const rows = box.y1 - box.y0;
  const columns = box.x1 - box.x0;
  const image = new Float32Array(width * height);
  for (let row = 0; row < box.z1 - box.z0; row++) {
    const section = values.subarray(row * rows * columns, (row + 1) * rows * columns);
    addSectionToSlice(image, axis, section, [rows, columns], row);
  }
  const slices = { z: box.z1 - box.z0, y: rows, x: columns }[axis];
  return { width, height, values: image.map((sum) => sum / slices) };
}

/** Returns a slice enlarged by a whole factor, with straight lines between the voxel centres. */
export function enlarged({ width, height, values }: SliceValues, factor: number): SliceValues {
  const out = new Float32Array(width * height * factor * factor);
  const at = (x: number, y: number) =>
    values[Math.min(height - 1, Math.max(0, y)) * width + Math.min(width - 1, Math.max(0, x))];
  for (let row = 0; row < height * factor; row++) {
    const y = (row + 0.5) / factor - 0.5;
    const y0 = Math.floor(y);
    for (let column = 0; column < width * factor; column++) {
      const x = (column + 0.5) / factor - 0.5;
      const x0 = Math.floor(x);
      const top = at(x0, y0) + (x - x0) * (at(x0 + 1, y0) - at(x0, y0));
      const bottom = at(x0, y0 + 1) + (x - x0) * (at(x0 + 1, y0 + 1) - at(x0, y0 + 1));
      out[row * width * factor + column] = top + (y - y0) * (bottom - top);
    }
  }
  return { width: width * factor, height: height * factor, values: out };
}

/** Returns grey values as a picture: `low` is black, `high` white. */
export function greyPicture({ width, height, values }: SliceValues, low: number, high: number): Picture {
  const rgb = new Uint8Array(3 * width * height);
  values.forEach((value, i) => {
    const share = Math.min(1, Math.max(0, (value - low) / (high - low)));
    rgb.fill(Math.round(255 * share), 3 * i, 3 * i + 3);
  });
  return { width, height, rgb };
}

/** Returns the bytes of "#rrggbb". */
export function parseColour(text: string): Colour {
  const value = Number.parseInt(text.slice(1), 16);
  return [value >> 16, (value >> 8) & 255, value & 255];
}

/**
 * Lays the labels of a slice over a picture of it that is `factor` times as large: tinted inside, full colour along the rim.
 * Labels without a colour stay clear.
 */
export function overlayLabels(
  picture: Picture,
  labels: SliceValues,
  factor: number,
  colours: ReadonlyMap<number, Colour>,
): Picture {
  const { width, height } = picture;
  const rgb = picture.rgb.slice();
  const labelAt = (x: number, y: number) =>
    x < 0 || y < 0 || x >= width || y >= height
      ? 0
      : labels.values[Math.floor(y / factor) * labels.width + Math.floor(x / factor)];
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const label = labelAt(x, y);
      const colour = colours.get(label);
      if (!colour) continue;
      const neighbours = [labelAt(x - 1, y), labelAt(x + 1, y), labelAt(x, y - 1), labelAt(x, y + 1)];
      const opacity = neighbours.every((other) => other === label) ? OVERLAY_OPACITY : 1;
      for (let channel = 0; channel < 3; channel++) {
        const i = 3 * (y * width + x) + channel;
        rgb[i] += Math.round(opacity * (colour[channel] - rgb[i]));
      }
    }
  }
  return { width, height, rgb };
}

/** Draws a circle of two pixels' width about a point, into the picture. */
export function drawCircle(
  { width, height, rgb }: Picture,
  x: number,
  y: number,
  radius: number,
  colour: Colour,
) {
  const reach = Math.ceil(radius) + 1;
  for (let row = Math.max(0, Math.floor(y) - reach); row <= Math.min(height - 1, y + reach); row++)
    for (let column = Math.max(0, Math.floor(x) - reach); column <= Math.min(width - 1, x + reach); column++)
      if (Math.abs(Math.hypot(column - x, row - y) - radius) <= 1)
        rgb.set(colour, 3 * (row * width + column));
}

/** Draws a dashed line through a point, at an angle from the rows in degrees, across the whole picture. */
export function drawLine(
  { width, height, rgb }: Picture,
  x: number,
  y: number,
  angleDeg: number,
  colour: Colour,
) {
  const dx = Math.cos((angleDeg * Math.PI) / 180);
  const dy = Math.sin((angleDeg * Math.PI) / 180);
  const reach = Math.hypot(width, height);
  for (let step = -reach; step <= reach; step += 0.5) {
    const column = Math.floor(x + step * dx);
    const row = Math.floor(y + step * dy);
    const isDash = Math.floor((step + reach) / DASH_PIXELS) % 2 === 0;
    const isInside = column >= 0 && row >= 0 && column < width && row < height;
    if (isDash && isInside) rgb.set(colour, 3 * (row * width + column));
  }
}

/** Returns rows of pictures on a dark ground; the pictures of a column have one width, those of a row one height. */
export function gridOf(rows: readonly (readonly Picture[])[]): Picture {
  const gaps = (count: number) => GAP_PIXELS * (count - 1);
  const width = rows[0].reduce((sum, picture) => sum + picture.width, gaps(rows[0].length));
  const height = rows.reduce((sum, [first]) => sum + first.height, gaps(rows.length));
  const rgb = new Uint8Array(3 * width * height);
  for (let i = 0; i < width * height; i++) rgb.set(BACKGROUND, 3 * i);
  let top = 0;
  for (const row of rows) {
    let left = 0;
    for (const picture of row) {
      const stride = 3 * picture.width;
      for (let y = 0; y < picture.height; y++)
        rgb.set(picture.rgb.subarray(y * stride, (y + 1) * stride), 3 * ((top + y) * width + left));
      left += picture.width + GAP_PIXELS;
    }
    top += row[0].height + GAP_PIXELS;
  }
  return { width, height, rgb };
}

/** Returns a picture as the bytes of a PNG file. */
export function encodePng({ width, height, rgb }: Picture): Uint8Array {
  return encode({ width, height, data: rgb, channels: 3, depth: 8 });
}
