// Projection by Joseph's rule of a slab of rows: a thread sums the layers that the ray of one pixel crosses. Positions are split
// into an integer and a fraction, both from f64, since f32 could not tell where between two samples a ray passes.

struct Tilt {
  alongZ: u32, // 1: layers are sections along z; 0: along x
  layers: u32,
  across: i32,
  length: f32, // of the ray from one layer to the next
}

struct Params {
  imageWidth: u32,
  rows: u32,
  rowLength: u32, // of the volume
  positionsPerTilt: u32,
  firstTilt: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> tilts: array<Tilt>;
@group(0) @binding(2) var<storage, read> positions: array<vec2f>; // [tilt][pixels, then layers]: their sum is the position
@group(0) @binding(3) var<storage, read> volume: array<f32>; // [z, y, x]
@group(0) @binding(4) var<storage, read_write> images: array<f32>; // [tilt, y, pixel]

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let pixel = id.x;
  if (pixel >= params.imageWidth) { return; }
  let tiltIndex = params.firstTilt + id.z;
  let tilt = tilts[tiltIndex];
  let ofPixel = tiltIndex * params.positionsPerTilt + pixel;
  let ofLayers = tiltIndex * params.positionsPerTilt + params.imageWidth;
  let start = positions[ofPixel];
  let row = i32(id.y * params.rowLength);
  let section = i32(params.rows * params.rowLength);
  let layerStep = select(1, section, tilt.alongZ == 1u);
  let acrossStep = select(section, 1, tilt.alongZ == 1u);

  var sum = 0.0;
  for (var layer = 0u; layer < tilt.layers; layer++) {
    let position = start + positions[ofLayers + layer];
    let carry = floor(position.y);
    let share = position.y - carry;
    let near = i32(position.x + carry);
    let at = row + i32(layer) * layerStep + near * acrossStep;
    if (near >= 0 && near < tilt.across) { sum += (1.0 - share) * volume[at]; }
    if (near >= -1 && near + 1 < tilt.across) { sum += share * volume[at + acrossStep]; }
  }
  images[(tiltIndex * params.rows + id.y) * params.imageWidth + pixel] = sum * tilt.length;
}
