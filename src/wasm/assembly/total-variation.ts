// The twin of src/core/denoise/tv.ts; item i is section z = i. Rows of the volumes are padded with zeros to a multiple of 4, and
// one vector of zeros lies before each of them, so that the neighbour before a row's first voxel is the end of the row
// before: the dual field along x is zero there.

/** Returns a mask of the first `count` lanes. */
// @ts-ignore: decorator
@inline
function firstLanes(count: i32): v128 {
  return i32x4.lt_s(i32x4(0, 1, 2, 3), i32x4.splat(count));
}

/** Moves the dual field along the gradient of `ahead`, and back to where its vectors are no longer than `bound`. */
export function stepDual(
  item: i32,
  ahead: usize,
  dualX: usize,
  dualY: usize,
  dualZ: usize,
  nz: i32,
  ny: i32,
  nx: i32,
  step: f32,
  bound: f32,
): void {
  const rowBytes = (<usize>nx + 3) >> 2 << 4;
  const planeBytes = rowBytes * ny;
  const above = item < nz - 1 ? planeBytes : 0;
  const steps = f32x4.splat(step);
  const bounds = f32x4.splat(bound);
  for (let y = 0; y < ny; y++) {
    const below = y < ny - 1 ? rowBytes : 0;
    const row = planeBytes * item + rowBytes * y;
    for (let x = 0; x < nx; x += 4) {
      const at = row + (<usize>x << 2);
      const here = v128.load(ahead + at);
      const alongX = v128.and(f32x4.sub(v128.load(ahead + at + 4), here), firstLanes(nx - 1 - x));
      const alongY = f32x4.sub(v128.load(ahead + at + below), here);
      const alongZ = f32x4.sub(v128.load(ahead + at + above), here);
      const a = f32x4.add(v128.load(dualX + at), f32x4.mul(steps, alongX));
      const b = f32x4.add(v128.load(dualY + at), f32x4.mul(steps, alongY));
      const c = f32x4.add(v128.load(dualZ + at), f32x4.mul(steps, alongZ));
      const squared = f32x4.add(f32x4.add(f32x4.mul(a, a), f32x4.mul(b, b)), f32x4.mul(c, c));
      const scale = f32x4.div(bounds, f32x4.pmax(bounds, f32x4.sqrt(squared)));
      v128.store(dualX + at, f32x4.mul(a, scale));
      v128.store(dualY + at, f32x4.mul(b, scale));
      v128.store(dualZ + at, f32x4.mul(c, scale));
    }
  }
}

/**
 * Moves the estimate towards the values plus the field's divergence, and `ahead` further; the sum of a section's squared
 * changes goes to `changes`. `nothing` is a section of zeros.
 */
export function stepPrimal(
  item: i32,
  values: usize,
  estimate: usize,
  ahead: usize,
  dualX: usize,
  dualY: usize,
  dualZ: usize,
  nothing: usize,
  ny: i32,
  nx: i32,
  step: f32,
  share: f32,
  further: f32,
  changes: usize,
): void {
  const rowBytes = (<usize>nx + 3) >> 2 << 4;
  const planeBytes = rowBytes * ny;
  const section = planeBytes * item;
  const steps = f32x4.splat(step);
  const shares = f32x4.splat(share);
  const furthers = f32x4.splat(further);
  let low = f64x2.splat(0);
  let high = f64x2.splat(0);
  for (let y = 0; y < ny; y++) {
    const rowBefore = y > 0 ? dualY + section + rowBytes * (y - 1) : nothing;
    const sectionBefore = item > 0 ? dualZ + section - planeBytes + rowBytes * y : nothing;
    const row = section + rowBytes * y;
    for (let x: usize = 0; x < rowBytes; x += 16) {
      const at = row + x;
      const alongX = f32x4.sub(v128.load(dualX + at), v128.load(dualX + at - 4));
      const alongY = f32x4.sub(v128.load(dualY + at), v128.load(rowBefore + x));
      const alongZ = f32x4.sub(v128.load(dualZ + at), v128.load(sectionBefore + x));
      const divergence = f32x4.add(f32x4.add(alongX, alongY), alongZ);
      const target = f32x4.add(v128.load(values + at), divergence);
      const before = v128.load(estimate + at);
      const after = f32x4.mul(f32x4.add(before, f32x4.mul(steps, target)), shares);
      const change = f32x4.sub(after, before);
      v128.store(estimate + at, after);
      v128.store(ahead + at, f32x4.add(after, f32x4.mul(furthers, change)));
      const lower = f64x2.promote_low_f32x4(change);
      const upper = f64x2.promote_low_f32x4(v128.shuffle<f32>(change, change, 2, 3, 2, 3));
      low = f64x2.add(low, f64x2.mul(lower, lower));
      high = f64x2.add(high, f64x2.mul(upper, upper));
    }
  }
  const sum = f64x2.add(low, high);
  store<f64>(changes + (<usize>item << 3), f64x2.extract_lane(sum, 0) + f64x2.extract_lane(sum, 1));
}
