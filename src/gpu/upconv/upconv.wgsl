// Nearest up-sampling by 2 followed by a 'same' convolution with a kernel of 2×2×2 (padded after only), bias and ReLU, without
// the up-sampled tensor. Along each axis, with taps w0 and w1: out[2m] = (w0 + w1)·in[m], out[2m + 1] = w0·in[m] + w1·in[m + 1].
// So an output voxel takes 1 or 2 taps per axis; the weights hold w0 + w1, w0 and w1 for each axis, 27 in all.
//
// A workgroup computes, for one of the four phases (z, y), both phases along x of VOXELS_X × VOXELS_Y × VOXELS_Z input voxels ×
// 4·QUADS channels; a thread VOXELS_X voxels along x × 2 phases × 4 channels. Workgroup memory is used as by conv3d.wgsl, and
// upconv.ts puts the same kinds of names in front: v counts the voxels of a thread, r those of a row of the tile, c the
// channels of a chunk.

const CHUNK = 4u;
const ROWS = VOXELS_Y * VOXELS_Z;
const THREADS = ROWS * QUADS;
const TILE_X = VOXELS_X + 1u;
const TILE_Y = VOXELS_Y + 1u;
const TILE_Z = VOXELS_Z + 1u;
const TILE_ROWS = TILE_Y * TILE_Z;
const TAPS_X = 3u * CHUNK; // weights of a thread for one row of taps
const TAP_ROWS = 4u * QUADS; // at most 2 along z × 2 along y

struct Params {
  inShape: vec3i, // x, y, z
  inChannels: u32,
  offset: vec3i, // the input voxel that lies under voxels 0 and 1 of the output
  quads: u32, // channels of the output, in vec4: a multiple of QUADS
  shape: vec3u, // of the output: even
  firstSlab: u32, // of VOXELS_Z planes of a sample of the input
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> input: array<Stored4>;
@group(0) @binding(2) var<storage, read> weights: array<Stored4>; // [z, y, x: w0 + w1, w0, w1][channel in][channel out]
@group(0) @binding(3) var<storage, read> bias: array<vec4f>;
@group(0) @binding(4) var<storage, read_write> output: array<Stored4>;

var<workgroup> tile: array<array<Work4, TILE_X + 1u - TILE_X % 2u>, TILE_ROWS>;
var<workgroup> chunkWeights: array<array<Work4, TAPS_X>, TAP_ROWS>;

fn readInput(position: vec3i, sample: u32, chunk: u32) -> Work4 {
  let p = position + params.offset;
  let shape = params.inShape;
  if (any(p < vec3i(0)) || any(p >= shape)) { return Work4(); }
  let voxel = u32(((i32(sample) * shape.z + p.z) * shape.y + p.y) * shape.x + p.x);
  return Work4(input[voxel * (params.inChannels / 4u) + chunk]);
}

fn store(x: u32, row: u32, quad: u32, even: vec4f, odd: vec4f) {
  if (2u * x >= params.shape.x) { return; }
  let index = (row + 2u * x) * params.quads + quad;
  output[index] = Stored4(max(even, vec4f()));
  output[index + params.quads] = Stored4(max(odd, vec4f()));
}

@compute @workgroup_size(THREADS)
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(local_invocation_index) thread: u32) {
  let slices = params.quads / QUADS;
  let sliceQuad = (workgroup.x % slices) * QUADS;
  let phaseY = workgroup.y & 1u;
  let phaseZ = workgroup.z & 1u;
  let slabs = (params.shape.z / 2u + VOXELS_Z - 1u) / VOXELS_Z;
  let slab = params.firstSlab + (workgroup.z >> 1u);
  let sample = slab / slabs;
  let blocks = vec3u(workgroup.x / slices, workgroup.y >> 1u, slab % slabs);
  let corner = blocks * vec3u(VOXELS_X, VOXELS_Y, VOXELS_Z);
  let y = thread % VOXELS_Y;
  let z = thread / VOXELS_Y % VOXELS_Z;
  let quad = thread / ROWS;

  // unroll v
  var even${v} = Work4();
  var odd${v} = Work4();
  var evenTotal${v} = vec4f();
  var oddTotal${v} = vec4f();
  // end

  // Phase 0 has one tap (row 0 of the weights), phase 1 has two (rows 1 and 2).
  let tapsY = 1u + phaseY;
  let taps = 3u * tapsY * (1u + phaseZ);
  for (var chunk = 0u; chunk < params.inChannels / CHUNK; chunk++) {
    workgroupBarrier();
    for (var i = thread; i < TILE_X * TILE_ROWS; i += THREADS) {
      let local = vec3u(i % TILE_X, i / TILE_X % TILE_Y, i / (TILE_X * TILE_Y));
      tile[i / TILE_X][local.x] = readInput(vec3i(corner + local), sample, chunk);
    }
    for (var i = thread; i < taps * CHUNK * QUADS; i += THREADS) {
      let channel = i / QUADS % CHUNK;
      let tap = i / (QUADS * CHUNK);
      let rowY = phaseY + tap / 3u % tapsY;
      let rowZ = phaseZ + tap / (3u * tapsY);
      let row = (rowZ * 3u + rowY) * 3u + tap % 3u;
      let index = (row * params.inChannels + chunk * CHUNK + channel) * params.quads + sliceQuad + i % QUADS;
      chunkWeights[tap / 3u * QUADS + i % QUADS][tap % 3u * CHUNK + channel] = Work4(weights[index]);
    }
    workgroupBarrier();

    for (var dz = 0u; dz <= phaseZ; dz++) {
      for (var dy = 0u; dy <= phaseY; dy++) {
        let voxels = &tile[(z + dz) * TILE_Y + y + dy];
        let tapRow = &chunkWeights[(dz * tapsY + dy) * QUADS + quad];
        // unroll r
        let v${r} = (*voxels)[${r}];
        // end
        // unroll c
        let both${c} = (*tapRow)[${c}];
        let first${c} = (*tapRow)[CHUNK + ${c}u];
        let second${c} = (*tapRow)[2u * CHUNK + ${c}u];
        // end
        // unroll c, v
        even${v} = fma(Work4(v${v}[${c}]), both${c}, even${v});
        odd${v} = fma(Work4(v${v}[${c}]), first${c}, odd${v});
        // end
        // unroll c, v
        odd${v} = fma(Work4(v${v+1}[${c}]), second${c}, odd${v});
        // end
      }
    }
    if (HALF_SUMS == 1u) {
      // unroll v
      evenTotal${v} += vec4f(even${v});
      oddTotal${v} += vec4f(odd${v});
      even${v} = Work4();
      odd${v} = Work4();
      // end
    }
  }

  let outY = 2u * (corner.y + y) + phaseY;
  let outZ = 2u * (corner.z + z) + phaseZ;
  if (outY >= params.shape.y || outZ >= params.shape.z) { return; }
  let row = ((sample * params.shape.z + outZ) * params.shape.y + outY) * params.shape.x;
  let start = bias[sliceQuad + quad];
  // unroll v
  store(corner.x + ${v}u, row, sliceQuad + quad, evenTotal${v} + vec4f(even${v}) + start, oddTotal${v} + vec4f(odd${v}) + start);
  // end
}
