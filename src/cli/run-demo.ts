import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { UNKNOWN_FRAME } from "../core/particles/particle-format";
import type { Box } from "../core/volume/shape";
import { PARTICLE_FORMATS } from "../io/particle-formats";
import { particleJson } from "../io/particle-json/particle-json";
import type { CliIo } from "./command";
import { writeDemoPictures } from "./demo-pictures";
import { publicFile } from "./public-files";
import { runCli } from "./run-cli";
import { withVolume } from "./with-volume";

/** A part of the sample with a membrane, ribosomes and proteasomes; its longest chain takes some seconds. */
const BOX: Box = { z0: 16, y0: 80, x0: 80, z1: 80, y1: 144, x1: 144 };
const ITERATIONS = "60";
const BURN_IN = "20";

/**
 * Does the main job on the bundled sample: restores a box, segments, localizes, evaluates; prints what the commands print,
 * and writes volumes, lists in every format and pictures into `folder`. Returns the exit code.
 */
export async function runDemo(folder: string, io: CliIo): Promise<number> {
  const started = performance.now();
  await mkdir(folder, { recursive: true });
  const inFolder = (name: string) => relative(io.cwd, join(folder, name));
  const sample = relative(io.cwd, publicFile("samples/cell-sample.mrc"));
  const truth = relative(io.cwd, publicFile("samples/cell-sample-truth.json"));
  const box = [BOX.z0, BOX.y0, BOX.x0, BOX.z1, BOX.y1, BOX.x1].join();
  const steps = [
    ["info", sample],
    [
      ...["restore", sample, "--method", "mwr", "--tilt", "-60,60", "--box", box, "--seed", "1"],
      ...["--iterations", ITERATIONS, "--burn-in", BURN_IN, "-o", inFolder("restored.mrc")],
      ...["--std", inFolder("std.mrc"), "--trace", inFolder("trace.json")],
    ],
    ["segment", sample, "-o", inFolder("labels.mrc"), "--score", inFolder("score.mrc")],
    [
      ...["localize", inFolder("labels.mrc"), "--score", inFolder("score.mrc")],
      ...["--tomogram", "cell-sample.mrc", "-o", inFolder("particles.json")],
    ],
    ["evaluate", inFolder("particles.json"), "--truth", truth, "--radius-voxels", "10"],
  ];
  for (const argv of steps) {
    io.stdout.write(`\n$ tomoscope ${argv.join(" ")}\n`);
    const code = await runCli(argv, io);
    if (code !== 0) return code;
  }

  const list = particleJson.read(await readFile(join(folder, "particles.json"), "utf8"), UNKNOWN_FRAME);
  for (const format of PARTICLE_FORMATS)
    await writeFile(join(folder, `particles${format.extension}`), format.write(list));

  const pictures = await withVolume(sample, io, (cell) =>
    withVolume(inFolder("restored.mrc"), io, (restored) =>
      withVolume(inFolder("std.mrc"), io, (std) =>
        withVolume(inFolder("labels.mrc"), io, (labels) =>
          writeDemoPictures(folder, { cell, restored, std, labels }, BOX, list),
        ),
      ),
    ),
  );
  const seconds = Math.round((performance.now() - started) / 1000);
  io.stdout.write(
    [
      "",
      `Done in ${seconds} s. ${relative(io.cwd, folder) || "."} holds`,
      "  volumes   restored.mrc, std.mrc, labels.mrc, score.mrc",
      `  lists     ${PARTICLE_FORMATS.map(({ extension }) => `particles${extension}`).join(", ")}`,
      `  pictures  ${pictures.join(", ")}`,
      "",
    ].join("\n"),
  );
  return 0;
}
