import { existsSync, readFileSync } from "node:fs";
import { basename } from "node:path";
import { describe, expect, test } from "vitest";
import { memorySource } from "../source/memory-source";
import { openVolume } from "./open-volume";
import { readWholeStatistics } from "./read-whole-statistics";

const DATA = new URL("../../../../shared/data/", import.meta.url);
const FACTS = new URL("facts.json", DATA);

/** facts.json was summed exactly in f64; ours differs by rounding of about 10^5 additions of f64. */
const RELATIVE_TOLERANCE = 1e-12;

interface Fact {
  readonly format?: string;
  readonly shape?: readonly [number, number, number];
  readonly mode?: number;
  readonly voxel_size?: readonly number[];
  readonly min?: number;
  readonly max?: number;
  readonly mean?: number;
  readonly std?: number;
  readonly data?: null;
  readonly strict_error?: object;
  readonly header?: {
    readonly mapc_mapr_maps: readonly [number, number, number];
    readonly nxstart_nystart_nzstart: readonly number[];
    readonly origin_xyz: readonly number[];
    readonly nsymbt: number;
    readonly ispg: number;
    readonly exttyp: string;
    readonly machine_stamp: string;
  };
}

const facts: Record<string, Fact> = existsSync(FACTS) ? JSON.parse(readFileSync(FACTS, "utf8")) : {};
const volumes = Object.entries(facts).filter(([, { format }]) => format === "MRC" || format === "EM");

const read = (path: string) => memorySource(readFileSync(new URL(path, DATA)), basename(path));

const near = (value: number, expected: number, scale: number) =>
  expect(Math.abs(value - expected)).toBeLessThanOrEqual(RELATIVE_TOLERANCE * scale);

describe.skipIf(volumes.length === 0)("third-party volumes (skipped: ../shared/data is absent)", () => {
  test.each(volumes)("%s", async (path, fact) => {
    if (!fact.shape) {
      await expect(openVolume(read(path))).rejects.toThrow("is empty");
      return;
    }
    const volume = await openVolume(read(path));
    expect(volume.format).toBe(fact.format?.toLowerCase());
    expect(volume.mode).toBe(fact.mode ?? null);

    const { header } = fact;
    if (header) {
      const { x, y, z } = volume.meta.voxelSizeAngstrom;
      expect([x, y, z]).toEqual(fact.voxel_size);
      const [nc, nr, ns] = [fact.shape[2], fact.shape[1], fact.shape[0]];
      const along = (axis: number) => [nc, nr, ns][header.mapc_mapr_maps.indexOf(axis)];
      expect(volume.meta.shape).toEqual([along(3), along(2), along(1)]);
      expect(volume.fileShape).toEqual(header.mapc_mapr_maps.join() === "1,2,3" ? null : fact.shape);
      const { nxstart, nystart, nzstart, ispg, machineStamp, originX, originY, originZ } = volume.header;
      expect([nxstart, nystart, nzstart]).toEqual(header.nxstart_nystart_nzstart);
      expect([originX, originY, originZ]).toEqual(header.origin_xyz);
      expect(ispg).toBe(header.ispg);
      expect(machineStamp).toBe(header.machine_stamp);
      expect((await volume.readExtendedHeader()).length).toBe(header.nsymbt);
    } else expect(volume.meta.shape).toEqual(fact.shape);

    if (fact.strict_error) {
      expect(volume.meta.warnings.length).toBeGreaterThan(0);
      await expect(openVolume(read(path), { strict: true })).rejects.toThrow(basename(path));
    } else expect((await openVolume(read(path), { strict: true })).meta).toEqual(volume.meta);

    if (fact.data === null) {
      expect(volume.complete).toBe(false);
      await expect(readWholeStatistics(volume)).rejects.toThrow("is truncated");
      return;
    }
    expect(volume.complete).toBe(true);
    const { min, max, mean, std, nonFinite } = await readWholeStatistics(volume);
    expect([min, max, nonFinite]).toEqual([fact.min, fact.max, 0]);
    const scale = Math.max(Math.abs(max), Math.abs(min));
    near(mean, fact.mean as number, scale);
    near(std, fact.std as number, scale);
  });
});
