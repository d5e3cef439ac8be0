// What the chain does to single voxels; item i takes the i-th block of `block` voxels (a multiple of 4). Arrays are padded
// to a multiple of 16 bytes.

/** Welford's update of mean and sum of squares; share = 1 / n. */
export function accumulate(
  item: i32,
  x: usize,
  mean: usize,
  m2: usize,
  count: i32,
  block: i32,
  share: f32,
): void {
  const end = <usize>min((item + 1) * block, count) << 2;
  const shares = f32x4.splat(share);
  for (let at = <usize>(item * block) << 2; at < end; at += 16) {
    const value = v128.load(x + at);
    const before = v128.load(mean + at);
    const difference = f32x4.sub(value, before);
    const after = f32x4.add(before, f32x4.mul(difference, shares));
    v128.store(mean + at, after);
    v128.store(m2 + at, f32x4.add(v128.load(m2 + at), f32x4.mul(difference, f32x4.sub(value, after))));
  }
}

/** out = a / b. */
export function divide(item: i32, a: usize, b: usize, out: usize, count: i32, block: i32): void {
  const end = <usize>min((item + 1) * block, count) << 2;
  for (let at = <usize>(item * block) << 2; at < end; at += 16)
    v128.store(out + at, f32x4.div(v128.load(a + at), v128.load(b + at)));
}
