import type { Weights } from "../../core/nn/model";
import { encodeFloat16s } from "../../core/volume/float16";

/** Tensors begin at multiples of this, as the format's own writer has it. */
const ALIGNMENT = 8;
const LENGTH_BYTES = 8;
const TYPE_BYTES = { F16: 2, F32: 4 } as const;

/** Returns the bytes of a safetensors file with the tensors in their order, and the texts that it carries beside them. */
export function writeSafetensors(
  tensors: Weights,
  { dtype, metadata }: { dtype: "F16" | "F32"; metadata?: Readonly<Record<string, string>> },
): Uint8Array<ArrayBuffer> {
  const header: Record<string, unknown> = metadata ? { __metadata__: metadata } : {};
  let end = 0;
  for (const [name, { shape, values }] of tensors) {
    const start = end;
    end += values.length * TYPE_BYTES[dtype];
    header[name] = { dtype, shape, data_offsets: [start, end] };
  }
  const json = new TextEncoder().encode(JSON.stringify(header));
  const headerBytes = Math.ceil(json.length / ALIGNMENT) * ALIGNMENT;
  const bytes = new Uint8Array(LENGTH_BYTES + headerBytes + end).fill(
    0x20,
    LENGTH_BYTES,
    LENGTH_BYTES + headerBytes,
  );
  new DataView(bytes.buffer).setBigUint64(0, BigInt(headerBytes), true);
  bytes.set(json, LENGTH_BYTES);
  let at = LENGTH_BYTES + headerBytes;
  for (const { values } of tensors.values()) {
    if (dtype === "F32") bytes.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength), at);
    else {
      const halves = new Uint16Array(values.length);
      encodeFloat16s(values, halves);
      bytes.set(new Uint8Array(halves.buffer), at);
    }
    at += values.length * TYPE_BYTES[dtype];
  }
  return bytes;
}
