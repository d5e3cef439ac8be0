// The gradient of an up-convolution by its input, from dz, that before its ReLU. With taps w0 and w1 along an axis
// dx[m] = w1·dz[2m − 1] + (w0 + w1)·dz[2m] + w0·dz[2m + 1]: a convolution of 3×3×3 taps with stride 2; dz is zero outside.
//
// A workgroup computes 4×4×4 voxels × 4·QUADS channels; a thread 4 voxels along x × 4 channels. Channels of dz come in
// chunks of 4.

override QUADS: u32;

const VOXELS = 4u;
const CHUNK = 4u;
const TILE = 2u * VOXELS + 1u;
const TILE_SIZE = TILE * TILE * TILE;

override THREADS = QUADS * VOXELS * VOXELS;
override TAP_SIZE = CHUNK * QUADS;
override WEIGHTS_SIZE = 27u * TAP_SIZE;

struct Params {
  shape: vec3u, // of dx, x, y, z; dz has twice as many voxels along each axis
  quads: u32, // channels of dx, in vec4: a multiple of QUADS
  channels: u32, // of dz
  firstSlab: u32, // of 4 planes of a sample
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> dz: array<vec4f>; // [sample, z, y, x, channel]
@group(0) @binding(2) var<storage, read> weights: array<vec4f>; // [z, y, x: w1, w0 + w1, w0][channel of dz][channel of dx]
@group(0) @binding(3) var<storage, read_write> dx: array<vec4f>;

var<workgroup> tile: array<vec4f, TILE_SIZE>;
var<workgroup> chunkWeights: array<vec4f, WEIGHTS_SIZE>;

fn readDz(p: vec3i, sample: u32, chunk: u32) -> vec4f {
  let shape = vec3i(2u * params.shape);
  if (any(p < vec3i(0)) || any(p >= shape)) { return vec4f(); }
  let voxel = u32(((i32(sample) * shape.z + p.z) * shape.y + p.y) * shape.x + p.x);
  return dz[voxel * (params.channels / CHUNK) + chunk];
}

struct Taps { w0: vec4f, w1: vec4f, w2: vec4f, w3: vec4f }

fn readTaps(index: u32) -> Taps {
  return Taps(
    chunkWeights[index],
    chunkWeights[index + QUADS],
    chunkWeights[index + 2u * QUADS],
    chunkWeights[index + 3u * QUADS],
  );
}

fn add(sum: vec4f, v: vec4f, t: Taps) -> vec4f {
  return sum + v.x * t.w0 + v.y * t.w1 + v.z * t.w2 + v.w * t.w3;
}

@compute @workgroup_size(THREADS)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) thread: u32) {
  let slices = params.quads / QUADS;
  let sliceQuad = (group.x % slices) * QUADS;
  let slabs = (params.shape.z + VOXELS - 1u) / VOXELS;
  let slab = params.firstSlab + group.z;
  let sample = slab / slabs;
  let corner = vec3u(group.x / slices, group.y, slab % slabs) * VOXELS;
  let quad = thread % QUADS;
  let y = thread / QUADS % VOXELS;
  let z = thread / QUADS / VOXELS;

  var sum0 = vec4f();
  var sum1 = vec4f();
  var sum2 = vec4f();
  var sum3 = vec4f();

  for (var chunk = 0u; chunk < params.channels / CHUNK; chunk++) {
    workgroupBarrier();
    for (var i = thread; i < TILE_SIZE; i += THREADS) {
      let local = vec3u(i % TILE, i / TILE % TILE, i / (TILE * TILE));
      tile[i] = readDz(vec3i(2u * corner + local) - 1, sample, chunk);
    }
    for (var i = thread; i < WEIGHTS_SIZE; i += THREADS) {
      let row = i / TAP_SIZE * params.channels + chunk * CHUNK + i / QUADS % CHUNK;
      chunkWeights[i] = weights[row * params.quads + sliceQuad + i % QUADS];
    }
    workgroupBarrier();
    var tap = quad;
    for (var tapZ = 0u; tapZ < 3u; tapZ++) {
      for (var tapY = 0u; tapY < 3u; tapY++) {
        let row = ((2u * z + tapZ) * TILE + 2u * y + tapY) * TILE;
        for (var tapX = 0u; tapX < 3u; tapX++) {
          let t = readTaps(tap);
          sum0 = add(sum0, tile[row + tapX], t);
          sum1 = add(sum1, tile[row + tapX + 2u], t);
          sum2 = add(sum2, tile[row + tapX + 4u], t);
          sum3 = add(sum3, tile[row + tapX + 6u], t);
          tap += TAP_SIZE;
        }
      }
    }
  }

  let p = corner + vec3u(0u, y, z);
  if (p.y >= params.shape.y || p.z >= params.shape.z) { return; }
  let row = ((sample * params.shape.z + p.z) * params.shape.y + p.y) * params.shape.x;
  let first = (row + p.x) * params.quads + sliceQuad + quad;
  dx[first] = sum0;
  if (p.x + 1u < params.shape.x) { dx[first + params.quads] = sum1; }
  if (p.x + 2u < params.shape.x) { dx[first + 2u * params.quads] = sum2; }
  if (p.x + 3u < params.shape.x) { dx[first + 3u * params.quads] = sum3; }
}
