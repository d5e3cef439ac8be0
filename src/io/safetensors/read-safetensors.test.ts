import { expect, test } from "vitest";
import { encodeFloat16 } from "../../core/volume/float16";
import { readSafetensors } from "./read-safetensors";

function safetensors(header: unknown, data: Uint8Array): Uint8Array {
  const json = new TextEncoder().encode(typeof header === "string" ? header : JSON.stringify(header));
  const bytes = new Uint8Array(8 + json.length + data.length);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(json.length), true);
  bytes.set(json, 8);
  bytes.set(data, 8 + json.length);
  return bytes;
}

const single = Float32Array.of(1.5, -2, 0.25);
const half = Uint16Array.from([1.5, -2], encodeFloat16);
const data = new Uint8Array(16);
data.set(new Uint8Array(single.buffer), 0);
data.set(new Uint8Array(half.buffer), 12);
const header = {
  __metadata__: { layout: "any" },
  w: { dtype: "F32", shape: [3, 1], data_offsets: [0, 12] },
  h: { dtype: "F16", shape: [2], data_offsets: [12, 16] },
};

test("tensors are read by name, at any alignment of the file in memory", () => {
  const file = safetensors(header, data);
  const shifted = new Uint8Array(file.length + 3);
  shifted.set(file, 3);
  const weights = readSafetensors(shifted.subarray(3));
  expect([...weights.keys()]).toEqual(["w", "h"]);
  expect(weights.get("w")).toEqual({ shape: [3, 1], values: single });
  expect(weights.get("h")).toEqual({ shape: [2], values: Float32Array.of(1.5, -2) });
});

const changed = (change: object) => safetensors({ ...header, w: { ...header.w, ...change } }, data);

test.each([
  [new Uint8Array(3), "3 bytes"],
  [safetensors(header, data).subarray(0, 40), "said to have"],
  [safetensors("{not json", data), "not JSON"],
  [safetensors("[]", data), "no JSON object"],
  [changed({ dtype: "I64" }), "tensor w: dtype is I64"],
  [changed({ shape: [4] }), "tensor w of shape 4 (F32) has 12 bytes"],
  [changed({ shape: [4], data_offsets: [4, 20] }), "tensor w ends at byte 20 of 16"],
  [changed({ shape: "3" }), "tensor w: shape"],
])("what is wrong is named (%#)", (bytes, words) => {
  expect(() => readSafetensors(bytes)).toThrow(words);
});
