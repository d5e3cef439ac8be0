// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the marks of a kernel source look like that
import { describe, expect, it } from "vitest";
import { kernelCode } from "./kernel-code";

describe("code of a kernel", () => {
  it("puts types and constants in front", () => {
    const code = kernelCode("fn main() {}", { A4: "f32", B4: "f16" }, { QUADS: 3 });
    expect(code.split("\n")).toEqual([
      "enable f16;",
      "alias A4 = vec4<f32>;",
      "alias B4 = vec4<f16>;",
      "const QUADS = 3u;",
      "fn main() {}",
    ]);
    expect(kernelCode("", { A4: "f32" }, {})).not.toContain("enable");
  });

  it("writes blocks out, one in another too, the last name fastest", () => {
    const source = [
      "before",
      "  // unroll d",
      "  tap ${d}",
      "  // unroll v, q",
      "  s${v}_${q} += v${v+d} * ${v+d+10};",
      "  // end",
      "  // end",
      "after",
    ];
    const code = kernelCode(source.join("\n"), {}, {}, { d: 2, v: 2, q: 2 });
    expect(code.split("\n").map((line) => line.trim())).toEqual([
      "before",
      "tap 0",
      "s0_0 += v0 * 10;",
      "s0_1 += v0 * 10;",
      "s1_0 += v1 * 11;",
      "s1_1 += v1 * 11;",
      "tap 1",
      "s0_0 += v1 * 11;",
      "s0_1 += v1 * 11;",
      "s1_0 += v2 * 12;",
      "s1_1 += v2 * 12;",
      "after",
    ]);
  });

  it("refuses a block without end", () => {
    expect(() => kernelCode("// unroll v\nx", {}, {}, { v: 1 })).toThrow("has no end");
  });
});
