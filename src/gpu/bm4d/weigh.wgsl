// The weight of every group, one over how many of its coefficients stay, as a share of the largest possible; and for every
// place the sum of the weights of the cubes that start there. group.wgsl stands in front.

override LEAST_KEPT: f32; // what fewer coefficients count as

@group(0) @binding(3) var<storage, read_write> weights: array<u32>;
@group(0) @binding(4) var<storage, read_write> cubeWeights: array<atomic<u32>>;

// Sums of integers are the same in any order. A cube is in at most 5³ groups, so those of weights fit.
const LARGEST_WEIGHT = f32(1u << 25u);
const KEPT_ONE = f32(1u << 20u);
var<workgroup> kept: array<atomic<u32>, TEAMS>;

fn sumOfSquares(coefficients: mat4x4f) -> f32 {
  var sum = vec4f();
  // unroll x
  let s${x} = shares(coefficients[${x}]);
  sum += s${x} * s${x};
  // end
  return (sum.x + sum.z) + (sum.y + sum.w);
}

@compute @workgroup_size(THREADS)
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(local_invocation_index) thread: u32) {
  let group = groupOf(workgroup, thread);
  let coefficients = transformed(guideVoxels(group), group, thread);
  let sum = sumOfSquares(coefficients.a) + sumOfSquares(coefficients.b);
  atomicAdd(&kept[thread / LANES], u32(round(sum * KEPT_ONE)));
  workgroupBarrier();
  let share = LEAST_KEPT / max(f32(atomicLoad(&kept[thread / LANES])) / KEPT_ONE, LEAST_KEPT);
  let weight = u32(round(LARGEST_WEIGHT * share));
  let cube = thread % LANES;
  if (cube >= group.count) { return; }
  if (cube == 0u) { weights[group.record / GROUP] = weight; }
  atomicAdd(&cubeWeights[select(groups[group.record + cube], group.start, cube == 0u)], weight);
}
