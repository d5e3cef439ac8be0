/** Places the pane's whole area: clip-space quad, voxel coordinates from the view. */
export const PANE_VERTEX_SHADER = /* glsl */ `
in vec3 position;
uniform vec2 uTopLeft;
uniform vec2 uShown;
out vec2 vVoxel;
out float vAcross;

void main() {
  vAcross = position.x;
  vVoxel = uTopLeft + vec2(position.x, 1.0 - position.y) * uShown;
  gl_Position = vec4(position.xy * 2.0 - 1.0, 0.0, 1.0);
}
`;

/** Places a slice as a rectangle in the 3D view. */
export const PLANE_VERTEX_SHADER = /* glsl */ `
in vec3 position;
uniform mat4 projectionMatrix;
uniform mat4 modelViewMatrix;
uniform vec2 uImageSize;
out vec2 vVoxel;
out float vAcross;

void main() {
  vAcross = 1.0;
  vVoxel = position.xy * uImageSize - 0.5;
  gl_Position = projectionMatrix * modelViewMatrix * vec4(position, 1.0);
}
`;

/**
 * Grey values through the window, then the labels: filled at the overlay's opacity, with an outline. vVoxel is in voxels
 * of the image, voxel centres at integers; the labels may lie at an offset. What the mask marks is hatched. A slice that lies over another is drawn
 * right of a divider and as far as it reaches.
 */
export const SLICE_FRAGMENT_SHADER = /* glsl */ `
precision highp float;
precision highp sampler2D;

uniform sampler2D uImage;
uniform vec2 uImageSize;
uniform vec2 uWindow; // black, 1 / (white - black)
uniform bool uInvert;
uniform sampler2D uLabels;
uniform vec2 uLabelSize;
uniform vec2 uLabelOffset;
uniform sampler2D uPalette;
uniform float uOpacity;
uniform sampler2D uHatch;
uniform vec2 uHatchSize;
uniform vec2 uHatchOffset;
uniform vec3 uHatchColor;
uniform vec3 uBackground;
uniform bool uLiesOver;
uniform float uDivider; // 0 … 1 across the pane
in vec2 vVoxel;
in float vAcross;
out vec4 outColor;

const float NEAREST_FROM = 12.0; // device pixels per voxel from which voxels are shown as squares
const int MAX_TAPS = 6;
const float OUTLINE_PIXELS = 1.5;
const float HATCH_STEP = 8.0; // device pixels
const float HATCH_WIDTH = 1.5;
const float HATCH_OPACITY = 0.7;

float greyAt(vec2 voxel) {
  return texture(uImage, (voxel + 0.5) / uImageSize).r;
}

// The mean over the pixel's footprint where voxels are smaller than pixels, so that noise does not flicker.
float filteredGrey(vec2 alongX, vec2 alongY) {
  float footprint = max(length(alongX), length(alongY));
  bool squares = footprint * NEAREST_FROM < 1.0;
  int taps = clamp(int(ceil(footprint - 0.01)), 1, MAX_TAPS);
  float sum = 0.0;
  for (int row = 0; row < taps; row++) {
    for (int column = 0; column < taps; column++) {
      vec2 within = (vec2(column, row) + 0.5) / float(taps) - 0.5;
      vec2 voxel = vVoxel + within.x * alongX + within.y * alongY;
      sum += greyAt(squares ? floor(voxel + 0.5) : voxel);
    }
  }
  return sum / float(taps * taps);
}

float labelOf(ivec2 voxel) {
  ivec2 last = ivec2(uLabelSize) - 1;
  return texelFetch(uLabels, clamp(voxel, ivec2(0), last), 0).r;
}

// The label with the largest bilinear weight, so that the border between labels is smooth, yet no label is invented; and
// how far from that border the place is, in voxels. The border lies where the weight is one half.
float labelAt(vec2 place, out float inside) {
  ivec2 first = ivec2(floor(place));
  vec2 part = fract(place);
  vec2 rest = 1.0 - part;
  vec4 labels = vec4(
    labelOf(first), labelOf(first + ivec2(1, 0)), labelOf(first + ivec2(0, 1)), labelOf(first + ivec2(1, 1)));
  vec4 weights = vec4(rest.x * rest.y, part.x * rest.y, rest.x * part.y, part.x * part.y);
  vec4 totals = vec4(
    dot(weights, vec4(equal(labels, labels.xxxx))), dot(weights, vec4(equal(labels, labels.yyyy))),
    dot(weights, vec4(equal(labels, labels.zzzz))), dot(weights, vec4(equal(labels, labels.wwww))));
  vec2 upper = totals.x >= totals.y ? vec2(totals.x, labels.x) : vec2(totals.y, labels.y);
  vec2 lower = totals.z >= totals.w ? vec2(totals.z, labels.z) : vec2(totals.w, labels.w);
  vec2 best = upper.x >= lower.x ? upper : lower;
  vec4 member = vec4(equal(labels, best.yyyy));
  vec2 slope = vec2(
    mix(member.y - member.x, member.w - member.z, part.y), mix(member.z - member.x, member.w - member.y, part.x));
  inside = (best.x - 0.5) / max(length(slope), 1e-4);
  return best.y;
}

vec4 labelColor(float label) {
  return label < 0.5 ? vec4(0.0) : texelFetch(uPalette, ivec2(clamp(label + 0.5, 0.0, 255.0), 0), 0);
}

vec3 withLabels(vec3 color, float voxelsPerPixel) {
  vec2 place = vVoxel + uLabelOffset;
  if (any(lessThan(place, vec2(-0.5))) || any(greaterThan(place, uLabelSize - 0.5))) return color;
  float inside;
  vec4 tint = labelColor(labelAt(place, inside));
  float pixels = inside / voxelsPerPixel;
  float outline = 1.0 - smoothstep(OUTLINE_PIXELS - 0.5, OUTLINE_PIXELS + 0.5, pixels);
  return mix(color, tint.rgb, tint.a * mix(uOpacity, min(1.0, 3.0 * uOpacity), outline));
}

// Oblique lines where the mask is 1, of the same width at every zoom.
vec3 withHatch(vec3 color) {
  ivec2 voxel = ivec2(floor(vVoxel - uHatchOffset + 0.5));
  if (any(lessThan(voxel, ivec2(0))) || any(greaterThanEqual(voxel, ivec2(uHatchSize)))) return color;
  bool isLine = mod(gl_FragCoord.x + gl_FragCoord.y, HATCH_STEP) < HATCH_WIDTH;
  return isLine && texelFetch(uHatch, voxel, 0).r > 0.5 ? mix(color, uHatchColor, HATCH_OPACITY) : color;
}

void main() {
  vec2 alongX = dFdx(vVoxel);
  vec2 alongY = dFdy(vVoxel);
  bool isOutside = any(lessThan(vVoxel, vec2(-0.5))) || any(greaterThan(vVoxel, uImageSize - 0.5));
  if (uLiesOver && (isOutside || vAcross < uDivider)) discard;
  if (isOutside) {
    outColor = vec4(uBackground, 1.0);
    return;
  }
  float grey = filteredGrey(alongX, alongY);
  float value = isnan(grey) ? 0.0 : clamp((grey - uWindow.x) * uWindow.y, 0.0, 1.0);
  vec3 color = vec3(uInvert ? 1.0 - value : value);
  if (uOpacity > 0.0 && uLabelSize.x > 0.0) color = withLabels(color, length(alongX));
  if (uHatchSize.x > 0.0) color = withHatch(color);
  outColor = vec4(color, 1.0);
}
`;
