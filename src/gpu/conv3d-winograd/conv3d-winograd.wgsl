// 'Same' 3×3×3 convolution as conv3d.wgsl's, by Winograd's F(4, 3) along x: of every four voxels in a row of taps 6 products per
// channel instead of 12. Lavin & Gray 2016, doi 10.1109/CVPR.2016.435. Inputs are transformed on their way to workgroup memory,
// weights (conv3d-winograd.ts) once, sums at the end.
//
// conv3d-winograd.ts puts in front Stored4 (how buffers are stored), the constants in capitals that are not below, and the
// numbers of t (transformed values of four voxels), s (fours of a thread), q (its quads) and c (channels of a chunk).

const VOXELS_X = 8u;
const FOURS = VOXELS_X / 4u;
const CHUNK = 4u;
const ROWS = VOXELS_Y * VOXELS_Z;
const GROUPS = QUADS / THREAD_QUADS;
const THREADS = ROWS * GROUPS;
const TILE_Y = VOXELS_Y + 2u;
const TILE_ROWS = TILE_Y * (VOXELS_Z + 2u);
const TAPS_X = 6u * CHUNK * THREAD_QUADS; // weights of a thread for one row of taps
const TAP_ROWS = 9u * GROUPS;

struct Input {
  shape: vec3i, // x, y, z
  channels: u32, // a multiple of 4; 0 where there is no second input
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
@group(0) @binding(1) var<storage, read> inputA: array<Stored4>;
@group(0) @binding(2) var<storage, read> inputB: array<Stored4>;
@group(0) @binding(3) var<storage, read> weights: array<vec4f>; // [tap z, y][6, along x][channel in][channel out]
@group(0) @binding(4) var<storage, read> bias: array<vec4f>;
@group(0) @binding(5) var<storage, read_write> output: array<Stored4>;

var<workgroup> tile: array<array<vec4f, 6u * FOURS + 1u>, TILE_ROWS>; // rows of an odd length, as in conv3d.wgsl
var<workgroup> chunkWeights: array<array<vec4f, TAPS_X>, TAP_ROWS>;

// Index of a voxel of an input, or -1 outside it: there it is zero.
fn voxelIndex(p: vec3i, sample: u32, shape: vec3i) -> i32 {
  let inside = all(p >= vec3i(0)) && all(p < shape);
  return select(-1, ((i32(sample) * shape.z + p.z) * shape.y + p.y) * shape.x + p.x, inside);
}

fn readInput(position: vec3i, sample: u32, chunk: u32) -> vec4f {
  let chunksA = params.a.channels / CHUNK;
  if (chunk >= chunksA) {
    let voxel = voxelIndex(position + params.b.offset, sample, params.b.shape);
    if (voxel < 0) { return vec4f(); }
    return vec4f(inputB[u32(voxel) * (params.b.channels / 4u) + chunk - chunksA]);
  }
  let voxel = voxelIndex(position + params.a.offset, sample, params.a.shape);
  if (voxel < 0) { return vec4f(); }
  return vec4f(inputA[u32(voxel) * chunksA + chunk]);
}

fn store(x: u32, row: u32, quad: u32, value: vec4f) {
  if (x >= params.shape.x) { return; }
  let index = (row + x) * params.quads + quad;
  output[index] = Stored4(select(value, max(value, vec4f()), params.relu == 1u));
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

  // unroll s, t, q
  var sum${s}_${t}_${q} = vec4f();
  // end

  for (var chunk = 0u; chunk < channelsIn / CHUNK; chunk++) {
    workgroupBarrier();
    for (var i = thread; i < FOURS * TILE_ROWS; i += THREADS) {
      let four = i % FOURS;
      let row = i / FOURS;
      let first = vec3i(corner + vec3u(4u * four, row % TILE_Y, row / TILE_Y)) - 1;
      // unroll t
      let d${t} = readInput(first + vec3i(${t}, 0, 0), sample, chunk);
      // end
      let even = d4 - 4.0 * d2;
      let odd = d3 - 4.0 * d1;
      let evenHalf = d4 - d2;
      let oddHalf = 2.0 * (d3 - d1);
      tile[row][6u * four] = 4.0 * d0 - 5.0 * d2 + d4;
      tile[row][6u * four + 1u] = even + odd;
      tile[row][6u * four + 2u] = even - odd;
      tile[row][6u * four + 3u] = evenHalf + oddHalf;
      tile[row][6u * four + 4u] = evenHalf - oddHalf;
      tile[row][6u * four + 5u] = 4.0 * d1 - 5.0 * d3 + d5;
    }
    for (var i = thread; i < TAPS_X * TAP_ROWS; i += THREADS) {
      // Read in the order of the buffer: tap along z and y, transformed tap along x, channel in, quad.
      let quad = i % QUADS;
      let channel = i / QUADS % CHUNK;
      let tap = i / (QUADS * CHUNK);
      let at = ((tap % 6u) * CHUNK + channel) * THREAD_QUADS + quad % THREAD_QUADS;
      let index = (tap * channelsIn + chunk * CHUNK + channel) * params.quads + sliceQuad + quad;
      chunkWeights[tap / 6u * GROUPS + quad / THREAD_QUADS][at] = weights[index];
    }
    workgroupBarrier();

    for (var dz = 0u; dz < 3u; dz++) {
      for (var dy = 0u; dy < 3u; dy++) {
        let voxels = &tile[(z + dz) * TILE_Y + y + dy];
        let taps = &chunkWeights[(dz * 3u + dy) * GROUPS + group];
        // unroll t
        // unroll s
        let v${s}_${t} = (*voxels)[${s}u * 6u + ${t}u];
        // end
        // unroll c, q
        let w${t}_${c}_${q} = (*taps)[(${t}u * CHUNK + ${c}u) * THREAD_QUADS + ${q}u];
        // end
        // unroll c, s, q
        sum${s}_${t}_${q} = fma(vec4f(v${s}_${t}[${c}]), w${t}_${c}_${q}, sum${s}_${t}_${q});
        // end
        // end
      }
    }
  }

  let position = corner + vec3u(0u, y, z);
  if (position.y >= params.shape.y || position.z >= params.shape.z) { return; }
  let row = ((sample * params.shape.z + position.z) * params.shape.y + position.y) * params.shape.x;
  let quad = sliceQuad + group * THREAD_QUADS;
  // unroll s, q
  let near${s}_${q} = sum${s}_1_${q} + sum${s}_2_${q};
  let nearOdd${s}_${q} = sum${s}_1_${q} - sum${s}_2_${q};
  let far${s}_${q} = sum${s}_3_${q} + sum${s}_4_${q};
  let farOdd${s}_${q} = sum${s}_3_${q} - sum${s}_4_${q};
  let bias${s}_${q} = bias[quad + ${q}u];
  let x${s}_${q} = position.x + 4u * ${s}u;
  store(x${s}_${q}, row, quad + ${q}u, bias${s}_${q} + sum${s}_0_${q} + near${s}_${q} + far${s}_${q});
  store(x${s}_${q} + 1u, row, quad + ${q}u, bias${s}_${q} + nearOdd${s}_${q} + 2.0 * farOdd${s}_${q});
  store(x${s}_${q} + 2u, row, quad + ${q}u, bias${s}_${q} + near${s}_${q} + 4.0 * far${s}_${q});
  store(x${s}_${q} + 3u, row, quad + ${q}u, bias${s}_${q} + nearOdd${s}_${q} + 8.0 * farOdd${s}_${q} + sum${s}_5_${q});
  // end
}
