// The twin of fillNormal in src/core/random/philox.ts: the same words; logarithm, sine and cosine in f64, so that after
// rounding to f32 the numbers agree (but for one in a hundred million).
const TO_UNIT: f64 = 1.0 / 4294967296.0;

// @ts-ignore: decorator
@inline
function normal(radius: f64, cosOrSin: f64): f32 {
  return <f32>(radius * cosOrSin);
}

/** out = x + sigma · n for `block` voxels from item · block on; block is a multiple of 4. The key is (seed, 0). */
export function addNoise(
  item: i32,
  x: usize,
  out: usize,
  count: i32,
  block: i32,
  sigma: f32,
  seed: u32,
  stream: u32,
): void {
  const end = min((item + 1) * block, count);
  for (let start = item * block; start < end; start += 4) {
    let c0 = <u32>(start >> 2);
    let c1: u32 = 0;
    let c2 = stream;
    let c3: u32 = 0;
    let k0 = seed;
    let k1: u32 = 0;
    for (let round = 0; round < 10; round++) {
      const product0 = <u64>c0 * 0xd2511f53;
      const product1 = <u64>c2 * 0xcd9e8d57;
      c0 = <u32>(product1 >> 32) ^ c1 ^ k0;
      c1 = <u32>product1;
      c2 = <u32>(product0 >> 32) ^ c3 ^ k1;
      c3 = <u32>product0;
      k0 += 0x9e3779b9;
      k1 += 0xbb67ae85;
    }
    addPair(x, out, start, end, c0, c1, sigma);
    addPair(x, out, start + 2, end, c2, c3, sigma);
  }
}

// @ts-ignore: decorator
@inline
function addPair(x: usize, out: usize, index: i32, end: i32, word0: u32, word1: u32, sigma: f32): void {
  const radius = sqrt(-2 * Math.log((<f64>word0 + 0.5) * TO_UNIT));
  const angle = 2 * Math.PI * (<f64>word1 + 0.5) * TO_UNIT;
  const at = <usize>index << 2;
  if (index < end) store<f32>(out + at, load<f32>(x + at) + sigma * normal(radius, Math.cos(angle)));
  if (index + 1 < end) store<f32>(out + at, load<f32>(x + at, 4) + sigma * normal(radius, Math.sin(angle)), 4);
}
