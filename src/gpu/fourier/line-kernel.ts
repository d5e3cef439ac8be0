import { ComputeError } from "../../core/errors";
import { kernelPipeline } from "../kernel-pipeline";
import type { KernelRun } from "../paced-queue";
import { slabRun } from "../slab-run";
import { type ColumnTask, columnsCode } from "./columns-code";
import { BYTES_PER_COMPLEX, isDirect, type LinePlan, type LineTiling, planLine } from "./line-plan";
import { paddedLength, rowsCode } from "./rows-code";
import { Twiddles } from "./twiddles";

/** 16 neighbouring numbers of 8 bytes are whole cache lines. */
const TILING: LineTiling = { lines: 16, largestRadix: 16, threads: 512 };
/** Workgroups that are dispatched at a time, at least. */
const GROUPS_PER_SLAB = 256;
/** Reading and writing a complex number takes about as long as this many operations of the convolution. */
const FLOPS_PER_COMPLEX = 150;

/** Transforms along one axis, for lines of one length. */
export interface LineKernel {
  /** Workgroups for that many lines. */
  groups(lines: number): number;
  /**
   * Transforms `lines` lines of `rows`: as many, but along x, where a line is two. `words` follow the GroupParams of the code's
   * `Params`; `buffers` are its bindings from 1 on.
   */
  run(rows: number, lines: number, words: ArrayBuffer, buffers: readonly GPUBuffer[]): KernelRun;
  dispose(): void;
}

type LineTask = ColumnTask | "rows forward" | "rows inverse";

const isRows = (task: LineTask) => task === "rows forward" || task === "rows inverse";

/**
 * Compiles transforms of lines of a length. Throws ComputeError "bad-input" where `lineFits` is false, "backend-failed" with
 * what the compiler says.
 */
export async function createLineKernel(
  device: GPUDevice,
  length: number,
  task: LineTask,
  tiling: LineTiling = TILING,
): Promise<LineKernel> {
  const plan = planFor(device, length, task, tiling);
  if (!plan)
    throw new ComputeError("bad-input", `The GPU has no room for Fourier transforms of length ${length}.`);
  const twiddles = new Twiddles();
  const code = isRows(task)
    ? rowsCode(plan, task === "rows forward" ? "forward" : "inverse", twiddles)
    : columnsCode(plan, task as ColumnTask, twiddles);
  const label = `fourier ${task} ${plan.radices.join("·")} ${plan.lines} ${plan.threads}`;
  const pipeline = await kernelPipeline(device, label, code, {});
  const factors = uploadFactors(device, twiddles.values());
  const tables = factors ? [factors] : [];
  const groups = (lines: number) => Math.ceil(lines / plan.lines);
  return {
    groups,
    run(rows, lines, words, buffers) {
      const count = groups(lines);
      const perSlab = Math.min(count, GROUPS_PER_SLAB);
      return slabRun(device, {
        flops: lines * length * flopsPerNumber(plan),
        slabs: Math.ceil(count / perSlab),
        pipeline,
        buffers: [...buffers, ...tables],
        params(from) {
          const params = new Uint8Array(16 + words.byteLength);
          new Uint32Array(params.buffer, 0, 4).set([from, perSlab, count, rows]);
          params.set(new Uint8Array(words), 16);
          return params.buffer;
        },
        workgroups: (slabs) => [perSlab, slabs],
      });
    },
    dispose: () => factors?.destroy(),
  };
}

/** Tells whether lines of a length fit into a workgroup's memory, as all of a few thousand do. */
export function lineFits(device: GPUDevice, length: number): boolean {
  return planFor(device, length, "rows forward", TILING) !== null;
}

function planFor({ limits }: GPUDevice, length: number, task: LineTask, tiling: LineTiling): LinePlan | null {
  const numbers = isRows(task) ? paddedLength(length) : length;
  return planLine(length, numbers * BYTES_PER_COMPLEX, tiling, {
    bytes: limits.maxComputeWorkgroupStorageSize,
    threads: Math.min(limits.maxComputeInvocationsPerWorkgroup, limits.maxComputeWorkgroupSizeX),
  });
}

/** A radix that is summed directly adds two products, of two parts each, for every second point. */
const flopsPerNumber = ({ radices }: LinePlan) =>
  FLOPS_PER_COMPLEX + radices.filter(isDirect).reduce((sum, radix) => sum + 4 * radix, 0);

function uploadFactors(device: GPUDevice, values: Float32Array): GPUBuffer | null {
  if (values.length === 0) return null;
  const size = Math.max(16, values.byteLength);
  const buffer = device.createBuffer({ size, usage: GPUBufferUsage.STORAGE, mappedAtCreation: true });
  new Float32Array(buffer.getMappedRange()).set(values);
  buffer.unmap();
  return buffer;
}
