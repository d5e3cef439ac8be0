import { expect, test } from "vitest";
import type { Weights } from "../../core/nn/model";
import { readSafetensors } from "./read-safetensors";
import { writeSafetensors } from "./write-safetensors";

const TENSORS: Weights = new Map([
  ["a1.weight", { shape: [1, 3], values: Float32Array.of(1.5, -2, 1e-3) }],
  ["a1.bias", { shape: [1], values: new Float32Array([7, 8, 9]).subarray(1, 2) }],
  ["none", { shape: [0], values: new Float32Array() }],
]);

test("tensors come back as they were, in their order", () => {
  const bytes = writeSafetensors(TENSORS, { dtype: "F32" });
  expect([...readSafetensors(bytes)]).toEqual(
    [...TENSORS].map(([name, tensor]) => [name, { ...tensor, values: tensor.values.slice() }]),
  );
});

test("half precision rounds to the nearest half, and takes half the bytes of the values", () => {
  const back = readSafetensors(writeSafetensors(TENSORS, { dtype: "F16" }));
  expect(back.get("a1.bias")?.values).toEqual(Float32Array.of(8));
  expect(back.get("a1.weight")?.values[2]).toBe(0.0010004043579101562);
});

test("the file is laid out as the format says: length, JSON padded by spaces to 8 bytes, values", () => {
  const bytes = writeSafetensors(TENSORS, { dtype: "F32", metadata: { format: "test" } });
  const headerBytes = Number(new DataView(bytes.buffer).getBigUint64(0, true));
  expect(headerBytes % 8).toBe(0);
  expect(bytes.length).toBe(8 + headerBytes + 16);
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + headerBytes)));
  expect(header).toEqual({
    __metadata__: { format: "test" },
    "a1.weight": { dtype: "F32", shape: [1, 3], data_offsets: [0, 12] },
    "a1.bias": { dtype: "F32", shape: [1], data_offsets: [12, 16] },
    none: { dtype: "F32", shape: [0], data_offsets: [16, 16] },
  });
  expect(readSafetensors(bytes).size).toBe(3);
});
