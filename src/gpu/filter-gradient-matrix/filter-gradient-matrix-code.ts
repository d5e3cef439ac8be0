import { SIDE, SUBGROUP_THREADS } from "../conv3d-matrix/conv3d-matrix-code";

/** Voxels of a block along y and z; along x it has 16. */
export const BLOCK = 4;
/** One subgroup for each tap along z and x. */
const SUBGROUPS = 9;

const range = (count: number) => Array.from({ length: count }, (_, index) => index);

/** Bytes of workgroup memory of the kernel that makes `columns` matrices of channels out. */
export function filterGradientBytes(columns: number): number {
  const input = (SIDE + 2) * (BLOCK + 2) * (BLOCK + 2) * SIDE * 2;
  const output = SIDE * BLOCK * BLOCK * columns * SIDE * 2;
  return input + output;
}

/**
 * Returns the WGSL of the gradient of a 3×3×3 convolution by its weights, on subgroup matrices: products of f16, sums of f32. For
 * a tap, 16 channels in × 16 voxels along x times 16 voxels × 16 channels out is one product; it is summed over the blocks
 * of a split in registers, which are named one by one.
 *
 * A workgroup takes 16 channels in, 16·`columns` channels out and every `splits`-th block of 16×4×4 voxels; its subgroups share the
 * voxels in workgroup memory and have the taps (z, x) of their own, with three taps along y each.
 */
export function filterGradientMatrixCode(columns: number): string {
  const cols = range(columns);
  const sums = range(3).flatMap((dy) => cols.map((c) => `sum${dy}${c}`));
  const multiply = [
    ...range(BLOCK).flatMap((y) =>
      cols.map(
        (c) =>
          `      let right${y}${c} = subgroupMatrixLoad<Right, row_major>(&gradients, (z * ${BLOCK}u + ${y}u) * ${SIDE * columns * 4}u + ${c * 4}u, ${columns * 4}u);`,
      ),
    ),
    ...range(BLOCK + 2).flatMap((row) => [
      `      let left${row} = subgroupMatrixLoad<Left, col_major>(&voxels, plane + ${row * (SIDE + 2) * 4}u, 4u);`,
      ...range(3)
        .filter((dy) => row - dy >= 0 && row - dy < BLOCK)
        .flatMap((dy) =>
          cols.map(
            (c) =>
              `      sum${dy}${c} = subgroupMatrixMultiplyAccumulate(left${row}, right${row - dy}${c}, sum${dy}${c});`,
          ),
        ),
    ]),
  ].join("\n");
  const store = range(3)
    .flatMap((dy) =>
      cols.map(
        (c) =>
          `  subgroupMatrixStore<row_major>(&partial, first + ${dy * 3}u * tapSize + ${c * SIDE}u, sum${dy}${c}, params.channelsOut);`,
      ),
    )
    .join("\n");

  return `enable f16;
enable subgroups;
enable chromium_experimental_subgroup_matrix;

alias Left = subgroup_matrix_left<f16, ${SIDE}, ${SIDE}>;
alias Right = subgroup_matrix_right<f16, ${SIDE}, ${SIDE}>;
alias Sum = subgroup_matrix_result<f32, ${SIDE}, ${SIDE}>;

const THREADS = ${SUBGROUPS * SUBGROUP_THREADS}u;
const TILE_X = ${SIDE + 2}u;
const TILE_Y = ${BLOCK + 2}u;
const TILE_VOXELS = TILE_X * TILE_Y * ${BLOCK + 2}u;
const OUT_QUADS = ${columns * 4}u;

struct Params {
  shape: vec3u, // of one sample: x, y, z
  samples: u32,
  channelsA: u32, // multiples of 16; those of the second input are 0 where there is none
  channelsB: u32,
  channelsOut: u32,
  splits: u32,
  scale: f32, // of the gradients, taken back later: small ones do not vanish in f16
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> inputA: array<vec4f>; // [sample, z, y, x, channel]
@group(0) @binding(2) var<storage, read> inputB: array<vec4f>;
@group(0) @binding(3) var<storage, read> dz: array<vec4f>; // [sample, z, y, x, channel out]
@group(0) @binding(4) var<storage, read_write> partial: array<f32>; // [split][tap][channel in][channel out]

var<workgroup> voxels: array<vec4<f16>, TILE_VOXELS * 4u>;
var<workgroup> gradients: array<vec4<f16>, ${SIDE * BLOCK * BLOCK}u * OUT_QUADS>;

fn isInside(position: vec3i) -> bool {
  return all(position >= vec3i(0)) && all(position < vec3i(params.shape));
}

fn voxelIndex(sample: u32, position: vec3i) -> u32 {
  let p = vec3u(position);
  return ((sample * params.shape.z + p.z) * params.shape.y + p.y) * params.shape.x + p.x;
}

fn readInput(sample: u32, position: vec3i, quad: u32) -> vec4<f16> {
  if (!isInside(position)) { return vec4<f16>(); }
  let voxel = voxelIndex(sample, position);
  let quadsA = params.channelsA / 4u;
  if (quad >= quadsA) { return vec4<f16>(inputB[voxel * (params.channelsB / 4u) + quad - quadsA]); }
  return vec4<f16>(inputA[voxel * quadsA + quad]);
}

fn readGradient(sample: u32, position: vec3i, quad: u32) -> vec4<f16> {
  if (!isInside(position)) { return vec4<f16>(); }
  return vec4<f16>(params.scale * dz[voxelIndex(sample, position) * (params.channelsOut / 4u) + quad]);
}

@compute @workgroup_size(THREADS)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(local_invocation_index) thread: u32,
  @builtin(subgroup_id) subgroup: u32,
) {
  let split = group.x;
  let chunk = group.y;
  let slice = group.z;
  let blocks = (params.shape + vec3u(${SIDE - 1}u, ${BLOCK - 1}u, ${BLOCK - 1}u)) / vec3u(${SIDE}u, ${BLOCK}u, ${BLOCK}u);
  let allBlocks = blocks.x * blocks.y * blocks.z * params.samples;
${sums.map((sum) => `  var ${sum}: Sum;`).join("\n")}

  for (var block = split; block < allBlocks; block += params.splits) {
    let blockZ = block / (blocks.x * blocks.y);
    let sample = blockZ / blocks.z;
    let corner = vec3u(block % blocks.x * ${SIDE}u, block / blocks.x % blocks.y * ${BLOCK}u, blockZ % blocks.z * ${BLOCK}u);
    workgroupBarrier();
    for (var i = thread; i < TILE_VOXELS * 4u; i += THREADS) {
      let voxel = i / 4u;
      let local = vec3u(voxel % TILE_X, voxel / TILE_X % TILE_Y, voxel / (TILE_X * TILE_Y));
      voxels[i] = readInput(sample, vec3i(corner + local) - 1, chunk * 4u + i % 4u);
    }
    for (var i = thread; i < ${SIDE * BLOCK * BLOCK}u * OUT_QUADS; i += THREADS) {
      let voxel = i / OUT_QUADS;
      let local = vec3u(voxel % ${SIDE}u, voxel / ${SIDE}u % ${BLOCK}u, voxel / ${SIDE * BLOCK}u);
      gradients[i] = readGradient(sample, vec3i(corner + local), slice * OUT_QUADS + i % OUT_QUADS);
    }
    workgroupBarrier();
    for (var z = 0u; z < ${BLOCK}u; z++) {
      let plane = ((z + subgroup / 3u) * TILE_Y * TILE_X + subgroup % 3u) * 4u;
${multiply}
    }
  }

  let channelsIn = params.channelsA + params.channelsB;
  let tapSize = channelsIn * params.channelsOut;
  let tap = subgroup / 3u * 9u + subgroup % 3u;
  let first = (split * 27u + tap) * tapSize + chunk * ${SIDE}u * params.channelsOut + slice * ${SIDE * columns}u;
${store}
}
`;
}
