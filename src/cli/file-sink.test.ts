import {
  existsSync,
  lstatSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { fileSink } from "./file-sink";
import { fileSource } from "./file-source";

const folder = mkdtempSync(join(tmpdir(), "tomoscope-"));
afterAll(() => rmSync(folder, { recursive: true }));

test("what was written is there under its name only after close", async () => {
  const path = join(folder, "a.mrc");
  writeFileSync(path, "before");
  const sink = await fileSink(path);
  await sink.write(4, Uint8Array.of(5, 6));
  await sink.write(0, Uint8Array.of(1, 2));
  expect(readFileSync(path, "utf8")).toBe("before");
  await sink.close();
  expect([...readFileSync(path)]).toEqual([1, 2, 0, 0, 5, 6]);
  expect(readdirSync(folder)).toEqual(["a.mrc"]);

  const source = await fileSource(path);
  expect([source.name, source.size]).toEqual(["a.mrc", 6]);
  expect(await source.read(1, 4)).toEqual(Uint8Array.of(2, 0, 0, 5));
  await expect(source.read(3, 4)).rejects.toMatchObject({ tag: "truncated" });
  await source.close();
});

test("a link stays a link, and what is no file is left in its place", async () => {
  const path = join(folder, "far.mrc");
  const link = join(folder, "link.mrc");
  writeFileSync(path, "before");
  symlinkSync(path, link);
  const sink = await fileSink(link);
  await sink.write(0, Uint8Array.of(1));
  await sink.close();
  expect(lstatSync(link).isSymbolicLink()).toBe(true);
  expect([...readFileSync(path)]).toEqual([1]);

  const nowhere = await fileSink("/dev/null");
  await nowhere.write(0, Uint8Array.of(1));
  await nowhere.close();
  expect(lstatSync("/dev/null").isCharacterDevice()).toBe(true);
});

test("what is discarded leaves nothing", async () => {
  const path = join(folder, "b.mrc");
  const sink = await fileSink(path);
  await sink.write(0, Uint8Array.of(1));
  await sink.discard();
  expect(existsSync(path)).toBe(false);
  expect(readdirSync(folder)).not.toContainEqual(expect.stringContaining("b.mrc"));
});

test("a file that became shorter after it was opened is truncated", async () => {
  const path = join(folder, "c.mrc");
  writeFileSync(path, "12345678");
  const source = await fileSource(path);
  writeFileSync(path, "1234");
  await expect(source.read(2, 4)).rejects.toThrow(
    "c.mrc is truncated: bytes 2 to 6 were asked for, it has 4.",
  );
  await source.close();
});

test("what cannot be opened says why", async () => {
  const missing = join(folder, "missing.mrc");
  await expect(fileSource(missing)).rejects.toThrow(`${missing} cannot be opened: there is no such file.`);
  await expect(fileSource(folder)).rejects.toThrow(`${folder} cannot be opened: it is a folder.`);
  const absent = join(folder, "no", "a.mrc");
  await expect(fileSink(absent)).rejects.toThrow(`${absent} cannot be written: there is no such folder.`);
});
