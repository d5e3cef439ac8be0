import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createMrcSink } from "../io/mrc/mrc-writer";
import { createBlobSink } from "../io/source/blob-sink";
import { runCaptured } from "../testing/run-captured";
import { runCli } from "./run-cli";

let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "tomoscope-distances-"));
  // A plane of label 1 at x = 4, in voxels of 10 Å.
  const shape = [6, 8, 20] as const;
  const bytes = createBlobSink();
  const voxelSizeAngstrom = { x: 10, y: 10, z: 10 };
  const sink = createMrcSink(
    {
      role: "labels",
      name: "labels.mrc",
      shape,
      dtype: "int8",
      voxelSizeAngstrom,
      originAngstrom: { x: 0, y: 0, z: 0 },
      labels: [],
    },
    bytes,
  );
  await sink.write(Float32Array.from({ length: 6 * 8 * 20 }, (_, i) => (i % 20 === 4 ? 1 : 0)));
  await sink.close();
  writeFileSync(join(folder, "labels.mrc"), new Uint8Array(await bytes.blob().arrayBuffer()));
  writeFileSync(join(folder, "found.csv"), "label,x,y,z\n2,4,3,3\n2,14.5,3,3\n2,0,3,3\n");
});
afterAll(() => rmSync(folder, { recursive: true }));

const distances = (...flags: string[]) =>
  runCaptured(runCli, ["distances", "found.csv", "--labels", "labels.mrc", ...flags], folder);

test("each particle with its distance to the nearest voxel of the class, in Å", async () => {
  const { code, stdout } = await distances("--to", "1");
  expect(code).toBe(0);
  expect(stdout.trim().split("\n")).toEqual([
    "id,label,x,y,z,distance_angstrom",
    "1,2,4,3,3,0",
    "2,2,14.5,3,3,105",
    "3,2,0,3,3,40",
  ]);
  await distances("--to", "1", "-o", "distances.csv");
  expect(readFileSync(join(folder, "distances.csv"), "utf8")).toBe(stdout);
});

test("a class without voxels leaves the distance out; what is no label is refused", async () => {
  expect((await distances("--to", "7")).stdout).toMatch(/^1,2,4,3,3,$/m);
  const wrong = await distances("--to", "0");
  expect([wrong.code, wrong.stderr]).toEqual([expect.any(Number), expect.stringMatching(/from 1 to 255/)]);
});
