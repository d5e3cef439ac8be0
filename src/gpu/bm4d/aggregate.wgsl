// Filters every group and adds its cubes to the output, each voxel with its share of the weights there; in steps of
// 1 / VALUE_ONE, since sums of integers are the same in any order. group.wgsl stands in front.

override LARGEST: f32; // value that the output can hold
override WINDOW_OUTER: f32;
override WINDOW_INNER: f32;

@group(0) @binding(3) var<storage, read> weights: array<u32>;
@group(0) @binding(4) var<storage, read> perWeight: array<f32>; // VALUE_ONE over the sum of the weights at a voxel
@group(0) @binding(5) var<storage, read_write> output: array<atomic<i32>>;
@group(0) @binding(6) var<storage, read> noisy: array<f32>; // of the Wiener stage

fn noisyAt(at: vec2u) -> vec2f {
  return vec2f(noisy[at.x], noisy[at.y]);
}

fn noisyVoxels(group: Group) -> Cubes {
  var voxels: Cubes;
  if (group.cubes > 0u) { voxels.c0 = noisyAt(placesOf(group, 0u)); }
  if (group.cubes > 1u) { voxels.c1 = noisyAt(placesOf(group, 1u)); }
  if (group.cubes > 2u) {
    // unroll p2
    voxels.c${p2+2} = noisyAt(placesOf(group, ${p2+2}u));
    // end
  }
  if (group.cubes > 4u) {
    // unroll p4
    voxels.c${p4+4} = noisyAt(placesOf(group, ${p4+4}u));
    // end
  }
  if (group.cubes > 8u) {
    // unroll p8
    voxels.c${p8+8} = noisyAt(placesOf(group, ${p8+8}u));
    // end
  }
  return voxels;
}

fn sharesOf(c: mat4x4f) -> mat4x4f {
  return mat4x4f(shares(c[0]), shares(c[1]), shares(c[2]), shares(c[3]));
}

fn product(a: mat4x4f, b: mat4x4f) -> mat4x4f {
  return mat4x4f(a[0] * b[0], a[1] * b[1], a[2] * b[2], a[3] * b[3]);
}

// The Kaiser window along an axis of a cube.
fn window(at: u32) -> f32 {
  return select(WINDOW_OUTER, WINDOW_INNER, at == 1u || at == 2u);
}

fn add(at: vec2u, value: vec2f, weight: vec2f) {
  let part = clamp(value, vec2f(-LARGEST), vec2f(LARGEST)) * weight * vec2f(perWeight[at.x], perWeight[at.y]);
  atomicAdd(&output[at.x], i32(round(part.x)));
  atomicAdd(&output[at.y], i32(round(part.y)));
}

@compute @workgroup_size(THREADS)
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(local_invocation_index) thread: u32) {
  let group = groupOf(workgroup, thread);
  var coefficients = transformed(guideVoxels(group), group, thread);
  let signal = Planes(sharesOf(coefficients.a), sharesOf(coefficients.b));
  if (WIENER == 1u) { coefficients = transformed(noisyVoxels(group), group, thread); }
  let filtered = Planes(product(coefficients.a, signal.a), product(coefficients.b, signal.b));
  let voxels = transformedBack(filtered, group, thread);

  let lane = thread % TEAM;
  let z = pairOf(lane / 16u);
  let columnWeight = f32(weights[group.record / GROUP]) * window(lane / 4u % 4u) * window(lane % 4u);
  let weight = columnWeight * vec2f(window(z.x), window(z.y));
  if (group.cubes > 0u) { add(placesOf(group, 0u), voxels.c0, weight); }
  if (group.cubes > 1u) { add(placesOf(group, 1u), voxels.c1, weight); }
  if (group.cubes > 2u) {
    // unroll p2
    add(placesOf(group, ${p2+2}u), voxels.c${p2+2}, weight);
    // end
  }
  if (group.cubes > 4u) {
    // unroll p4
    add(placesOf(group, ${p4+4}u), voxels.c${p4+4}, weight);
    // end
  }
  if (group.cubes > 8u) {
    // unroll p8
    add(placesOf(group, ${p8+8}u), voxels.c${p8+8}, weight);
    // end
  }
}
