import { expect, test } from "vitest";
import { volumeStem } from "./volume-stem";

test.each([
  ["cell.mrc", "cell"],
  ["cell.rec.GZ", "cell"],
  ["a.b.em.bz2", "a.b"],
  ["cell.gz", "cell"],
  ["cell", "cell"],
  ["cell.mrc.txt", "cell.mrc.txt"],
  ["march", "march"],
])("%s is %s", (fileName, stem) => {
  expect(volumeStem(fileName)).toBe(stem);
});
