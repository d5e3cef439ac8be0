// The transform of a group of similar cubes of 4³, which weigh.wgsl and aggregate.wgsl share.
//
// A team of 32 threads has 16 cubes, 32 values in each thread, in two ways that the exchange memory turns into each other. By
// voxels: thread (i, y, x) has of each cube the two voxels of column (y, x) whose z make pair i; transforms run across the
// cubes, and between the two voxels. By planes: thread (cube, sum or difference) has two planes of 4 × 4; transforms run along
// x and y, and between the planes. The 4-point transform along z is thus taken in two steps: with U = (1 1; 1 −1) for the voxels
// of a pair, and a symmetric 2 × 2 matrix S for the sums and one for the differences. S·S = 1/2, so U·S takes back S·U.
//
// Across the cubes it is the Haar transform: pairs, pairs of pairs, …; sums move to the front, so that 0 is the last one. A
// group of 32 has two teams, whose sums are paired at last.

const SIDE = 4u;
const CUBES = 16u; // of a team
const HALVES = GROUP / CUBES;
const TEAM = 32u;
const LANES = TEAM * HALVES; // threads of a group
const THREADS = TEAMS * LANES;
const ROW = 33u; // an odd length, so that rows and columns of 32 both lie in different banks
const ROOT_HALF = 0.70710678;

struct Params {
  shape: vec3u, // x, y, z, of the volume
  level: f32, // where coefficients are cut off; for the Wiener stage, the variance of the noise
  references: vec3u, // cubes along x, y, z
  firstPlane: u32, // of references
}

@group(0) @binding(0) var<uniform> params: Params;
// The noisy volume; for the Wiener stage, the estimate of the first stage.
@group(0) @binding(1) var<storage, read> guide: array<f32>;
// [reference z, y, x][GROUP]: how many cubes are alike (a power of two), and where the second, third, … starts.
@group(0) @binding(2) var<storage, read> groups: array<u32>;

// The two voxels of a pair, or their sum and difference, for each cube.
struct Cubes {
  // unroll c
  c${c}: vec2f,
  // end
}

// Two planes of a cube: of pairs 0 and 1, or coefficients; columns are rows along x.
struct Planes {
  a: mat4x4f,
  b: mat4x4f,
}

struct Group {
  record: u32, // where it lies in `groups`
  count: u32,
  start: u32, // of the reference cube
  cube: u32, // the first of the team's cubes
  cubes: u32, // of the team
  exchange: u32,
  offsets: vec2u, // of the thread's voxels in a cube
}

var<workgroup> exchange: array<f32, TEAMS * HALVES * TEAM * ROW>;

// z of the voxels of pair i: neighbours for the Haar transform, mirror images for the cosine transform.
fn pairOf(i: u32) -> vec2u {
  return select(vec2u(2u * i, 2u * i + 1u), vec2u(i, 3u - i), WIENER == 1u);
}

fn groupOf(workgroup: vec3u, thread: u32) -> Group {
  let reference = vec3u(workgroup.x * TEAMS + thread / LANES, workgroup.y, workgroup.z + params.firstPlane);
  let isThere = reference.x < params.references.x;
  let position = min(STEP * reference, params.shape - SIDE);
  let lane = thread % TEAM;
  let z = pairOf(lane / 16u);
  var group: Group;
  group.record = ((reference.z * params.references.y + reference.y) * params.references.x + reference.x) * GROUP;
  group.count = 0u;
  if (isThere) { group.count = groups[group.record]; }
  group.start = (position.z * params.shape.y + position.y) * params.shape.x + position.x;
  group.cube = thread % LANES / TEAM * CUBES;
  group.cubes = min(group.count - min(group.count, group.cube), CUBES);
  group.exchange = thread / TEAM * TEAM * ROW;
  group.offsets = (z * params.shape.y + lane / 4u % 4u) * params.shape.x + lane % 4u;
  return group;
}

// Where the voxels of the team's cube c lie that the thread has.
fn placesOf(group: Group, c: u32) -> vec2u {
  let cube = group.cube + c;
  return select(groups[group.record + cube], group.start, cube == 0u) + group.offsets;
}

fn guideAt(at: vec2u) -> vec2f {
  return vec2f(guide[at.x], guide[at.y]);
}

fn guideVoxels(group: Group) -> Cubes {
  var voxels: Cubes;
  if (group.cubes > 0u) { voxels.c0 = guideAt(placesOf(group, 0u)); }
  if (group.cubes > 1u) { voxels.c1 = guideAt(placesOf(group, 1u)); }
  if (group.cubes > 2u) {
    // unroll p2
    voxels.c${p2+2} = guideAt(placesOf(group, ${p2+2}u));
    // end
  }
  if (group.cubes > 4u) {
    // unroll p4
    voxels.c${p4+4} = guideAt(placesOf(group, ${p4+4}u));
    // end
  }
  if (group.cubes > 8u) {
    // unroll p8
    voxels.c${p8+8} = guideAt(placesOf(group, ${p8+8}u));
    // end
  }
  return voxels;
}

// The factors of sum and difference across the cubes at distance `gap`; a group without such cubes stays as it is.
fn across(count: u32, gap: u32) -> vec2f {
  return select(vec2f(1.0, 0.0), vec2f(ROOT_HALF), count > gap);
}

// The matrix S of a thread with sums (even lanes) or differences: its diagonal and what is beside it.
fn pairMatrix(lane: u32) -> vec3f {
  let ofDifferences = select(vec3f(ROOT_HALF, 0.0, ROOT_HALF), vec3f(0.65328148, 0.27059805, -0.65328148), WIENER == 1u);
  return select(ofDifferences, vec3f(0.5, 0.5, -0.5), lane % 2u == 0u);
}

fn transformMatrix() -> mat4x4f {
  if (WIENER == 1u) {
    return mat4x4f(
      0.5, 0.65328148, 0.5, 0.27059805,
      0.5, 0.27059805, -0.5, -0.65328148,
      0.5, -0.27059805, -0.5, 0.65328148,
      0.5, -0.65328148, 0.5, -0.27059805,
    );
  }
  return mat4x4f(
    0.5, 0.5, ROOT_HALF, 0.0,
    0.5, 0.5, -ROOT_HALF, 0.0,
    0.5, -0.5, 0.0, ROOT_HALF,
    0.5, -0.5, 0.0, -ROOT_HALF,
  );
}

fn mixPlanes(planes: Planes, lane: u32) -> Planes {
  let s = pairMatrix(lane);
  return Planes(planes.a * s.x + planes.b * s.y, planes.a * s.y + planes.b * s.z);
}

fn transformAcross(u: Cubes, count: u32) -> Cubes {
  let k1 = across(count, 1u);
  let k2 = across(count, 2u);
  let k4 = across(count, 4u);
  let k8 = across(count, 8u);
  // unroll p8
  let s${p8} = (u.c${p8+p8} + u.c${p8+p8+1}) * k1.x;
  let d${p8+8} = (u.c${p8+p8} - u.c${p8+p8+1}) * k1.y;
  // end
  // unroll p4
  let t${p4} = (s${p4+p4} + s${p4+p4+1}) * k2.x;
  let d${p4+4} = (s${p4+p4} - s${p4+p4+1}) * k2.y;
  // end
  // unroll p2
  let w${p2} = (t${p2+p2} + t${p2+p2+1}) * k4.x;
  let d${p2+2} = (t${p2+p2} - t${p2+p2+1}) * k4.y;
  // end
  let d0 = (w0 + w1) * k8.x;
  let d1 = (w0 - w1) * k8.y;
  return Cubes(
    // unroll c
    d${c},
    // end
  );
}

fn transformBackAcross(d: Cubes, count: u32) -> Cubes {
  let k1 = across(count, 1u);
  let k2 = across(count, 2u);
  let k4 = across(count, 4u);
  let k8 = across(count, 8u);
  let w0 = (d.c0 + d.c1) * k8.x;
  let w1 = (d.c0 - d.c1) * k8.y;
  // unroll p2
  let t${p2+p2} = (w${p2} + d.c${p2+2}) * k4.x;
  let t${p2+p2+1} = (w${p2} - d.c${p2+2}) * k4.y;
  // end
  // unroll p4
  let s${p4+p4} = (t${p4} + d.c${p4+4}) * k2.x;
  let s${p4+p4+1} = (t${p4} - d.c${p4+4}) * k2.y;
  // end
  // unroll p8
  let u${p8+p8} = (s${p8} + d.c${p8+8}) * k1.x;
  let u${p8+p8+1} = (s${p8} - d.c${p8+8}) * k1.y;
  // end
  return Cubes(
    // unroll c
    u${c},
    // end
  );
}

// Pairs the last sums of the two teams of a group of 32. All threads come here.
fn mixHalves(group: Group, thread: u32) {
  if (HALVES == 1u) { return; }
  if (group.count > CUBES) {
    let other = TEAM * ROW;
    let at = group.exchange / (2u * other) * 2u * other + thread % LANES / TEAM * ROW + thread % TEAM;
    let a = exchange[at];
    let b = exchange[at + other];
    exchange[at] = (a + b) * ROOT_HALF;
    exchange[at + other] = (a - b) * ROOT_HALF;
  }
  workgroupBarrier();
}

fn planeAt(at: u32) -> mat4x4f {
  return mat4x4f(
    // unroll e
    exchange[at + ${e}u],
    // end
  );
}

fn storePlane(at: u32, plane: mat4x4f) {
  // unroll y, x
  exchange[at + ${y}u * 4u + ${x}u] = plane[${y}][${x}];
  // end
}

// Transforms a thread's voxels and returns its coefficients. All threads come here.
fn transformed(voxels: Cubes, group: Group, thread: u32) -> Planes {
  let lane = thread % TEAM;
  let coefficients = transformAcross(voxels, group.count);
  workgroupBarrier();
  // unroll c
  exchange[group.exchange + 2u * ${c}u * ROW + lane] = coefficients.c${c}.x + coefficients.c${c}.y;
  exchange[group.exchange + (2u * ${c}u + 1u) * ROW + lane] = coefficients.c${c}.x - coefficients.c${c}.y;
  // end
  workgroupBarrier();
  mixHalves(group, thread);
  let at = group.exchange + lane * ROW;
  let planes = mixPlanes(Planes(planeAt(at), planeAt(at + 16u)), lane);
  let t = transformMatrix();
  return Planes(t * planes.a * transpose(t), t * planes.b * transpose(t));
}

// The inverse of `transformed`. All threads come here.
fn transformedBack(coefficients: Planes, group: Group, thread: u32) -> Cubes {
  let lane = thread % TEAM;
  let t = transformMatrix();
  let planes = mixPlanes(Planes(transpose(t) * coefficients.a * t, transpose(t) * coefficients.b * t), lane);
  let at = group.exchange + lane * ROW;
  workgroupBarrier();
  storePlane(at, planes.a);
  storePlane(at + 16u, planes.b);
  workgroupBarrier();
  mixHalves(group, thread);
  var voxels: Cubes;
  // unroll c
  let sum${c} = exchange[group.exchange + 2u * ${c}u * ROW + lane];
  let difference${c} = exchange[group.exchange + (2u * ${c}u + 1u) * ROW + lane];
  voxels.c${c} = vec2f(sum${c} + difference${c}, sum${c} - difference${c});
  // end
  return transformBackAcross(voxels, group.count);
}

// How much of each coefficient stays: all or nothing, or what the Wiener stage takes for signal.
fn shares(c: vec4f) -> vec4f {
  if (WIENER == 1u) {
    let signal = c * c;
    return signal / max(signal + params.level, vec4f(1e-30));
  }
  return select(vec4f(), vec4f(1.0), abs(c) >= vec4f(params.level));
}
