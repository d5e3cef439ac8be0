import { GROUP_CODE } from "./columns-code";
import { PRODUCT_CODE } from "./dft-code";
import { lineCode } from "./line-code";
import type { LinePlan } from "./line-plan";
import type { Twiddles } from "./twiddles";

/** Numbers of a line in workgroup memory, with one left out after each 16: threads that step by 8 or 16 meet other banks. */
export const paddedLength = (length: number): number => length + (length >> 4);

/**
 * Returns the WGSL of transforms along x, between real rows and half spectra. Two rows travel as the real and imaginary part of
 * one line, so odd lengths need no case of their own; workgroup memory is [line][element].
 */
export function rowsCode(plan: LinePlan, direction: "forward" | "inverse", twiddles: Twiddles): string {
  const isForward = direction === "forward";
  const body = isForward ? forwardCode(plan, twiddles) : inverseCode(plan, twiddles);
  const access = (read: boolean) => (read ? "read" : "read_write");
  return `const LENGTH = ${plan.length}u;
const HALF = ${Math.floor(plan.length / 2) + 1}u;

struct Params {
  group: GroupParams,
  scale: f32, // of what comes back
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, ${access(isForward)}> real: array<f32>;
@group(0) @binding(2) var<storage, ${access(!isForward)}> spectrum: array<vec2f>;
${twiddles.declaration(3)}

var<workgroup> lines: array<vec2f, ${paddedLength(plan.length) * plan.lines}>;

${GROUP_CODE}
${PRODUCT_CODE}
${isForward ? "" : MERGE_CODE}

@compute @workgroup_size(${plan.lines * plan.threads})
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(local_invocation_index) thread: u32) {
  let group = groupIndex(workgroup);
  if (group >= params.group.count) { return; }
  let ofGroup = thread / ${plan.threads}u;
  let t = thread % ${plan.threads}u;
  let corner = ofGroup * ${paddedLength(plan.length)}u;
  let row = 2u * (group * ${plan.lines}u + ofGroup);
  let present = row < params.group.lines;
  let paired = row + 1u < params.group.lines;
  let rowA = select(0u, row, present);
  let rowB = select(rowA, row + 1u, paired);
${body}
}
`;
}

const at = (element: string) => `corner + (${element}) + ((${element}) >> 4u)`;

function forwardCode(plan: LinePlan, twiddles: Twiddles): string {
  const transform = lineCode(plan, twiddles, {
    load: (element) => `vec2f(real[startA + ${element}], select(0.0, real[startB + ${element}], paired))`,
    store: (element, value) => `{ let e = ${element}; lines[${at("e")}] = ${value}; }`,
    storesInLines: true,
    at,
  });
  return `  let startA = rowA * LENGTH;
  let startB = rowB * LENGTH;
${transform}
  workgroupBarrier();
  if (!present) { return; }
  for (var k = t; k < HALF; k += ${plan.threads}u) {
    let mirror = select(LENGTH - k, 0u, k == 0u);
    let a = lines[${at("k")}];
    let b = lines[${at("mirror")}];
    spectrum[rowA * HALF + k] = 0.5 * vec2f(a.x + b.x, a.y - b.y);
    if (paired) { spectrum[rowB * HALF + k] = 0.5 * vec2f(a.y + b.y, b.x - a.x); }
  }`;
}

function inverseCode(plan: LinePlan, twiddles: Twiddles): string {
  const transform = lineCode(plan, twiddles, {
    load: (element) => `merged(${element}, startA, startB, paired)`,
    store: (element, value) => `{
let e = ${element};
let value = params.scale * ${value};
if (present) { real[rowA * LENGTH + e] = value.y; }
if (paired) { real[rowB * LENGTH + e] = value.x; }
}`,
    storesInLines: false,
    at,
  });
  return `  let startA = rowA * HALF;
  let startB = rowB * HALF;
${transform}`;
}

/** Parts that change places before and after make the inverse. */
const MERGE_CODE = `// Coefficient k of two rows as one line, a + i·b, its parts in changed places.
fn merged(k: u32, startA: u32, startB: u32, paired: bool) -> vec2f {
  let isMirror = k >= HALF;
  let at = select(k, LENGTH - k, isMirror);
  var a = spectrum[startA + at];
  var b = select(vec2f(), spectrum[startB + at], paired);
  let sign = select(1.0, -1.0, isMirror);
  // The imaginary parts of the zero and the Nyquist frequency carry nothing in a real row.
  let carries = select(sign, 0.0, k == 0u || 2u * k == LENGTH);
  return vec2f(carries * a.y + b.x, a.x - carries * b.y);
}`;
