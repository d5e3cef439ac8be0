import { type FftPlan, planFft } from "../../core/fourier/fft-plan";
import type { WasmRuntime } from "../runtime";

/** Writes a plan as `FftPlan` of src/wasm/assembly/fft-lines.ts and returns its pointer. */
export function writePlan(runtime: WasmRuntime, length: number): number {
  const plan: FftPlan = planFft(length);
  const factors = runtime.alloc(4 * Math.max(1, plan.factors.length));
  runtime.f32(factors, plan.factors.length).set(plan.factors);
  const fields = [length, plan.stages.length, factors];
  for (const { radix, groups, stride, twiddleOffset, rootOffset } of plan.stages)
    fields.push(radix, groups, stride, twiddleOffset, rootOffset);
  const pointer = runtime.alloc(4 * fields.length);
  runtime.i32(pointer, fields.length).set(fields);
  return pointer;
}
