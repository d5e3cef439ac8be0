import { expect, test } from "vitest";
import { createReferenceFourier3 } from "../fourier/fourier3";
import { createCtfCorrector, USUAL_WIENER } from "../microscope/correct-ctf";
import { fillNormal } from "../random/philox";
import { checkParams } from "../task/params";
import type { Shape3 } from "../volume/shape";
import type { VolumeReader, VolumeSpec } from "../volume/volume";
import { CORRECT_CTF } from "./correct-ctf";

const SHAPE: Shape3 = [3, 20, 32];
const PIXELS = 20 * 32;
const values = new Float32Array(3 * PIXELS);
fillNormal(values, 1, 0);

const backend = { createFourier3: async (shape: Shape3) => createReferenceFourier3(shape) };

const stackOf = (size = 5): VolumeReader => ({
  meta: {
    name: "series.st",
    shape: SHAPE,
    dtype: "int16",
    voxelSizeAngstrom: { x: size, y: size, z: 1 },
    originAngstrom: { x: 1, y: 2, z: 3 },
    warnings: [],
  },
  readBox: async ({ z0, z1 }) => values.slice(z0 * PIXELS, z1 * PIXELS),
});

async function correct(
  given: Record<string, unknown>,
  known: { tiltsDeg?: number[]; defociMicrometre?: number[] } = {},
  stack = stackOf(),
) {
  const written: Float32Array[] = [];
  const specs: VolumeSpec[] = [];
  const notes: string[] = [];
  const output = await CORRECT_CTF.run(
    { stack, tiltsDeg: null, defociMicrometre: null, ...known, backend },
    checkParams(CORRECT_CTF.params, given),
    {
      signal: new AbortController().signal,
      onProgress: ({ note }) => notes.push(note),
      breathe: async () => {},
      async createVolume(spec) {
        specs.push(spec);
        return { write: async (image) => void written.push(Float32Array.from(image)), close: async () => {} };
      },
    },
  );
  return { output, written, spec: specs[0], notes };
}

test("each image is corrected for its own defocus, or all for the one that is given", async () => {
  const defociMicrometre = [2, 2.5, 3];
  const { output, written, spec, notes } = await correct({}, { defociMicrometre });
  expect(output).toEqual({ shape: SHAPE, defociMicrometre });
  expect(spec).toMatchObject({
    role: "tilt-series",
    name: "series-ctf-corrected.mrc",
    shape: SHAPE,
    voxelSizeAngstrom: { x: 5, y: 5, z: 1 },
    originAngstrom: { x: 1, y: 2, z: 3 },
  });
  expect(notes).toEqual(["image 1 of 3", "image 2 of 3", "image 3 of 3"]);
  const optics = {
    voltageKv: 300,
    sphericalAberrationMm: 2.7,
    amplitudeContrast: 0.07,
    phaseShiftDeg: 0,
    bFactorAngstrom2: 0,
  };
  const size = { height: 20, width: 32, pixelSizeAngstrom: 5 };
  const flip = { method: "phase-flip", ...USUAL_WIENER } as const;
  const corrector = await createCtfCorrector(size, { voltageKv: 300, defociMicrometre }, flip, backend);
  for (const [i, defocusMicrometre] of defociMicrometre.entries()) {
    const image = values.slice(i * PIXELS, (i + 1) * PIXELS);
    expect(written[i]).toEqual(await corrector.correct(image, { ...optics, defocusMicrometre }));
  }
  const same = await correct({ defocusMicrometre: 3 }, { defociMicrometre });
  expect(same.output.defociMicrometre).toEqual([3, 3, 3]);
  expect(same.written[2]).toEqual(written[2]);
  expect(same.written[0]).not.toEqual(written[0]);
});

test("a pixel size that is given counts, and is written", async () => {
  const given = await correct({ defocusMicrometre: 3, pixelSizeAngstrom: 4 }, {}, stackOf(0));
  expect(given.spec.voxelSizeAngstrom).toEqual({ x: 4, y: 4, z: 4 });
  expect((await correct({ defocusMicrometre: 3 }, {}, stackOf(4))).written).toEqual(given.written);
});

test("refuses what it cannot know, in a sentence", async () => {
  await expect(correct({})).rejects.toThrow("The defocus of the images of series.st is unknown: state it.");
  await expect(correct({ defocusMicrometre: 3 }, {}, stackOf(0))).rejects.toThrow("gives no pixel size");
  await expect(correct({ defocusMicrometre: 3 }, { tiltsDeg: [0, 3] })).rejects.toThrow(
    "The numbers of tilts (2) and of images of series.st (3) differ.",
  );
  await expect(correct({}, { defociMicrometre: [3] })).rejects.toThrow("The numbers of defoci (1) and");
});
