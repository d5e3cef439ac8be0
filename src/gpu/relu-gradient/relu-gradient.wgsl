// The gradient before a ReLU, dz = dy where y > 0 and else 0, and the shares of the bias's gradient, the sum of dz over the
// voxels. A thread keeps to 4 channels, so that it adds them in a register; a workgroup takes a run of voxels.

const THREADS = 256u;

struct Params {
  voxels: u32,
  quads: u32, // channels in vec4: at most THREADS
  voxelsPerShare: u32,
  firstShare: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> y: array<vec4f>;
@group(0) @binding(2) var<storage, read> dy: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> dz: array<vec4f>;
@group(0) @binding(4) var<storage, read_write> partials: array<vec4f>; // [share, channel]

var<workgroup> sums: array<vec4f, THREADS>;

@compute @workgroup_size(THREADS)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) thread: u32) {
  let share = params.firstShare + group.x;
  let lanes = THREADS / params.quads;
  let quad = thread % params.quads;
  let lane = thread / params.quads;
  var sum = vec4f();
  if (lane < lanes) {
    let end = min(params.voxels, (share + 1u) * params.voxelsPerShare);
    for (var voxel = share * params.voxelsPerShare + lane; voxel < end; voxel += lanes) {
      let i = voxel * params.quads + quad;
      let value = select(vec4f(), dy[i], y[i] > vec4f());
      dz[i] = value;
      sum += value;
    }
  }
  sums[thread] = sum;
  workgroupBarrier();
  if (lane > 0u) { return; }
  for (var other = 1u; other < lanes; other++) {
    sum += sums[other * params.quads + quad];
  }
  partials[share * params.quads + quad] = sum;
}
