// The gradient of a 3×3×3 filter whose input has one channel: for every tap, the sum over the voxels v of x[v + tap − 1] times
// the gradient of the output at v. A thread has one row of taps (z, y) and 4 channels, and slides along x. A workgroup takes a
// share of the tiles of 8×2×2 voxels; shares are added afterwards, always in the same order.

override QUADS: u32; // channels of a workgroup, in vec4

const COLUMNS = 8u;
const ROWS = 2u;
const PLANES = 2u;
const TILE_X = COLUMNS + 2u;
const TILE_Y = ROWS + 2u;
const TILE_Z = PLANES + 2u;
const TILE_SIZE = TILE_X * TILE_Y * TILE_Z;

override THREADS = 9u * QUADS;
override STILL_SIZE = COLUMNS * ROWS * PLANES * QUADS;

struct Params {
  shape: vec3u, // x, y, z
  samples: u32,
  quads: u32, // channels of the output, in vec4: a multiple of QUADS
  tilesPerShare: u32,
  firstShare: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> movingMap: array<f32>; // [sample, z, y, x]
@group(0) @binding(2) var<storage, read> stillMap: array<vec4f>; // [sample, z, y, x, channel]
@group(0) @binding(3) var<storage, read_write> partials: array<vec4f>; // [share, tap z, y, x, channel]

var<workgroup> moving: array<f32, TILE_SIZE>;
var<workgroup> still: array<vec4f, STILL_SIZE>;

fn readMoving(p: vec3i, sample: u32) -> f32 {
  let shape = vec3i(params.shape);
  if (any(p < vec3i(0)) || any(p >= shape)) { return 0.0; }
  return movingMap[u32(((i32(sample) * shape.z + p.z) * shape.y + p.y) * shape.x + p.x)];
}

fn readStill(p: vec3u, sample: u32, quad: u32) -> vec4f {
  let shape = params.shape;
  if (any(p >= shape)) { return vec4f(); }
  return stillMap[(((sample * shape.z + p.z) * shape.y + p.y) * shape.x + p.x) * params.quads + quad];
}

@compute @workgroup_size(THREADS)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) thread: u32) {
  let firstQuad = group.x * QUADS;
  let share = params.firstShare + group.y;
  let quad = thread % QUADS;
  let tapRow = thread / QUADS;
  let firstMoving = (tapRow / 3u * TILE_Y + tapRow % 3u) * TILE_X;

  var sum0 = vec4f();
  var sum1 = vec4f();
  var sum2 = vec4f();

  let tiles = (params.shape + vec3u(COLUMNS, ROWS, PLANES) - 1u) / vec3u(COLUMNS, ROWS, PLANES);
  let end = min(tiles.x * tiles.y * tiles.z * params.samples, (share + 1u) * params.tilesPerShare);
  for (var index = share * params.tilesPerShare; index < end; index++) {
    let slab = index / (tiles.x * tiles.y);
    let sample = slab / tiles.z;
    let corner = vec3u(index % tiles.x, index / tiles.x % tiles.y, slab % tiles.z) * vec3u(COLUMNS, ROWS, PLANES);
    workgroupBarrier();
    for (var i = thread; i < TILE_SIZE; i += THREADS) {
      let local = vec3u(i % TILE_X, i / TILE_X % TILE_Y, i / (TILE_X * TILE_Y));
      moving[i] = readMoving(vec3i(corner + local) - 1, sample);
    }
    for (var i = thread; i < STILL_SIZE; i += THREADS) {
      let voxel = i / QUADS;
      let local = vec3u(voxel % COLUMNS, voxel / COLUMNS % ROWS, voxel / (COLUMNS * ROWS));
      still[i] = readStill(corner + local, sample, firstQuad + i % QUADS);
    }
    workgroupBarrier();
    for (var row = 0u; row < ROWS * PLANES; row++) {
      let movingRow = firstMoving + (row / ROWS * TILE_Y + row % ROWS) * TILE_X;
      let stillRow = row * COLUMNS * QUADS + quad;
      var m0 = moving[movingRow];
      var m1 = moving[movingRow + 1u];
      for (var x = 0u; x < COLUMNS; x++) {
        let m2 = moving[movingRow + x + 2u];
        let s = still[stillRow + x * QUADS];
        sum0 += m0 * s;
        sum1 += m1 * s;
        sum2 += m2 * s;
        m0 = m1;
        m1 = m2;
      }
    }
  }

  let first = (share * 27u + 3u * tapRow) * params.quads + firstQuad + quad;
  partials[first] = sum0;
  partials[first + params.quads] = sum1;
  partials[first + 2u * params.quads] = sum2;
}
