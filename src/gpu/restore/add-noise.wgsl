// out = x + sigma · n for four voxels of a thread, n standard normal: the twin of fillNormal in core/random/philox.ts, with the same
// words. Logarithm, cosine and sine are series in f32 whose arguments come exactly from the integers: a GPU's own are good to
// some 1e-4 where the result is small.

struct Params {
  grid: Grid,
  seed: u32,
  stream: u32,
  sigma: f32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> out: array<vec4f>;

// The high and the low half of a product.
fn wideProduct(a: u32, b: u32) -> vec2u {
  let aLow = a & 0xffffu;
  let aHigh = a >> 16u;
  let bLow = b & 0xffffu;
  let bHigh = b >> 16u;
  let middle = aHigh * bLow + ((aLow * bLow) >> 16u);
  let carry = (middle & 0xffffu) + aLow * bHigh;
  return vec2u(aHigh * bHigh + (middle >> 16u) + (carry >> 16u), a * b);
}

// Philox4x32-10 (Salmon et al. 2011, doi 10.1145/2063384.2063405).
fn philox(start: vec4u, startKey: vec2u) -> vec4u {
  var counter = start;
  var key = startKey;
  for (var round = 0u; round < 10u; round++) {
    let first = wideProduct(0xd2511f53u, counter.x);
    let second = wideProduct(0xcd9e8d57u, counter.z);
    counter = vec4u(second.x ^ counter.y ^ key.x, second.y, first.x ^ counter.w ^ key.y, first.y);
    key += vec2u(0x9e3779b9u, 0xbb67ae85u);
  }
  return counter;
}

// −ln u for u = (word + ½) / 2³² = (1 − v) / 2^zeros with v ≤ ½: zeros · ln 2 + 2 artanh(v / (2 − v)).
fn minusLog(word: u32) -> f32 {
  let word1 = max(word, 1u); // word 0 stands for a third of what word 1 does
  let zeros = countLeadingZeros(word1);
  let v = (f32(~(word1 << zeros) + 1u) - 0.5 * f32(1u << zeros)) * 0x1p-32;
  let s = v / (2.0 - v);
  let q = s * s;
  let series = 1.0 + q * (1.0 / 3.0 + q * (0.2 + q * (1.0 / 7.0 + q * (1.0 / 9.0 + q * (1.0 / 11.0 + q * (1.0 / 13.0 + q / 15.0))))));
  return f32(zeros) * 0.6931471805599453 + 2.0 * s * series + select(0.0, 1.0986122886681098, word == 0u);
}

// Cosine and sine of 2π (word + ½) / 2³²: turned back by quarters to at most π/4.
fn cosSin(word: u32) -> vec2f {
  let quarter = (word + 0x20000000u) >> 30u;
  let x = (f32(bitcast<i32>(word - (quarter << 30u))) + 0.5) * (6.283185307179586 * 0x1p-32);
  let q = x * x;
  let sine = x * (1.0 - q / 6.0 * (1.0 - q / 20.0 * (1.0 - q / 42.0 * (1.0 - q / 72.0))));
  let cosine = 1.0 - q / 2.0 * (1.0 - q / 12.0 * (1.0 - q / 30.0 * (1.0 - q / 56.0 * (1.0 - q / 90.0))));
  let turned = select(vec2f(cosine, sine), vec2f(-sine, cosine), (quarter & 1u) == 1u);
  return select(turned, -turned, quarter >= 2u);
}

// Box and Muller.
fn normalPair(first: u32, second: u32) -> vec2f {
  return sqrt(2.0 * minusLog(first)) * cosSin(second);
}

@compute @workgroup_size(THREADS)
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(local_invocation_index) thread: u32) {
  let i = quadIndex(workgroup, thread);
  if (i >= params.grid.quads) { return; }
  let words = philox(vec4u(i, 0u, params.stream, 0u), vec2u(params.seed, 0u));
  let normal = vec4f(normalPair(words.x, words.y), normalPair(words.z, words.w));
  out[i] = x[i] + params.sigma * normal;
}
