// 'Same' convolution with a kernel of 3×3×3 (REACH 1) or 1×1×1 (REACH 0), stride 1, channels last, bias and ReLU in the same
// pass. Two inputs count as one with their channels side by side, so that nothing is concatenated.
//
// A workgroup computes 8 × VOXELS_Y × VOXELS_Z voxels × 4·QUADS output channels; a thread 8 voxels along x × 4·THREAD_QUADS
// channels, in registers. Input channels come in chunks of CHUNK: the chunk of the voxels (with a border of REACH) and its
// weights lie in workgroup memory. Neighbouring threads take other voxels with the same channels: a GPU gives them one
// weight for the price of one, and rows of an odd number of vec4 keep their voxels in different banks.
//
// conv3d.ts puts in front: Input4, Weight4, Output4 (how buffers are stored), Work4 (what is multiplied and summed), the
// constants in capitals that are not below, and the numbers of v (voxels of a thread), q (its quads), r (voxels of a row of the
// tile), d (taps along x) and c (channels of a chunk).

const VOXELS_X = 8u;
const KERNEL = 1u + 2u * REACH;
const ROWS = VOXELS_Y * VOXELS_Z;
const GROUPS = QUADS / THREAD_QUADS;
const THREADS = ROWS * GROUPS;
const TILE_X = VOXELS_X + 2u * REACH;
const TILE_Y = VOXELS_Y + 2u * REACH;
const TILE_Z = VOXELS_Z + 2u * REACH;
const TILE_ROWS = TILE_Y * TILE_Z;
const TAPS_X = KERNEL * CHUNK * THREAD_QUADS; // weights of a thread for one row of taps
const TAP_ROWS = KERNEL * KERNEL * GROUPS;

struct Input {
  shape: vec3i, // x, y, z
  channels: u32, // a multiple of CHUNK; 0 where there is no second input
  offset: vec3i, // its voxel that lies under voxel 0 of the output
}

struct Params {
  a: Input,
  b: Input,
  shape: vec3u, // of the output
  firstSlab: u32, // of VOXELS_Z planes of a sample
  quads: u32, // channels of the output, in vec4: a multiple of QUADS
  relu: u32, // 1 or 0
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> inputA: array<Input4>;
@group(0) @binding(2) var<storage, read> inputB: array<Input4>;
@group(0) @binding(3) var<storage, read> weights: array<Weight4>; // [tap z, y, x][channel in][channel out]
@group(0) @binding(4) var<storage, read> bias: array<vec4f>;
@group(0) @binding(5) var<storage, read_write> output: array<Output4>;

var<workgroup> tile: array<array<Work4, TILE_X + 1u - TILE_X % 2u>, TILE_ROWS>;
var<workgroup> chunkWeights: array<array<Work4, TAPS_X>, TAP_ROWS>;

// Index of a voxel of an input, or -1 outside it: there it is zero.
fn voxelIndex(p: vec3i, sample: u32, shape: vec3i) -> i32 {
  let inside = all(p >= vec3i(0)) && all(p < shape);
  return select(-1, ((i32(sample) * shape.z + p.z) * shape.y + p.y) * shape.x + p.x, inside);
}

fn readInput(position: vec3i, sample: u32, chunk: u32) -> Work4 {
  let chunksA = params.a.channels / CHUNK;
  if (chunk >= chunksA) {
    let voxel = voxelIndex(position + params.b.offset, sample, params.b.shape);
    if (voxel < 0) { return Work4(); }
    return Work4(inputB[u32(voxel) * (params.b.channels / 4u) + chunk - chunksA]);
  }
  let voxel = voxelIndex(position + params.a.offset, sample, params.a.shape);
  if (voxel < 0) { return Work4(); }
  if (CHUNK == 1u) {
    let index = u32(voxel);
    return Work4(Work4(inputA[index >> 2u])[index & 3u]);
  }
  return Work4(inputA[u32(voxel) * chunksA + chunk]);
}

fn store(x: u32, row: u32, quad: u32, value: vec4f) {
  if (x >= params.shape.x) { return; }
  let index = (row + x) * params.quads + quad;
  output[index] = Output4(select(value, max(value, vec4f()), params.relu == 1u));
}

@compute @workgroup_size(THREADS)
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(local_invocation_index) thread: u32) {
  let slices = params.quads / QUADS;
  let sliceQuad = (workgroup.x % slices) * QUADS;
  let channelsIn = params.a.channels + params.b.channels;
  let slabs = (params.shape.z + VOXELS_Z - 1u) / VOXELS_Z;
  let slab = params.firstSlab + workgroup.z;
  let sample = slab / slabs;
  let corner = vec3u(workgroup.x / slices, workgroup.y, slab % slabs) * vec3u(VOXELS_X, VOXELS_Y, VOXELS_Z);
  let y = thread % VOXELS_Y;
  let z = thread / VOXELS_Y % VOXELS_Z;
  let group = thread / ROWS;

  // Sums of f16 are taken over one chunk, then added to those of f32; sums of f32 stay where they are.
  // unroll v, q
  var sum${v}_${q} = Work4();
  var total${v}_${q} = vec4f();
  // end

  for (var chunk = 0u; chunk < channelsIn / CHUNK; chunk++) {
    workgroupBarrier();
    for (var i = thread; i < TILE_X * TILE_ROWS; i += THREADS) {
      let local = vec3u(i % TILE_X, i / TILE_X % TILE_Y, i / (TILE_X * TILE_Y));
      tile[i / TILE_X][local.x] = readInput(vec3i(corner + local) - i32(REACH), sample, chunk);
    }
    for (var i = thread; i < TAPS_X * TAP_ROWS; i += THREADS) {
      // Read in the order of the buffer: tap, channel in, quad.
      let quad = i % QUADS;
      let channel = i / QUADS % CHUNK;
      let tap = i / (QUADS * CHUNK);
      let at = ((tap % KERNEL) * CHUNK + channel) * THREAD_QUADS + quad % THREAD_QUADS;
      let index = (tap * channelsIn + chunk * CHUNK + channel) * params.quads + sliceQuad + quad;
      chunkWeights[tap / KERNEL * GROUPS + quad / THREAD_QUADS][at] = Work4(weights[index]);
    }
    workgroupBarrier();

    for (var dz = 0u; dz < KERNEL; dz++) {
      for (var dy = 0u; dy < KERNEL; dy++) {
        let voxels = &tile[(z + dz) * TILE_Y + y + dy];
        let taps = &chunkWeights[(dz * KERNEL + dy) * GROUPS + group];
        // unroll r
        let v${r} = (*voxels)[${r}];
        // end
        // unroll d
        // unroll c, q
        let w${d}_${c}_${q} = (*taps)[(${d}u * CHUNK + ${c}u) * THREAD_QUADS + ${q}u];
        // end
        // unroll c, v, q
        sum${v}_${q} = fma(Work4(v${v+d}[${c}]), w${d}_${c}_${q}, sum${v}_${q});
        // end
        // end
      }
    }
    if (HALF_SUMS == 1u) {
      // unroll v, q
      total${v}_${q} += vec4f(sum${v}_${q});
      sum${v}_${q} = Work4();
      // end
    }
  }

  let position = corner + vec3u(0u, y, z);
  if (position.y >= params.shape.y || position.z >= params.shape.z) { return; }
  let row = ((sample * params.shape.z + position.z) * params.shape.y + position.y) * params.shape.x;
  let quad = sliceQuad + group * THREAD_QUADS;
  // unroll q
  let bias${q} = bias[quad + ${q}u];
  // end
  // unroll v, q
  store(position.x + ${v}u, row, quad + ${q}u, total${v}_${q} + vec4f(sum${v}_${q}) + bias${q});
  // end
}
