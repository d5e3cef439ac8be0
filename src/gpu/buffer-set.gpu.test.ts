import { afterAll, describe, expect, it } from "vitest";
import { testGpu } from "../testing/node-webgpu";
import { BufferSet } from "./buffer-set";

describe.skipIf(!testGpu)("buffer set", () => {
  const device = testGpu?.device as GPUDevice;
  afterAll(() => device?.destroy());

  it("keeps buffers that are large enough and replaces the set otherwise", async () => {
    const set = new BufferSet(device);
    const first = await set.take([256, 1024]);
    expect(await set.take([128, 1024])).toEqual(first);
    const larger = await set.take([512, 1024]);
    expect(larger.map(({ size }) => size)).toEqual([512, 1024]);
    expect(await set.take([16])).toHaveLength(1);
    set.free();
  });

  it("refuses what the device does not allow, and works on", async () => {
    const set = new BufferSet(device);
    const tooLarge = device.limits.maxStorageBufferBindingSize + 4;
    await expect(set.take([16, tooLarge])).rejects.toMatchObject({ tag: "out-of-memory" });
    expect(await set.take([16])).toHaveLength(1);
    set.free();
  });
});
