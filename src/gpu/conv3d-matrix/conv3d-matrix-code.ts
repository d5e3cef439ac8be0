/** Sizes of a compiled kernel. A matrix is 16×16: 16 voxels along x by 16 channels. */
export interface MatrixTiling {
  /** How feature maps are stored. */
  readonly stored: "f16" | "f32";
  /** Output channels of a workgroup, in matrices. */
  readonly columns: number;
  /** Subgroups of a workgroup: each makes 16×4×1 voxels, the next one those at the next z. */
  readonly subgroups: number;
}

/** Rows of 16 voxels that a subgroup makes. */
export const ROWS = 4;
/** The side of a matrix: voxels along x, channels in, channels out. */
export const SIDE = 16;
/** Threads of a subgroup: adapters with others are not offered matrices. */
export const SUBGROUP_THREADS = 32;

const range = (count: number) => Array.from({ length: count }, (_, index) => index);

/** Bytes of workgroup memory that a kernel takes. */
export function matrixWorkgroupBytes({ subgroups }: Pick<MatrixTiling, "subgroups">): number {
  const tile = (SIDE + 2) * (ROWS + 2) * (subgroups + 2) * SIDE * 2;
  const results = subgroups * SIDE * SIDE * 4;
  return tile + results;
}

/**
 * Returns the WGSL of a 'same' 3×3×3 convolution on subgroup matrices: products of f16, sums of f32. The sums are registers of
 * the subgroup that must be named one by one, so the inner part is written out.
 *
 * A workgroup takes 16 input channels at a time: their voxels, with a border of one, lie in workgroup memory. For a tap, 16
 * voxels along x × 16 channels are one matrix, found by its first voxel. Weights are matrices in a row that all subgroups read
 * at the same time: the cache holds them, and a copy in workgroup memory would halve the subgroups at work (measured on an H100).
 */
export function conv3dMatrixCode({ stored, columns, subgroups }: MatrixTiling): string {
  const rows = range(ROWS);
  const cols = range(columns);
  const sums = rows.flatMap((r) => cols.map((c) => ({ r, c })));
  const declare = sums.map(({ r, c }) => `  var sum${r}${c}: Sum;`).join("\n");
  const multiply = range(3)
    .flatMap((dx) => [
      ...range(ROWS + 2).map(
        (y) =>
          `      let left${dx}${y} = subgroupMatrixLoad<Left, row_major>(&tile, plane + ${(y * (SIDE + 2) + dx) * 4}u, 4u);`,
      ),
      ...range(3).flatMap((dy) =>
        cols.flatMap((c) => [
          `      let right${dx}${dy}${c} = subgroupMatrixLoad<Right, row_major>(&weights, taps + ${((dy * 3 + dx) * columns + c) * 64}u, 4u);`,
          ...rows.map(
            (r) =>
              `      sum${r}${c} = subgroupMatrixMultiplyAccumulate(left${dx}${r + dy}, right${dx}${dy}${c}, sum${r}${c});`,
          ),
        ]),
      ),
    ])
    .join("\n");
  const finish = sums
    .map(
      ({ r, c }) => `  workgroupBarrier();
  subgroupMatrixStore<row_major>(&results, subgroup * 256u, sum${r}${c}, ${SIDE}u);
  workgroupBarrier();
  storeRow(sample, corner, ${r}u, subgroup, lane, firstQuad + ${c * 4}u);`,
    )
    .join("\n");
  const toHalf = stored === "f16" ? "value" : "vec4<f16>(value * params.scale)";
  const unscaled = stored === "f16" ? "sum" : "sum / params.scale";

  return `enable f16;
enable subgroups;
enable chromium_experimental_subgroup_matrix;

alias Stored4 = vec4<${stored}>;
alias Left = subgroup_matrix_left<f16, ${SIDE}, ${SIDE}>;
alias Right = subgroup_matrix_right<f16, ${SIDE}, ${SIDE}>;
alias Sum = subgroup_matrix_result<f32, ${SIDE}, ${SIDE}>;

const SUBGROUPS = ${subgroups}u;
const THREADS = ${subgroups * SUBGROUP_THREADS}u;
const COLUMNS = ${columns}u;
const TILE_X = ${SIDE + 2}u;
const TILE_Y = ${ROWS + 2}u;
const TILE_VOXELS = TILE_X * TILE_Y * ${subgroups + 2}u;

struct Input {
  shape: vec3i, // x, y, z
  channels: u32, // a multiple of 16; 0 where there is no second input
  offset: vec3i, // its voxel that lies under voxel 0 of the output
}

struct Params {
  a: Input,
  b: Input,
  shape: vec3u, // of the output
  firstBlock: u32,
  quads: u32, // channels of the output, in vec4
  blocksZ: u32, // workgroups along z for one sample; samples follow one another in every buffer
  relu: u32, // 1 or 0
  scale: f32, // of the inputs, taken back in the output: small gradients do not vanish in f16
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> inputA: array<Stored4>;
@group(0) @binding(2) var<storage, read> inputB: array<Stored4>;
// [slice of channels out][16 channels in][z][y, x][16 channels out][channel in][channel out]
@group(0) @binding(3) var<storage, read> weights: array<vec4<f16>>;
@group(0) @binding(4) var<storage, read> bias: array<vec4f>;
@group(0) @binding(5) var<storage, read_write> output: array<Stored4>;

var<workgroup> tile: array<vec4<f16>, TILE_VOXELS * 4u>;
var<workgroup> results: array<f32, SUBGROUPS * 256u>;

fn toHalf(value: Stored4) -> vec4<f16> { return ${toHalf}; }

// Where a voxel lies in an input, in vec4; negative outside it.
fn voxelStart(sample: u32, voxel: vec3i, input: Input) -> i32 {
  let p = voxel + input.offset;
  let s = input.shape;
  let inside = all(p >= vec3i(0)) && all(p < s);
  return select(-1, (((i32(sample) * s.z + p.z) * s.y + p.y) * s.x + p.x) * i32(input.channels / 4u), inside);
}

// 16 channels of a voxel into workgroup memory, zero outside the input.
fn loadVoxel(sample: u32, voxel: vec3i, chunk: u32, to: u32) {
  let quadsA = params.a.channels / 4u;
  var quads = array<Stored4, 4>();
  if (chunk * 4u >= quadsA) {
    let start = voxelStart(sample, voxel, params.b);
    let i = u32(start) + chunk * 4u - quadsA;
    if (start >= 0) { quads = array<Stored4, 4>(inputB[i], inputB[i + 1u], inputB[i + 2u], inputB[i + 3u]); }
  } else {
    let start = voxelStart(sample, voxel, params.a);
    let i = u32(start) + chunk * 4u;
    if (start >= 0) { quads = array<Stored4, 4>(inputA[i], inputA[i + 1u], inputA[i + 2u], inputA[i + 3u]); }
  }
  tile[to] = toHalf(quads[0]);
  tile[to + 1u] = toHalf(quads[1]);
  tile[to + 2u] = toHalf(quads[2]);
  tile[to + 3u] = toHalf(quads[3]);
}

// 16 channels of row r of every subgroup, from workgroup memory: bias, ReLU, and out.
fn storeRow(sample: u32, corner: vec3u, r: u32, subgroup: u32, lane: u32, firstQuad: u32) {
  let y = corner.y + r;
  let z = corner.z + subgroup;
  if (y >= params.shape.y || z >= params.shape.z) { return; }
  let row = ((sample * params.shape.z + z) * params.shape.y + y) * params.shape.x;
  for (var i = lane; i < 64u; i += ${SUBGROUP_THREADS}u) {
    let quad = firstQuad + i % 4u;
    let x = corner.x + i / 4u;
    if (x >= params.shape.x) { break; }
    let start = subgroup * 256u + i * 4u;
    let sum = vec4f(results[start], results[start + 1u], results[start + 2u], results[start + 3u]);
    let value = ${unscaled} + bias[quad];
    output[(row + x) * params.quads + quad] = Stored4(select(value, max(value, vec4f()), params.relu == 1u));
  }
}

@compute @workgroup_size(THREADS)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(local_invocation_index) thread: u32,
  @builtin(subgroup_id) subgroup: u32,
  @builtin(subgroup_invocation_id) lane: u32,
) {
  let slices = params.quads / (COLUMNS * 4u);
  let slice = group.x % slices;
  let firstQuad = slice * COLUMNS * 4u;
  let blockZ = params.firstBlock + group.z;
  let sample = blockZ / params.blocksZ;
  let corner = vec3u(group.x / slices * ${SIDE}u, group.y * ${ROWS}u, blockZ % params.blocksZ * SUBGROUPS);
  let chunks = (params.a.channels + params.b.channels) / ${SIDE}u;

${declare}

  for (var chunk = 0u; chunk < chunks; chunk++) {
    workgroupBarrier();
    for (var i = thread; i < TILE_VOXELS; i += THREADS) {
      let local = vec3u(i % TILE_X, i / TILE_X % TILE_Y, i / (TILE_X * TILE_Y));
      loadVoxel(sample, vec3i(corner + local) - 1, chunk, i * 4u);
    }
    workgroupBarrier();
    for (var dz = 0u; dz < 3u; dz++) {
      let taps = ((slice * chunks + chunk) * 3u + dz) * (9u * COLUMNS * 64u);
      let plane = (subgroup + dz) * (TILE_Y * TILE_X * 4u);
${multiply}
    }
  }

${finish}
}
`;
}
