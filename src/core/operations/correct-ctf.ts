import type { Backend } from "../backend";
import { ComputeError } from "../errors";
import { createCtfCorrector, USUAL_WIENER } from "../microscope/correct-ctf";
import { MICROSCOPE_PARAMS } from "../microscope/ctf-params";
import type { Operation } from "../task/operation";
import type { ParamSpec, ParamValues } from "../task/params";
import type { TaskContext } from "../task/task";
import type { Shape3 } from "../volume/shape";
import { knownVoxelSizeAngstrom, type VolumeReader } from "../volume/volume";
import { volumeStem } from "../volume/volume-stem";

const CORRECT_CTF_PARAMS = {
  defocusMicrometre: {
    kind: "auto-number",
    label: "Defocus",
    help: "Of every image; underfocus is positive. Automatic: that of each image, from the file of the tilts.",
    default: null,
    min: -30,
    max: 30,
    step: 0.1,
    unit: "µm",
    flag: "defocus",
  },
  method: {
    kind: "choice",
    label: "Method",
    help: "Phase flip turns back what the CTF has turned and nothing else; Wiener also weights by what the CTF has left.",
    default: "phase-flip",
    choices: [
      { value: "phase-flip", label: "Phase flip" },
      { value: "wiener", label: "Wiener" },
    ],
  },
  ...MICROSCOPE_PARAMS,
  snr: {
    kind: "number",
    label: "SNR at low frequencies",
    help: "Of the spectrum, for the Wiener filter: more restores more of what is weak, and more noise.",
    default: USUAL_WIENER.snr,
    min: 0.001,
    max: 1e6,
    advanced: true,
  },
  snrFalloffAngstrom: {
    kind: "number",
    label: "Fall of the SNR",
    help: "The SNR at frequency k is that at low ones times exp(−this·k): more smooths more.",
    default: USUAL_WIENER.snrFalloffAngstrom,
    min: 0,
    max: 1e4,
    unit: "Å",
    flag: "snr-falloff",
    advanced: true,
  },
  pixelSizeAngstrom: {
    kind: "auto-number",
    label: "Pixel size",
    help: "Where the header of the stack is wrong or silent.",
    default: null,
    min: 0.1,
    max: 1000,
    unit: "Å",
    flag: "pixel-size",
    advanced: true,
  },
} as const satisfies ParamSpec;

type CorrectCtfParams = ParamValues<typeof CORRECT_CTF_PARAMS>;

/** A stack of images, one section each, and what is known of them. */
interface CorrectCtfInputs {
  readonly stack: VolumeReader;
  /** From a file beside the stack, one for each image; null where there is none. */
  readonly tiltsDeg: readonly number[] | null;
  readonly defociMicrometre: readonly number[] | null;
  readonly backend: Pick<Backend, "createFourier3">;
}

/** Corrects the CTF of a tilt series, image by image: holds one image at a time. */
export const CORRECT_CTF: Operation<
  typeof CORRECT_CTF_PARAMS,
  CorrectCtfInputs,
  { readonly shape: Shape3; readonly defociMicrometre: readonly number[] }
> = {
  id: "correct-ctf",
  label: "Correct CTF",
  summary: "Corrects the contrast transfer of a tilt series, by phase flip or Wiener filter.",
  params: CORRECT_CTF_PARAMS,

  estimate([images, height, width]: Shape3) {
    const pixels = height * width;
    return { bytes: 24 * pixels, flops: images * pixels * (30 + 10 * Math.log2(Math.max(2, pixels))) };
  },

  async run(inputs: CorrectCtfInputs, params: CorrectCtfParams, context: TaskContext) {
    const { stack, backend } = inputs;
    const { meta } = stack;
    const { shape } = meta;
    const [count, height, width] = shape;
    const defociMicrometre = defociOf(inputs, params);
    const pixelSizeAngstrom = pixelSizeOf(stack, params);
    const corrector = await createCtfCorrector(
      { height, width, pixelSizeAngstrom },
      { voltageKv: params.voltageKv, defociMicrometre },
      params,
      backend,
    );
    try {
      const { x, y, z } = meta.voxelSizeAngstrom;
      const how = params.method === "wiener" ? "Wiener filter" : "phase flip";
      const sink = await context.createVolume({
        role: "tilt-series",
        name: `${volumeStem(meta.name)}-ctf-corrected.mrc`,
        shape,
        dtype: "float32",
        voxelSizeAngstrom: params.pixelSizeAngstrom
          ? { x: pixelSizeAngstrom, y: pixelSizeAngstrom, z: pixelSizeAngstrom }
          : { x, y, z },
        originAngstrom: meta.originAngstrom,
        labels: [`Tomoscope: CTF corrected by ${how}`],
      });
      for (const [i, defocusMicrometre] of defociMicrometre.entries()) {
        const image = await stack.readBox({ z0: i, y0: 0, x0: 0, z1: i + 1, y1: height, x1: width });
        const optics = { ...params, defocusMicrometre, bFactorAngstrom2: 0 };
        await sink.write(await corrector.correct(image, optics));
        context.onProgress({ done: i + 1, total: count, note: `image ${i + 1} of ${count}` });
        await context.breathe();
      }
      await sink.close();
      return { shape, defociMicrometre };
    } finally {
      corrector.dispose();
    }
  },
};

/** The defocus of each image; throws where it is not known, and where there are more or fewer tilts than images. */
function defociOf(
  { stack, tiltsDeg, defociMicrometre }: CorrectCtfInputs,
  { defocusMicrometre }: CorrectCtfParams,
): readonly number[] {
  const { name, shape } = stack.meta;
  const count = shape[0];
  for (const [what, list] of [
    ["tilts", tiltsDeg],
    ["defoci", defociMicrometre],
  ] as const)
    if (list && list.length !== count) {
      const sentence = `The numbers of ${what} (${list.length}) and of images of ${name} (${count}) differ.`;
      throw new ComputeError("bad-input", sentence, { images: count, [what]: list.length });
    }
  if (defocusMicrometre !== null) return new Array<number>(count).fill(defocusMicrometre);
  if (defociMicrometre) return defociMicrometre;
  throw new ComputeError("bad-parameter", `The defocus of the images of ${name} is unknown: state it.`, {
    name: "defocusMicrometre",
  });
}

function pixelSizeOf({ meta }: VolumeReader, { pixelSizeAngstrom }: CorrectCtfParams): number {
  const { x, y } = meta.voxelSizeAngstrom;
  // The sections of a stack are no voxels: their distance says nothing.
  const known = pixelSizeAngstrom ?? knownVoxelSizeAngstrom({ x, y, z: x });
  if (known !== null) return known;
  throw new ComputeError(
    "bad-parameter",
    `${meta.name} gives no pixel size that is the same along x and y: state it.`,
    {
      name: "pixelSizeAngstrom",
    },
  );
}
