import { PRODUCT_CODE } from "./dft-code";
import { lineCode } from "./line-code";
import type { LinePlan } from "./line-plan";
import type { Twiddles } from "./twiddles";

/**
 * What a kernel does along an axis: "transform" goes forward or back; "project" goes forward, mixes the coefficients with
 * those measured, and comes back; "energy" goes forward and adds the squared differences from those measured.
 */
export type ColumnTask = "transform" | "project" | "energy";

/**
 * Returns the WGSL of transforms along y or z. A workgroup takes neighbouring lines, so that what it reads at a time is
 * contiguous and nothing need be transposed; its memory is [element][line].
 */
export function columnsCode(plan: LinePlan, task: ColumnTask, twiddles: Twiddles): string {
  const body = TASKS[task](plan, twiddles);
  return `struct Params {
  group: GroupParams,
  inner: u32, // lines that lie side by side, in a row of lines
  outerStep: u32, // from one such row to the next
  step: u32, // from one element of a line to the next
  inverse: u32, // 1 or 0
  half: u32, // coefficients of a row along x
  rowLength: u32, // of the volume
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, ${task === "energy" ? "read" : "read_write"}> spectrum: array<vec2f>;
${MORE_BINDINGS[task].join("\n")}
${twiddles.declaration(2 + MORE_BINDINGS[task].length)}

var<workgroup> lines: array<vec2f, ${plan.length * plan.lines}>;

${GROUP_CODE}
${PRODUCT_CODE}

@compute @workgroup_size(${plan.lines * plan.threads})
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(local_invocation_index) thread: u32) {
  let group = groupIndex(workgroup);
  if (group >= params.group.count) { return; }
  let column = thread % ${plan.lines}u;
  let t = thread / ${plan.lines}u;
  let present = group * ${plan.lines}u + column < params.group.lines;
  let line = min(group * ${plan.lines}u + column, params.group.lines - 1u);
  let start = line / params.inner * params.outerStep + line % params.inner;
  let step = params.step;
${body}
}
`;
}

const place = (element: string) => `start + (${element}) * step`;

const TASKS: Readonly<Record<ColumnTask, (plan: LinePlan, twiddles: Twiddles) => string>> = {
  transform: (plan, twiddles) => `  let inverse = params.inverse == 1u;
${lineCode(plan, twiddles, {
  load: (element) => swapped(`spectrum[${place(element)}]`),
  store: (element, value) => `if (present) { spectrum[${place(element)}] = ${swapped(value)}; }`,
  storesInLines: false,
  at: at(plan),
})}`,
  // Parts that change places before and after make the inverse.
  project: (plan, twiddles) => `${lineCode(plan, twiddles, {
    load: (element) => `spectrum[${place(element)}]`,
    store: (element, value) =>
      `{ let i = ${place(element)}; lines[${at(plan)(element)}] = mix(${value}, measured[i], sampled[i]).yx; }`,
    storesInLines: true,
    at: at(plan),
  })}
${lineCode(plan, twiddles, {
  load: null,
  store: (element, value) => `if (present) { spectrum[${place(element)}] = ${value}.yx; }`,
  storesInLines: false,
  at: at(plan),
})}`,
  energy: (plan, twiddles) => `  var sum = 0.0;
${lineCode(plan, twiddles, {
  load: (element) => `spectrum[${place(element)}]`,
  store: (element, value) =>
    `{ let i = ${place(element)}; let apart = sampled[i] * (${value} - measured[i]); sum += dot(apart, apart); }`,
  storesInLines: false,
  at: at(plan),
})}
  let kx = line % params.half;
  let mirrored = select(2.0, 1.0, kx == 0u || 2u * kx == params.rowLength); // k and −k
  workgroupBarrier();
  lines[thread].x = select(0.0, mirrored * sum, present);
${sumCode(plan.lines * plan.threads)}
  if (thread == 0u) { partials[group] = lines[0].x; }`,
};

const at = (plan: LinePlan) => (element: string) => `(${element}) * ${plan.lines}u + column`;

const swapped = (value: string) => `select(${value}, ${value}.yx, inverse)`;

/** Adds what the threads left in \`lines\`, always in the same order, pair by pair. */
function sumCode(threads: number): string {
  const half = 2 ** Math.ceil(Math.log2(threads) - 1);
  return `  for (var reach = ${Math.ceil(half)}u; reach > 0u; reach >>= 1u) {
    workgroupBarrier();
    if (thread < reach && thread + reach < ${threads}u) { lines[thread].x += lines[thread + reach].x; }
  }
  workgroupBarrier();`;
}

const MEASURED = [
  "@group(0) @binding(2) var<storage, read> measured: array<vec2f>;",
  "@group(0) @binding(3) var<storage, read> sampled: array<f32>;",
];
const MORE_BINDINGS: Readonly<Record<ColumnTask, readonly string[]>> = {
  transform: [],
  project: MEASURED,
  energy: [
    ...MEASURED,
    "@group(0) @binding(4) var<storage, read_write> partials: array<f32>; // one of each workgroup",
  ],
};

/** Dispatches of many workgroups take two dimensions, and slabs of them may come one at a time. */
export const GROUP_CODE = `struct GroupParams {
  first: u32, // slab
  perSlab: u32,
  count: u32, // of all slabs
  lines: u32, // to transform, or rows of the volume
}

fn groupIndex(workgroup: vec3u) -> u32 {
  return (params.group.first + workgroup.y) * params.group.perSlab + workgroup.x;
}`;
