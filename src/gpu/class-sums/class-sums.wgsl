// What losses are made of: sums over voxels of f(p), where p is the probability of a class and f its logarithm or itself. A
// thread makes one share of each sum: of every class over the voxels of that class, then over all voxels, and last the number
// of voxels whose most probable class (the first of equal ones) is their own. CLASSES and LOGARITHM come before this text.

struct Params {
  voxels: u32,
  shares: u32,
}

const ROWS = 2u * CLASSES + 1u;
// Smaller probabilities count as this: their logarithm is still a number, and one over them too.
const SMALLEST = 1e-37;

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> probabilities: array<f32>; // [voxel, class]
@group(0) @binding(2) var<storage, read> labels: array<i32>;
@group(0) @binding(3) var<storage, read_write> partials: array<f32>; // [share, row]

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= params.shares) { return; }
  var sums: array<f32, ROWS>;
  for (var voxel = id.x; voxel < params.voxels; voxel += params.shares) {
    let label = u32(labels[voxel]);
    var best = 0u;
    var most = -1.0;
    for (var c = 0u; c < CLASSES; c++) {
      let p = probabilities[voxel * CLASSES + c];
      if (p > most) {
        most = p;
        best = c;
      }
      var value = p;
      if (LOGARITHM == 1u) { value = log(max(p, SMALLEST)); }
      sums[CLASSES + c] += value;
      if (c == label) { sums[c] += value; }
    }
    if (best == label) { sums[2u * CLASSES] += 1.0; }
  }
  for (var row = 0u; row < ROWS; row++) {
    partials[id.x * ROWS + row] = sums[row];
  }
}
