// The twin of src/core/denoise/gaussian.ts; item i is section z = i. Rows are at least 8 long, so the last vector of a row may
// overlap the one before.

function mirrored(index: i32, length: i32): i32 {
  const period = length << 1;
  let wrapped = index % period;
  if (wrapped < 0) wrapped += period;
  return wrapped < length ? wrapped : period - 1 - wrapped;
}

/** Blurs along x. `padded` holds one row with its mirrored ends for each item. */
export function blurX(
  item: i32,
  from: usize,
  to: usize,
  ny: i32,
  nx: i32,
  kernel: usize,
  radius: i32,
  padded: usize,
  paddedBytes: usize,
): void {
  const row = padded + paddedBytes * item;
  const middle = row + (<usize>radius << 2);
  for (let y = 0; y < ny; y++) {
    const offset = (<usize>item * ny + y) * nx << 2;
    memory.copy(middle, from + offset, <usize>nx << 2);
    for (let k = 1; k <= radius; k++) {
      store<f32>(middle - (<usize>k << 2), load<f32>(from + offset + (<usize>mirrored(-k, nx) << 2)));
      const after = nx - 1 + k;
      store<f32>(middle + (<usize>after << 2), load<f32>(from + offset + (<usize>mirrored(after, nx) << 2)));
    }
    for (let x = 0; x < nx; x += 4) {
      const at = <usize>min(x, nx - 4) << 2;
      let sum = f32x4.mul(v128.load32_splat(kernel), v128.load(middle + at));
      for (let k = 1; k <= radius; k++) {
        const reach = <usize>k << 2;
        const pair = f32x4.add(v128.load(middle + at - reach), v128.load(middle + at + reach));
        sum = f32x4.add(sum, f32x4.mul(v128.load32_splat(kernel + reach), pair));
      }
      v128.store(to + offset + at, sum);
    }
  }
}

/** Blurs along y (alongZ = 0) or z (1). */
export function blurYOrZ(
  item: i32,
  from: usize,
  to: usize,
  nz: i32,
  ny: i32,
  nx: i32,
  kernel: usize,
  radius: i32,
  alongZ: i32,
): void {
  const rowBytes = <usize>nx << 2;
  const length = alongZ ? nz : ny;
  const step = alongZ ? rowBytes * ny : rowBytes;
  for (let y = 0; y < ny; y++) {
    const row = rowBytes * (<usize>item * ny + y);
    const index = alongZ ? item : y;
    const line = row - step * index;
    for (let x = 0; x < nx; x += 4) {
      const at = <usize>min(x, nx - 4) << 2;
      let sum = f32x4.mul(v128.load32_splat(kernel), v128.load(from + row + at));
      for (let k = 1; k <= radius; k++) {
        const before = from + line + step * mirrored(index - k, length) + at;
        const after = from + line + step * mirrored(index + k, length) + at;
        const pair = f32x4.add(v128.load(before), v128.load(after));
        sum = f32x4.add(sum, f32x4.mul(v128.load32_splat(kernel + (<usize>k << 2)), pair));
      }
      v128.store(to + row + at, sum);
    }
  }
}
