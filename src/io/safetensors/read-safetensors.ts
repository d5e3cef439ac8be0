import { z } from "zod";
import { FormatError } from "../../core/errors";
import type { Tensor, Weights } from "../../core/nn/model";
import { float16Values } from "../../core/volume/float16";

/** The first eight bytes: how long the JSON is that follows. */
const LENGTH_BYTES = 8;

const TYPE_BYTES = { F16: 2, F32: 4 } as const;

const entrySchema = z.object({
  dtype: z.enum(["F16", "F32"], { error: (issue) => `${String(issue.input)} (F16 and F32 are read)` }),
  shape: z.array(z.number().int().nonnegative()),
  data_offsets: z.tuple([z.number().int().nonnegative(), z.number().int().nonnegative()]),
});

type Entry = z.infer<typeof entrySchema>;

function bad(what: string, fields: Readonly<Record<string, unknown>> = {}): never {
  throw new FormatError("bad-header", `The weights file cannot be read: ${what}.`, fields);
}

function parseJson(bytes: Uint8Array): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    bad("its header is not JSON");
  }
  if (typeof value !== "object" || value === null || Array.isArray(value))
    bad("its header is no JSON object");
  return value as Record<string, unknown>;
}

function readTensor(name: string, { dtype, shape, data_offsets }: Entry, data: Uint8Array): Tensor {
  const [start, end] = data_offsets;
  const count = shape.reduce((product, side) => product * side, 1);
  if (end - start !== count * TYPE_BYTES[dtype])
    bad(`tensor ${name} of shape ${shape.join(" × ")} (${dtype}) has ${end - start} bytes`, { name });
  if (end > data.length) bad(`tensor ${name} ends at byte ${end} of ${data.length}`, { name });
  // A copy of its own: aligned, and free of the rest of the file (`slice` of a Node Buffer would not copy).
  const { buffer } = new Uint8Array(data.subarray(start, end));
  if (dtype === "F32") return { shape, values: new Float32Array(buffer) };
  const halves = float16Values();
  return { shape, values: Float32Array.from(new Uint16Array(buffer), (bits) => halves[bits]) };
}

/**
 * Returns the tensors of a safetensors file by name, as f32 (F32 and F16 are read). Throws "bad-header" where the header, a
 * type, a shape or an offset is not right.
 */
export function readSafetensors(bytes: Uint8Array): Weights {
  if (bytes.length < LENGTH_BYTES) bad(`it has ${bytes.length} bytes`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const headerBytes = Number(view.getBigUint64(0, true));
  if (headerBytes > bytes.length - LENGTH_BYTES)
    bad(`its header is said to have ${headerBytes} bytes, the file has ${bytes.length}`);
  const header = parseJson(bytes.subarray(LENGTH_BYTES, LENGTH_BYTES + headerBytes));
  const data = bytes.subarray(LENGTH_BYTES + headerBytes);
  const weights = new Map<string, Tensor>();
  for (const [name, value] of Object.entries(header)) {
    if (name === "__metadata__") continue;
    const entry = entrySchema.safeParse(value);
    if (!entry.success) {
      const [{ path, message }] = entry.error.issues;
      bad(`tensor ${name}: ${path.join(".")} is ${message}`, { name });
    }
    weights.set(name, readTensor(name, entry.data, data));
  }
  return weights;
}
