// For every reference cube of BM4D, finds the cubes most like it within RADIUS voxels along each axis, nearest first, equals in
// the order z, y, x: the order of the groups in core/denoise/bm4d.ts.
//
// A workgroup has REFS_X × REFS_Y × REFS_Z neighbouring references and all voxels that their windows reach in workgroup
// memory. A team of LANES threads takes one reference; a thread has a row of WINDOW candidates side by side, so that it reads
// WINDOW + 3 values for 4 · WINDOW differences. The rows are ranked by their nearest cube: the nearest GROUP − 1 cubes lie in
// the nearest GROUP − 1 rows, and no farther than the nearest cube of the last of these. Few others do, and what is left is
// ranked by counting.
//
// bm4d-stage.ts puts the constants in capitals that are not below in front, and gives the numbers of c (candidates of a row)
// and r (voxels of its rows).

const SIDE = 4u;
const WINDOW = 2u * RADIUS + 1u;
const ROWS = WINDOW * WINDOW;
const TILE_X = STEP * (REFS_X - 1u) + SIDE + 2u * RADIUS;
const TILE_Y = STEP * (REFS_Y - 1u) + SIDE + 2u * RADIUS;
const TILE_Z = STEP * (REFS_Z - 1u) + SIDE + 2u * RADIUS;
const TILE = TILE_X * TILE_Y * TILE_Z;
const TEAMS = REFS_X * REFS_Y * REFS_Z;
const THREADS = TEAMS * LANES;
const OTHERS = GROUP - 1u; // of a group, besides the reference
const FAR = 3e38;

struct Params {
  shape: vec3u, // x, y, z, of the volume
  largestDistance: f32, // sum of squares over a cube
  references: vec3u, // cubes along x, y, z
  firstSlab: u32, // of REFS_Z planes of references
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> volume: array<f32>;
// [reference z, y, x][GROUP]: how many cubes are alike (a power of two), and where the second, third, … starts.
@group(0) @binding(2) var<storage, read_write> groups: array<u32>;

var<workgroup> tile: array<f32, TILE>;
var<workgroup> distances: array<array<f32, ROWS * WINDOW>, TEAMS>;
var<workgroup> rowNearest: array<array<f32, ROWS>, TEAMS>;
var<workgroup> nearRows: array<array<u32, OTHERS>, TEAMS>; // which they are
var<workgroup> limits: array<f32, TEAMS>;
var<workgroup> listed: array<atomic<u32>, TEAMS>;
var<workgroup> listDistance: array<array<f32, OTHERS * WINDOW>, TEAMS>;
var<workgroup> listCandidate: array<array<u32, OTHERS * WINDOW>, TEAMS>;

fn loadTile(corner: vec3i, thread: u32) {
  for (var i = thread; i < TILE; i += THREADS) {
    let position = corner + vec3i(vec3u(i % TILE_X, i / TILE_X % TILE_Y, i / (TILE_X * TILE_Y)));
    let inside = all(position >= vec3i(0)) && all(position < vec3i(params.shape));
    let p = vec3u(position);
    var value = 0.0;
    if (inside) { value = volume[(p.z * params.shape.y + p.y) * params.shape.x + p.x]; }
    tile[i] = value;
  }
}

// The four sums of a distance are added crosswise, as the reference adds them.
fn distanceOf(sums: vec4f, column: u32, isCandidate: bool, position: vec3u) -> f32 {
  let distance = (sums.x + sums.z) + (sums.y + sums.w);
  let x = i32(position.x + column) - i32(RADIUS);
  let inside = isCandidate && x >= 0 && x <= i32(params.shape.x - SIDE);
  return select(FAR, distance, inside && distance <= params.largestDistance);
}

@compute @workgroup_size(THREADS)
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(local_invocation_index) thread: u32) {
  let first = (workgroup + vec3u(0u, 0u, params.firstSlab)) * vec3u(REFS_X, REFS_Y, REFS_Z);
  let corner = min(STEP * first, params.shape - SIDE); // of the tile, RADIUS voxels further in
  loadTile(vec3i(corner) - i32(RADIUS), thread);
  workgroupBarrier();

  let team = thread / LANES;
  let row = thread % LANES;
  let reference = first + vec3u(team % REFS_X, team / REFS_X % REFS_Y, team / (REFS_X * REFS_Y));
  let isThere = all(reference < params.references);
  let position = min(STEP * reference, params.shape - SIDE);
  let local = position - corner;
  let window = vec2i(position.yz) + vec2i(vec2u(row % WINDOW, row / WINDOW)) - i32(RADIUS);
  let isRow = isThere && row < ROWS && all(window >= vec2i(0)) && all(window <= vec2i(params.shape.yz - SIDE));

  // unroll c
  var sum${c} = vec4f();
  // end
  if (isRow) {
    var own = ((local.z + RADIUS) * TILE_Y + local.y + RADIUS) * TILE_X + local.x + RADIUS;
    var at = ((local.z + row / WINDOW) * TILE_Y + local.y + row % WINDOW) * TILE_X + local.x;
    for (var z = 0u; z < SIDE; z++) {
      for (var y = 0u; y < SIDE; y++) {
        let cube = vec4f(tile[own], tile[own + 1u], tile[own + 2u], tile[own + 3u]);
        // unroll r
        let v${r} = tile[at + ${r}u];
        // end
        // unroll c
        let d${c} = cube - vec4f(v${c}, v${c+1}, v${c+2}, v${c+3});
        sum${c} += d${c} * d${c};
        // end
        own += TILE_X;
        at += TILE_X;
      }
      own += (TILE_Y - SIDE) * TILE_X;
      at += (TILE_Y - SIDE) * TILE_X;
    }
  }
  if (row < ROWS) {
    var nearest = FAR;
    // unroll c
    let distance${c} = distanceOf(sum${c}, ${c}u, isRow && row * WINDOW + ${c}u != (ROWS * WINDOW) / 2u, position);
    distances[team][row * WINDOW + ${c}u] = distance${c};
    nearest = min(nearest, distance${c});
    // end
    rowNearest[team][row] = nearest;
  }
  workgroupBarrier();

  if (row < ROWS) {
    let nearest = rowNearest[team][row];
    var rank = 0u;
    for (var other = 0u; other < ROWS; other++) {
      let its = rowNearest[team][other];
      rank += u32(its < nearest || (its == nearest && other < row));
    }
    if (rank < OTHERS) { nearRows[team][rank] = row; }
    if (rank == OTHERS - 1u) { limits[team] = nearest; }
  }
  if (row == 0u) { atomicStore(&listed[team], 0u); }
  workgroupBarrier();

  let limit = limits[team];
  for (var i = row; i < OTHERS * WINDOW; i += LANES) {
    let candidate = nearRows[team][i / WINDOW] * WINDOW + i % WINDOW;
    let distance = distances[team][candidate];
    if (distance <= limit && distance < FAR) {
      let entry = atomicAdd(&listed[team], 1u);
      listDistance[team][entry] = distance;
      listCandidate[team][entry] = candidate;
    }
  }
  workgroupBarrier();

  let count = atomicLoad(&listed[team]);
  let group = ((reference.z * params.references.y + reference.y) * params.references.x + reference.x) * GROUP;
  for (var entry = row; entry < count; entry += LANES) {
    let mine = listDistance[team][entry];
    let candidate = listCandidate[team][entry];
    var place = 1u;
    for (var other = 0u; other < count; other++) {
      let its = listDistance[team][other];
      place += u32(its < mine || (its == mine && listCandidate[team][other] < candidate));
    }
    if (place < GROUP) {
      let offset = vec3u(candidate % WINDOW, candidate / WINDOW % WINDOW, candidate / ROWS);
      let start = position + offset - RADIUS;
      groups[group + place] = (start.z * params.shape.y + start.y) * params.shape.x + start.x;
    }
  }
  if (row == 0u && isThere) { groups[group] = 1u << firstLeadingBit(min(count + 1u, GROUP)); }
}
