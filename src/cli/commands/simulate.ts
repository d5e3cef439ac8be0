import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import type { SimulateOutput } from "../../core/operations/results";
import { SIMULATE } from "../../core/operations/simulate";
import { imagingWith } from "../../core/operations/simulate-imaging";
import { rescaleScene } from "../../core/simulate/rescale-scene";
import type { Provenance } from "../../core/task/operation";
import { checkParams } from "../../core/task/params";
import { PARTICLE_FORMATS } from "../../io/particle-formats";
import { writeRecipe } from "../../io/recipe/read-recipe";
import { writeMdoc } from "../../io/tilts/write-mdoc";
import { writeTilts } from "../../io/tilts/write-tilts";
import { checkOutputs } from "../check-outputs";
import { type Command, hasFlag, JSON_FLAG, requiredFlag } from "../command";
import { fileSink } from "../file-sink";
import { loadRecipe, RECIPE_FLAGS } from "../load-recipe";
import { paramFlags, paramsFromFlags } from "../param-flags";
import { runOperation } from "../run-operation";
import { SHAPE_FLAG, shapeFrom } from "../shape-flag";
import { simulationPicture } from "../simulation-picture";
import { stagedFolder } from "../staged-folder";
import { writeTextFile } from "../text-files";
import { BACKEND_FLAGS, withBackend } from "../with-backend";

/** What a simulation may leave in its folder. */
const FILES: readonly string[] = [
  ...["tomogram", "density", "labels", "instances", "membrane-distance", "tilt-series"].map(
    (role) => `${role}.mrc`,
  ),
  ...PARTICLE_FORMATS.map(({ extension }) => `particles${extension}`),
  "tilt-series.tlt",
  "tilt-series.mdoc",
  "recipe.json",
  "provenance.json",
  "preview.png",
];

function summary(
  out: string,
  { placed, occupancy, measuredSnr }: SimulateOutput,
  { seconds, backend }: Provenance,
) {
  const lines = placed.map(
    ({ name, asked, placed: found }) =>
      `  ${String(found).padStart(6)} ${name}${found < asked ? ` (${asked} asked for, no room for the others)` : ""}`,
  );
  const snr = measuredSnr === null ? "no noise" : `SNR ${measuredSnr.toPrecision(3)}`;
  const head = `${out}: ${(100 * occupancy).toFixed(1)} % of the volume filled, ${snr}, in ${seconds.toFixed(1)} s, ${backend}`;
  return [head, ...lines, ""].join("\n");
}

/** Writes particles in every format, the angles of the tilts, the recipe as it was used, and how it was done. */
async function writeTexts(
  folder: string,
  texts: Readonly<Record<string, string>>,
  io: Parameters<Command["run"]>[1],
) {
  for (const [name, text] of Object.entries(texts)) await writeTextFile(join(folder, name), text, io);
}

export const simulateCommand: Command = {
  name: "simulate",
  summary: SIMULATE.summary,
  operands: [],
  flags: {
    out: {
      short: "o",
      value: "DIR",
      help: "Where everything goes: tomogram, truth, tilt series, particles, recipe and a picture.",
    },
    ...RECIPE_FLAGS,
    shape: SHAPE_FLAG,
    ...paramFlags(SIMULATE.params),
    ...BACKEND_FLAGS,
    json: JSON_FLAG,
  },
  async run(args, io) {
    const out = requiredFlag(args, "out");
    const shape = shapeFrom(args);
    const params = checkParams(SIMULATE.params, paramsFromFlags(SIMULATE.params, args));
    const { recipe, source, structures, files, seenFrom } = await loadRecipe(args, io);
    const used = {
      ...recipe,
      scene: shape ? rescaleScene(recipe.scene, shape) : recipe.scene,
      imaging: imagingWith(recipe.imaging, params),
    };
    if (existsSync(resolve(io.cwd, out)))
      await checkOutputs(
        FILES.map((name) => ["--out", join(out, name)] as const),
        files,
        io,
      );
    const staged = await stagedFolder(out, io);
    try {
      const { output, provenance } = await withBackend(args, (backend) =>
        runOperation(SIMULATE, { recipe: used, structures, backend }, params, io, {
          fileFor: ({ role }) => join(staged.path, `${role}.mrc`),
          inputNames: [source],
          backend: backend.description,
        }),
      );
      const list = { ...output.list, volumeName: "tomogram.mrc" };
      const { seconds: _, ...made } = provenance; // so that the same run gives the same bytes
      const { placed, occupancy, measuredSnr, tiltsDeg, defociMicrometre } = output;
      await writeTexts(
        staged.path,
        {
          ...Object.fromEntries(
            PARTICLE_FORMATS.map(({ extension, write }) => [`particles${extension}`, write(list)]),
          ),
          ...(tiltsDeg.length > 0 && {
            "tilt-series.tlt": writeTilts(tiltsDeg),
            "tilt-series.mdoc": writeMdoc({
              imageFile: "tilt-series.mrc",
              pixelSizeAngstrom: recipe.scene.voxelSizeAngstrom,
              tiltsDeg,
              defociMicrometre,
            }),
          }),
          "recipe.json": writeRecipe(seenFrom(resolve(io.cwd, out), used)),
          "provenance.json": `${JSON.stringify({ ...made, placed, occupancy, measuredSnr, defociMicrometre }, null, 1)}\n`,
        },
        io,
      );
      const png = await fileSink(join(staged.path, "preview.png"));
      await png.write(0, await simulationPicture(staged.path, list.classes, io));
      await png.close();
      await staged.publish(FILES);
      io.stdout.write(
        hasFlag(args, "json")
          ? `${JSON.stringify({ out, shape: used.scene.shape, placed, occupancy, measuredSnr, provenance })}\n`
          : summary(out, output, provenance),
      );
    } catch (error) {
      await staged.discard();
      throw error;
    }
  },
};
