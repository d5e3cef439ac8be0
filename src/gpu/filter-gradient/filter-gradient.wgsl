// The gradient of a 3×3×3 filter: for every tap, the sum over the voxels v of the still map of the outer product of the
// moving map's channels at STRIDE·v + tap − 1 with the still map's channels at v. Of a convolution the input moves over the
// gradient of its output (stride 1); of an up-convolution the output's gradient moves over the input (stride 2).
//
// A workgroup has one z-plane of taps (9) of MOVING × STILL octets of channels, and a share of the tiles of 8 × ROWS × 1
// voxels; a thread one tap and 8 × 8 channels in registers: of an octet the channels 4·o … 4·o + 3 of either half of the
// workgroup's, so that neighbours read neighbouring vec4. Shares are added afterwards, always in the same order.

override STRIDE: u32; // 1 or 2
override MOVING: u32; // octets of channels of a workgroup
override STILL: u32;
override ROWS: u32; // of a tile, along y

const COLUMNS = 8u;

override THREADS = 9u * MOVING * STILL;
override TILE_X = (COLUMNS - 1u) * STRIDE + 3u;
override TILE_Y = (ROWS - 1u) * STRIDE + 3u;
override MOVING_HALF = TILE_X * TILE_Y * MOVING;
override STILL_HALF = COLUMNS * ROWS * STILL;
override MOVING_SIZE = 2u * MOVING_HALF;
override STILL_SIZE = 2u * STILL_HALF;

struct Params {
  shape: vec3u, // of the still map: x, y, z; the moving map's is STRIDE times it
  samples: u32,
  movingQuads: u32, // channels in vec4
  stillQuads: u32,
  rows: u32, // channels of the filter's rows, of which the moving map's begin at firstRow
  firstRow: u32,
  tilesPerShare: u32,
  firstShare: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> movingMap: array<vec4f>; // [sample, z, y, x, channel]
@group(0) @binding(2) var<storage, read> stillMap: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> partials: array<vec4f>; // [share, tap z, y, x, moving channel, still channel]

var<workgroup> moving: array<vec4f, MOVING_SIZE>; // [half][voxel][octet]
var<workgroup> still: array<vec4f, STILL_SIZE>;

struct Tile { corner: vec3u, sample: u32 }

fn tileAt(index: u32) -> Tile {
  let columns = (params.shape.x + COLUMNS - 1u) / COLUMNS;
  let rows = (params.shape.y + ROWS - 1u) / ROWS;
  let plane = index / (columns * rows);
  let corner = vec3u(index % columns * COLUMNS, index / columns % rows * ROWS, plane % params.shape.z);
  return Tile(corner, plane / params.shape.z);
}

fn loadMoving(tile: Tile, tapZ: u32, firstQuad: u32, thread: u32) {
  let shape = vec3i(STRIDE * params.shape);
  let corner = vec3i(STRIDE * tile.corner) + vec3i(-1, -1, i32(tapZ) - 1);
  let plane = (i32(tile.sample) * shape.z + corner.z) * shape.y;
  let planeIsInside = corner.z >= 0 && corner.z < shape.z;
  for (var i = thread; i < MOVING_SIZE; i += THREADS) {
    let quad = i % (2u * MOVING);
    let voxel = i / (2u * MOVING);
    let x = corner.x + i32(voxel % TILE_X);
    let y = corner.y + i32(voxel / TILE_X);
    var value = vec4f();
    if (planeIsInside && x >= 0 && y >= 0 && x < shape.x && y < shape.y && firstQuad + quad < params.movingQuads) {
      value = movingMap[u32((plane + y) * shape.x + x) * params.movingQuads + firstQuad + quad];
    }
    moving[quad / MOVING * MOVING_HALF + voxel * MOVING + quad % MOVING] = value;
  }
}

fn loadStill(tile: Tile, firstQuad: u32, thread: u32) {
  let plane = (tile.sample * params.shape.z + tile.corner.z) * params.shape.y;
  for (var i = thread; i < STILL_SIZE; i += THREADS) {
    let quad = i % (2u * STILL);
    let voxel = i / (2u * STILL);
    let x = tile.corner.x + voxel % COLUMNS;
    let y = tile.corner.y + voxel / COLUMNS;
    var value = vec4f();
    if (x < params.shape.x && y < params.shape.y && firstQuad + quad < params.stillQuads) {
      value = stillMap[((plane + y) * params.shape.x + x) * params.stillQuads + firstQuad + quad];
    }
    still[quad / STILL * STILL_HALF + voxel * STILL + quad % STILL] = value;
  }
}

// Columns are the 4 moving channels.
fn addOuter(sum: mat4x4f, m: vec4f, s: vec4f) -> mat4x4f {
  return mat4x4f(sum[0] + m.x * s, sum[1] + m.y * s, sum[2] + m.z * s, sum[3] + m.w * s);
}

fn store(first: u32, movingQuad: u32, stillQuad: u32, sum: mat4x4f) {
  if (movingQuad >= params.movingQuads || stillQuad >= params.stillQuads) { return; }
  let index = (first + params.firstRow + 4u * movingQuad) * params.stillQuads + stillQuad;
  partials[index] = sum[0];
  partials[index + params.stillQuads] = sum[1];
  partials[index + 2u * params.stillQuads] = sum[2];
  partials[index + 3u * params.stillQuads] = sum[3];
}

@compute @workgroup_size(THREADS)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) thread: u32) {
  let movingBlocks = (params.movingQuads + 2u * MOVING - 1u) / (2u * MOVING);
  let tapZ = group.x % 3u;
  let movingFirst = group.x / 3u % movingBlocks * 2u * MOVING;
  let stillFirst = group.x / 3u / movingBlocks * 2u * STILL;
  let share = params.firstShare + group.y;

  let stillOctet = thread % STILL;
  let movingOctet = thread / STILL % MOVING;
  let tap = thread / (STILL * MOVING);
  let firstMoving = (tap / 3u * TILE_X + tap % 3u) * MOVING + movingOctet;

  var sum00 = mat4x4f();
  var sum01 = mat4x4f();
  var sum10 = mat4x4f();
  var sum11 = mat4x4f();

  let allTiles = (params.shape.x + COLUMNS - 1u) / COLUMNS * ((params.shape.y + ROWS - 1u) / ROWS)
    * params.shape.z * params.samples;
  let end = min(allTiles, (share + 1u) * params.tilesPerShare);
  for (var index = share * params.tilesPerShare; index < end; index++) {
    let tile = tileAt(index);
    workgroupBarrier();
    loadMoving(tile, tapZ, movingFirst, thread);
    loadStill(tile, stillFirst, thread);
    workgroupBarrier();
    for (var y = 0u; y < ROWS; y++) {
      let movingRow = firstMoving + y * STRIDE * TILE_X * MOVING;
      let stillRow = stillOctet + y * COLUMNS * STILL;
      for (var x = 0u; x < COLUMNS; x++) {
        let m0 = moving[movingRow + x * STRIDE * MOVING];
        let m1 = moving[movingRow + x * STRIDE * MOVING + MOVING_HALF];
        let s0 = still[stillRow + x * STILL];
        let s1 = still[stillRow + x * STILL + STILL_HALF];
        sum00 = addOuter(sum00, m0, s0);
        sum01 = addOuter(sum01, m0, s1);
        sum10 = addOuter(sum10, m1, s0);
        sum11 = addOuter(sum11, m1, s1);
      }
    }
  }

  let first = (share * 27u + tapZ * 9u + tap) * params.rows;
  let movingQuad = movingFirst + movingOctet;
  let stillQuad = stillFirst + stillOctet;
  store(first, movingQuad, stillQuad, sum00);
  store(first, movingQuad, stillQuad + STILL, sum01);
  store(first, movingQuad + MOVING, stillQuad, sum10);
  store(first, movingQuad + MOVING, stillQuad + STILL, sum11);
}
