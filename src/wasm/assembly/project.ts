// Projection and back-projection by Joseph's rule. Rows along y are independent and share their weights, so the samples of
// `laneBytes` / 4 rows (4 or 16) lie side by side: a cell. A volume is [nz + 2][nx + 2] cells, images are
// [tilts + 2][imageWidth + 2] cells; the outermost cells are zero, and pointers name cell (0, 0) inside them.
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

/** What a tile of the volume or of the images should take: half of a small second-level cache. */
const TILE_BYTES: i32 = 131072;

/**
 * Adds to a cell what the rays of one pixel gather in some layers. Sums stay in registers; a tile's layers stay in the cache
 * from tilt to tilt.
 */
// @ts-ignore: decorator
@inline
function projectPixel(tilt: Tilt, start: f64, layer0: i32, layer1: i32, volume: usize, to: usize, isWide: bool): void {
  const length = tilt.length;
  const step = tilt.atPerLayer;
  const end0 = start + step * layer0;
  const end1 = start + step * (layer1 - 1);
  if (max(end0, end1) < -1 || min(end0, end1) >= tilt.across) return;
  const acrossStep = <usize>tilt.acrossStep;
  let sum0 = v128.load(to);
  let sum1 = isWide ? v128.load(to, 16) : sum0;
  let sum2 = isWide ? v128.load(to, 32) : sum0;
  let sum3 = isWide ? v128.load(to, 48) : sum0;
  for (let layer = layer0; layer < layer1; layer++) {
    const at = start + step * layer;
    const below = Math.floor(at);
    const first = <i32>below;
    if (<u32>(first + 1) > <u32>tilt.across) continue;
    const farWeight = (at - below) * length;
    const wNear = f32x4.splat(<f32>(length - farWeight));
    const wFar = f32x4.splat(<f32>farWeight);
    const near = volume + <usize>layer * tilt.layerStep + <isize>first * acrossStep;
    const far = near + acrossStep;
    sum0 = multiplyAdd(v128.load(far), wFar, multiplyAdd(v128.load(near), wNear, sum0));
    if (!isWide) continue;
    sum1 = multiplyAdd(v128.load(far, 16), wFar, multiplyAdd(v128.load(near, 16), wNear, sum1));
    sum2 = multiplyAdd(v128.load(far, 32), wFar, multiplyAdd(v128.load(near, 32), wNear, sum2));
    sum3 = multiplyAdd(v128.load(far, 48), wFar, multiplyAdd(v128.load(near, 48), wNear, sum3));
  }
  v128.store(to, sum0);
  if (!isWide) return;
  v128.store(to, sum1, 16);
  v128.store(to, sum2, 32);
  v128.store(to, sum3, 48);
}

/**
 * Projects the volume along the tilts of group `item` of `groupTilts`, counted from `first` and below `end`, into their
 * images.
 */
export function projectTilts(
  item: i32,
  first: i32,
  end: i32,
  groupTilts: i32,
  tilts: usize,
  tiltCount: i32,
  volume: usize,
  nx: i32,
  images: usize,
  imageWidth: i32,
  laneBytes: i32,
): void {
  const groupStart = first + item * groupTilts;
  const groupEnd = min(end, groupStart + groupTilts);
  const imageBytes = <usize>(imageWidth + 2) * laneBytes;
  for (let t = groupStart; t < groupEnd; t++) memory.fill(images + imageBytes * t, 0, <usize>imageWidth * laneBytes);
  for (let alongZ = 0; alongZ < 2; alongZ++) {
    let layers = 1;
    for (let layer = 0; layer < layers; ) {
      let tileEnd = layers;
      for (let t = groupStart; t < groupEnd; t++) {
        const tilt = changetype<Tilt>(tilts + TILT_BYTES * t);
        if (tilt.alongZ != alongZ) continue;
        layers = tilt.layers;
        tileEnd = min(layers, layer + max(1, TILE_BYTES / (tilt.across * laneBytes)));
        const image = images + imageBytes * t;
        for (let pixel = 0; pixel < imageWidth; pixel++) {
          const start = tilt.at0 + tilt.atPerPixel * pixel;
          const to = image + <usize>pixel * laneBytes;
          if (laneBytes == WIDE) projectPixel(tilt, start, layer, tileEnd, volume, to, true);
          else projectPixel(tilt, start, layer, tileEnd, volume, to, false);
        }
      }
      layer = tileEnd;
    }
  }
}

/** Adds to a cell the weighted sum of two neighbouring cells. */
// @ts-ignore: decorator
@inline
function addWeighted(to: usize, near: usize, nearWeight: f64, farWeight: f64, isWide: bool): void {
  const wNear = f32x4.splat(<f32>nearWeight);
  const wFar = f32x4.splat(<f32>farWeight);
  const far = near + (isWide ? 64 : 16);
  v128.store(to, multiplyAdd(v128.load(far), wFar, multiplyAdd(v128.load(near), wNear, v128.load(to))));
  if (!isWide) return;
  v128.store(
    to,
    multiplyAdd(v128.load(far, 16), wFar, multiplyAdd(v128.load(near, 16), wNear, v128.load(to, 16))),
    16,
  );
  v128.store(
    to,
    multiplyAdd(v128.load(far, 32), wFar, multiplyAdd(v128.load(near, 32), wNear, v128.load(to, 32))),
    32,
  );
  v128.store(
    to,
    multiplyAdd(v128.load(far, 48), wFar, multiplyAdd(v128.load(near, 48), wNear, v128.load(to, 48))),
    48,
  );
}

/**
 * Adds to columns x0 to x1 of row z what one image gives. A pixel's weight falls from the ray's length at its own ray to 0 at
 * a distance of 1/length pixels: two neighbours at most.
 */
// @ts-ignore: decorator
@inline
function backProjectColumns(
  tilt: Tilt,
  row: usize,
  z: i32,
  x0: i32,
  x1: i32,
  image: usize,
  imageWidth: i32,
  isWide: bool,
): void {
  const length = tilt.length;
  const start = tilt.pixel0 + tilt.pixelPerZ * z;
  const cellShift: usize = isWide ? 6 : 4;
  for (let x = x0; x < x1; x++) {
    const at = start + tilt.pixelPerX * x;
    const below = Math.floor(at);
    const first = <i32>below;
    if (<u32>(first + 1) > <u32>imageWidth) continue;
    const share = at - below;
    const nearWeight = max(1 - share * length, 0) * length;
    const farWeight = max(1 - (1 - share) * length, 0) * length;
    const near = image + (<isize>first << cellShift);
    addWeighted(row + (<usize>x << cellShift), near, nearWeight, farWeight, isWide);
  }
}

/**
 * Back-projects all images into the rows z of group `item` of `groupRows`, counted from `first` and below `end`. The pixels under
 * a tile of columns stay in the cache from row to row.
 */
export function backProjectRows(
  item: i32,
  first: i32,
  end: i32,
  groupRows: i32,
  tilts: usize,
  tiltCount: i32,
  volume: usize,
  nx: i32,
  images: usize,
  imageWidth: i32,
  laneBytes: i32,
): void {
  const groupStart = first + item * groupRows;
  const groupEnd = min(end, groupStart + groupRows);
  const rowBytes = <usize>(nx + 2) * laneBytes;
  const imageBytes = <usize>(imageWidth + 2) * laneBytes;
  for (let z = groupStart; z < groupEnd; z++) memory.fill(volume + rowBytes * z, 0, <usize>nx * laneBytes);
  const tileColumns = max(16, TILE_BYTES / (max(1, tiltCount) * laneBytes));
  for (let x0 = 0; x0 < nx; x0 += tileColumns) {
    const x1 = min(nx, x0 + tileColumns);
    for (let z = groupStart; z < groupEnd; z++) {
      const row = volume + rowBytes * z;
      for (let t = 0; t < tiltCount; t++) {
        const tilt = changetype<Tilt>(tilts + TILT_BYTES * t);
        const image = images + imageBytes * t;
        if (laneBytes == WIDE) backProjectColumns(tilt, row, z, x0, x1, image, imageWidth, true);
        else backProjectColumns(tilt, row, z, x0, x1, image, imageWidth, false);
      }
    }
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
  rows: usize,
  rowCount: i32,
  length: i32,
  cells: usize,
  laneBytes: i32,
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
