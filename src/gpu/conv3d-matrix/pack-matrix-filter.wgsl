// Writes a filter [tap z, y, x][channel in][channel out] in f16, in the order of conv3d-matrix: [slice of 16·COLUMNS channels
// out][16 channels in][tap][16 channels out][channel in][channel out]. A thread makes four channels out.
enable f16;

override COLUMNS: u32;

struct Params {
  channelsIn: u32,
  channelsOut: u32,
  quads: u32, // of all weights
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> filterIn: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> packed: array<vec4<f16>>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= params.quads) { return; }
  let matrix = id.x / 64u;
  let column = matrix % COLUMNS;
  let tap = matrix / COLUMNS % 27u;
  let chunk = matrix / (COLUMNS * 27u) % (params.channelsIn / 16u);
  let slice = matrix / (COLUMNS * 27u * (params.channelsIn / 16u));
  let channelIn = chunk * 16u + id.x % 64u / 4u;
  let quad = (slice * COLUMNS + column) * 4u + id.x % 4u;
  packed[id.x] = vec4<f16>(filterIn[(tap * params.channelsIn + channelIn) * (params.channelsOut / 4u) + quad]);
}
