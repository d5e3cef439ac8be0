// Projection and back-projection by Joseph's rule. Rows along y are independent and share their weights, so the samples of
// `laneBytes` / 4 rows (4 or 16) lie side by side: a cell. A volume is [nz + 2][nx + 2] cells, images are
// [tilt][imageWidth + 2] cells; the outermost cells are zero, and pointers name cell (0, 0) inside them.
import { storeTransposed } from "./lanes";
import { multiplyAdd } from "./multiply-add";

const WIDE: i32 = 64;

/** As src/wasm/tomography/wasm-tomography-kernels.ts writes it; see src/core/tomography/tilt-rays.ts. */
@unmanaged
class Tilt {
  /** The ray of pixel s crosses layer l at at0 + s · atPerPixel + l · atPerLayer. */
  at0: f64;
  atPerPixel: f64;
  atPerLayer: f64;
  length: f64;
  /** The ray through sample (z, x) meets the image at pixel0 + x · pixelPerX + z · pixelPerZ. */
  pixel0: f64;
  pixelPerX: f64;
  pixelPerZ: f64;
  alongZ: i32;
  layers: i32;
  across: i32;
  /** Bytes from one layer, and from one sample across, to the next. */
  layerStep: i32;
  acrossStep: i32;
}

const TILT_BYTES: usize = 80;

/** Adds to a cell the weighted sum of the cell at `near` and that which lies `step` bytes behind it. */
// @ts-ignore: decorator
@inline
function addWeighted(to: usize, near: usize, step: usize, nearWeight: f64, farWeight: f64, isWide: bool): void {
  const wNear = f32x4.splat(<f32>nearWeight);
  const wFar = f32x4.splat(<f32>farWeight);
  const far = near + step;
  const sum = multiplyAdd(v128.load(far), wFar, f32x4.mul(v128.load(near), wNear));
  v128.store(to, f32x4.add(v128.load(to), sum));
  if (!isWide) return;
  const sum1 = multiplyAdd(v128.load(far, 16), wFar, f32x4.mul(v128.load(near, 16), wNear));
  v128.store(to, f32x4.add(v128.load(to, 16), sum1), 16);
  const sum2 = multiplyAdd(v128.load(far, 32), wFar, f32x4.mul(v128.load(near, 32), wNear));
  v128.store(to, f32x4.add(v128.load(to, 32), sum2), 32);
  const sum3 = multiplyAdd(v128.load(far, 48), wFar, f32x4.mul(v128.load(near, 48), wNear));
  v128.store(to, f32x4.add(v128.load(to, 48), sum3), 48);
}

// @ts-ignore: decorator
@inline
function addCrossing(tilt: Tilt, pixel: i32, layer: i32, volume: usize, image: usize, isWide: bool): void {
  const at = tilt.at0 + tilt.atPerLayer * layer + tilt.atPerPixel * pixel;
  const below = Math.floor(at);
  const first = <i32>below;
  if (<u32>(first + 1) > <u32>tilt.across) return;
  const farWeight = (at - below) * tilt.length;
  const near = volume + <isize>layer * tilt.layerStep + <isize>first * tilt.acrossStep;
  const to = image + (<usize>pixel << (isWide ? 6 : 4));
  addWeighted(to, near, tilt.acrossStep, tilt.length - farWeight, farWeight, isWide);
}

/** Loops so that neighbouring steps read neighbouring cells of a section. */
// @ts-ignore: decorator
@inline
function projectCells(tilt: Tilt, volume: usize, image: usize, imageWidth: i32, isWide: bool): void {
  if (tilt.alongZ)
    for (let layer = 0; layer < tilt.layers; layer++)
      for (let pixel = 0; pixel < imageWidth; pixel++) addCrossing(tilt, pixel, layer, volume, image, isWide);
  else
    for (let pixel = 0; pixel < imageWidth; pixel++)
      for (let layer = 0; layer < tilt.layers; layer++) addCrossing(tilt, pixel, layer, volume, image, isWide);
}

/** Projects the volume along tilt `first` + item into its image. */
export function projectTilt(
  item: i32,
  first: i32,
  tilts: usize,
  volume: usize,
  images: usize,
  imageWidth: i32,
  laneBytes: i32,
): void {
  const tilt = changetype<Tilt>(tilts + TILT_BYTES * (first + item));
  const image = images + <usize>(first + item) * (imageWidth + 2) * laneBytes;
  memory.fill(image, 0, <usize>imageWidth * laneBytes);
  if (laneBytes == WIDE) projectCells(tilt, volume, image, imageWidth, true);
  else projectCells(tilt, volume, image, imageWidth, false);
}

/**
 * Adds to a row of the volume what one image gives. A pixel's weight falls from 1/width at its ray to 0 at a distance of
 * `width` pixels, the reciprocal of the path: two neighbours at most.
 */
// @ts-ignore: decorator
@inline
function backProjectCells(tilt: Tilt, row: usize, z: i32, nx: i32, image: usize, imageWidth: i32, isWide: bool): void {
  const length = tilt.length;
  const start = tilt.pixel0 + tilt.pixelPerZ * z;
  const cellShift: usize = isWide ? 6 : 4;
  const cellBytes: usize = isWide ? 64 : 16;
  for (let x = 0; x < nx; x++) {
    const at = start + tilt.pixelPerX * x;
    const below = Math.floor(at);
    const first = <i32>below;
    if (<u32>(first + 1) > <u32>imageWidth) continue;
    const nearWeight = max(1 - (at - below) * length, 0) * length;
    const farWeight = max(1 - (1 - (at - below)) * length, 0) * length;
    const near = image + (<isize>first << cellShift);
    addWeighted(row + (<usize>x << cellShift), near, cellBytes, nearWeight, farWeight, isWide);
  }
}

/** Back-projects all images into row z = `first` + item of the volume. */
export function backProjectRow(
  item: i32,
  first: i32,
  tilts: usize,
  tiltCount: i32,
  images: usize,
  imageWidth: i32,
  volume: usize,
  nx: i32,
  laneBytes: i32,
): void {
  const z = first + item;
  const row = volume + <usize>z * (nx + 2) * laneBytes;
  memory.fill(row, 0, <usize>nx * laneBytes);
  for (let t = 0; t < tiltCount; t++) {
    const tilt = changetype<Tilt>(tilts + TILT_BYTES * t);
    const image = images + <usize>t * (imageWidth + 2) * laneBytes;
    if (laneBytes == WIDE) backProjectCells(tilt, row, z, nx, image, imageWidth, true);
    else backProjectCells(tilt, row, z, nx, image, imageWidth, false);
  }
}

// @ts-ignore: decorator
@inline
function loadRow(rows: usize, row: i32, rowCount: i32, rowBytes: usize): v128 {
  return row < rowCount ? v128.load(rows + rowBytes * row) : f32x4.splat(0);
}

/** Puts `rowCount` rows of `length` samples into the lanes of `length` cells; lanes without a row are zero. */
export function rowsToCells(
  item: i32,
  rows: usize,
  rowCount: i32,
  length: i32,
  cells: usize,
  laneBytes: i32,
): void {
  const rowBytes = <usize>length << 2;
  const fromRow = rows + rowBytes * rowCount * item;
  const toRow = cells + <usize>item * (length + 2) * laneBytes;
  const lanes = laneBytes >> 2;
  const whole = length & ~3;
  for (let x = 0; x < whole; x += 4) {
    const to = toRow + <usize>x * laneBytes;
    const from = fromRow + (<usize>x << 2);
    for (let y = 0; y < lanes; y += 4)
      storeTransposed(
        to + (<usize>y << 2),
        laneBytes,
        loadRow(from, y, rowCount, rowBytes),
        loadRow(from, y + 1, rowCount, rowBytes),
        loadRow(from, y + 2, rowCount, rowBytes),
        loadRow(from, y + 3, rowCount, rowBytes),
      );
  }
  for (let x = whole; x < length; x++)
    for (let y = 0; y < lanes; y++) {
      const value = y < rowCount ? load<f32>(fromRow + rowBytes * y + (<usize>x << 2)) : 0;
      store<f32>(toRow + <usize>x * laneBytes + (<usize>y << 2), value);
    }
}

/** Takes the first `rowCount` lanes of `length` cells out as rows. */
export function cellsToRows(
  item: i32,
  cells: usize,
  laneBytes: i32,
  rows: usize,
  rowCount: i32,
  length: i32,
): void {
  const rowBytes = <usize>length << 2;
  const fromRow = cells + <usize>item * (length + 2) * laneBytes;
  const toRow = rows + rowBytes * rowCount * item;
  const wholeX = length & ~3;
  const wholeY = rowCount & ~3;
  for (let x = 0; x < length; x += 4) {
    const from = fromRow + <usize>x * laneBytes;
    const to = toRow + (<usize>x << 2);
    for (let y = 0; y < rowCount; y += 4) {
      const column = from + (<usize>y << 2);
      if (x < wholeX && y < wholeY)
        storeTransposed(
          to + rowBytes * y,
          rowBytes,
          v128.load(column),
          v128.load(column + laneBytes),
          v128.load(column + laneBytes * 2),
          v128.load(column + laneBytes * 3),
        );
      else
        for (let i = 0; i < min(4, length - x); i++)
          for (let j = 0; j < min(4, rowCount - y); j++)
            store<f32>(
              to + rowBytes * (y + j) + (<usize>i << 2),
              load<f32>(column + <usize>i * laneBytes + (<usize>j << 2)),
            );
    }
  }
}
