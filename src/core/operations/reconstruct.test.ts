import { expect, test } from "vitest";
import { createReferenceFourier3 } from "../fourier/fourier3";
import { fillNormal } from "../random/philox";
import { checkParams } from "../task/params";
import { backProjectWeighted } from "../tomography/back-project-weighted";
import { prepareImage } from "../tomography/prepare-image";
import { createReferenceTomographyKernels } from "../tomography/reference-tomography-kernels";
import type { TomographySpec } from "../tomography/tomography-kernels";
import type { Shape3 } from "../volume/shape";
import type { VolumeReader, VolumeSpec } from "../volume/volume";
import { RECONSTRUCT } from "./reconstruct";

const TILTS = [-40, -20, 0, 20, 40];
const [HEIGHT, WIDTH] = [18, 24];
const values = new Float32Array(TILTS.length * HEIGHT * WIDTH);
fillNormal(values, 1, 0);
const imageAt = (images: Float32Array, i: number) =>
  images.slice(i * HEIGHT * WIDTH, (i + 1) * HEIGHT * WIDTH);

const backend = {
  createTomographyKernels: async (spec: TomographySpec) => createReferenceTomographyKernels(spec),
  createFourier3: async (shape: Shape3) => createReferenceFourier3(shape),
};

function stackOf(images: Float32Array, [height, width] = [HEIGHT, WIDTH], size = 5): VolumeReader {
  const pixels = height * width;
  return {
    meta: {
      name: "series.st",
      shape: [images.length / pixels, height, width],
      dtype: "float32",
      voxelSizeAngstrom: { x: size, y: size, z: 1 },
      originAngstrom: { x: 1, y: 2, z: 3 },
      warnings: [],
    },
    readBox: async ({ z0, z1 }) => images.slice(z0 * pixels, z1 * pixels),
  };
}

async function run(
  given: Record<string, unknown>,
  stack = stackOf(values),
  tiltsDeg: readonly number[] = TILTS,
) {
  const sections: Float32Array[] = [];
  const specs: VolumeSpec[] = [];
  const shares: number[] = [];
  const output = await RECONSTRUCT.run({ stack, tiltsDeg, backend }, checkParams(RECONSTRUCT.params, given), {
    signal: new AbortController().signal,
    onProgress: ({ done, total }) => shares.push(done / total),
    breathe: async () => {},
    async createVolume(spec) {
      specs.push(spec);
      return { write: async (part) => void sections.push(Float32Array.from(part)), close: async () => {} };
    },
  });
  const volume = new Float32Array(sections.length * sections[0].length);
  sections.forEach((section, z) => {
    volume.set(section, z * section.length);
  });
  return { output, volume, spec: specs[0], shares };
}

const PLAIN = { normalize: false, taperEdges: false };

test("is the back-projection of the images as they are, if nothing else is asked for", async () => {
  const { output, volume, spec, shares } = await run({ ...PLAIN, thickness: 7 });
  expect(spec).toMatchObject({
    role: "tomogram",
    name: "series-reconstructed.mrc",
    shape: [7, HEIGHT, WIDTH],
    dtype: "float32",
    voxelSizeAngstrom: { x: 5, y: 5, z: 5 },
  });
  expect(output).toEqual({ shape: [7, HEIGHT, WIDTH], tiltsDeg: TILTS, residuals: null });
  const geometry = { shape: [7, HEIGHT, WIDTH] as Shape3, imageWidth: WIDTH, tiltsDeg: TILTS };
  const ramp = { weighting: "ramp", window: "none", thickness: 7 } as const;
  const expected = await backProjectWeighted(
    values,
    geometry,
    ramp,
    backend,
    async () => {},
    () => {},
  );
  expect(volume).toEqual(expected);
  expect(shares).toEqual(shares.toSorted((a, b) => a - b));
  expect(shares.at(-1)).toBeCloseTo(1, 9);
  expect((await run({ thickness: 7, invertContrast: true, ...PLAIN })).volume).toEqual(
    expected.map((v) => -v),
  );
});

test("by default a quarter as thick as wide; SIRT says how near it came", async () => {
  const { output } = await run({ method: "sirt", iterations: 3 });
  expect(output.shape).toEqual([6, HEIGHT, WIDTH]);
  expect(output.residuals).toHaveLength(4);
  expect(output.residuals?.[3]).toBeLessThan(1);
});

test("images in any order are sorted by their tilts, whose sign may be turned", async () => {
  const order = [3, 0, 4, 1, 2];
  const shuffled = new Float32Array(values.length);
  order.forEach((image, i) => {
    shuffled.set(imageAt(values, image), i * HEIGHT * WIDTH);
  });
  const sorted = await run({});
  const from = await run(
    {},
    stackOf(shuffled),
    order.map((image) => TILTS[image]),
  );
  expect(from.volume).toEqual(sorted.volume);
  const negative = await run(
    { invertTilts: true },
    undefined,
    TILTS.map((tilt) => -tilt),
  );
  expect(negative.volume).toEqual(sorted.volume);
  expect((await run({ invertTilts: true })).volume).not.toEqual(sorted.volume);
});

test("a tilt axis along x is one along y of images turned over", async () => {
  const turned = new Float32Array(values.length);
  for (let i = 0, at = 0; i < TILTS.length; i++)
    for (let y = 0; y < HEIGHT; y++)
      for (let x = 0; x < WIDTH; x++, at++) turned[(i * WIDTH + x) * HEIGHT + y] = values[at];
  const upright = await run({ thickness: 5 });
  const across = await run({ thickness: 5, tiltAxis: "x" }, stackOf(turned, [WIDTH, HEIGHT]));
  expect(across.spec.shape).toEqual([5, WIDTH, HEIGHT]);
  for (let z = 0; z < 5; z++)
    for (let y = 0; y < HEIGHT; y++)
      for (let x = 0; x < WIDTH; x++) {
        const expected = upright.volume[(z * HEIGHT + y) * WIDTH + x];
        expect(across.volume[(z * WIDTH + x) * HEIGHT + y]).toBe(expected);
      }
});

test("binning takes means, and makes voxels larger; what does not fill a bin is left out around the middle", async () => {
  const { spec } = await run({ binning: "4" });
  expect(spec).toMatchObject({ shape: [2, 4, 6], voxelSizeAngstrom: { x: 20, y: 20, z: 20 } });
  expect((await run({ binning: "2" }, stackOf(values, undefined, 0))).spec.voxelSizeAngstrom.x).toBe(0);
  expect((await run({ binning: "2", pixelSizeAngstrom: 3 })).spec.voxelSizeAngstrom.x).toBe(6);
  const image = Float32Array.from({ length: 5 * 7 }, (_, i) => i);
  const plain = { ...PLAIN, binning: 4, invertContrast: false, tiltAxis: "y" } as const;
  // Rows 0–3 of 5 and columns 1–4 of 7.
  expect([...prepareImage(image, 5, 7, plain)]).toEqual([(0 + 3) * 3.5 + 2.5]);
});

test("images are brought to mean 0 and deviation 1, and fade at the borders across the axis only", () => {
  const image = imageAt(values, 0).map((value) => 300 + 50 * value);
  const plain = {
    binning: 1,
    normalize: true,
    invertContrast: false,
    taperEdges: false,
    tiltAxis: "y",
  } as const;
  const normal = prepareImage(image, HEIGHT, WIDTH, plain);
  const mean = normal.reduce((a, b) => a + b, 0) / normal.length;
  expect(mean).toBeCloseTo(0, 5);
  expect(normal.reduce((sum, value) => sum + (value - mean) ** 2, 0) / normal.length).toBeCloseTo(1, 5);
  const wide = new Float32Array(4 * 200).fill(1);
  const faded = prepareImage(wide, 4, 200, { ...plain, normalize: false, taperEdges: true });
  expect([...faded.subarray(4, 196)].every((value) => value === 1)).toBe(true);
  for (let s = 0; s < 4; s++) {
    expect(faded[s]).toBeGreaterThan(s === 0 ? 0 : faded[s - 1]);
    expect(faded[s]).toBeLessThan(1);
    expect(faded[199 - s]).toBe(faded[s]);
    expect(faded[3 * 200 + s]).toBe(faded[s]);
  }
  expect([...prepareImage(new Float32Array(16).fill(7), 4, 4, plain)]).toEqual(new Array(16).fill(0));
});

test("refuses what cannot be, in a sentence", async () => {
  await expect(run({}, undefined, [0, 1])).rejects.toThrow(
    "The numbers of tilts (2) and of images of series.st (5) differ.",
  );
  await expect(run({ lowPassAngstrom: 20 }, stackOf(values, undefined, 0))).rejects.toThrow(
    "series.st gives no pixel size, which a low-pass in ångström needs: state it.",
  );
  const broken = values.slice();
  broken[HEIGHT * WIDTH + 2 * WIDTH + 3] = Number.NaN;
  await expect(run({}, stackOf(broken))).rejects.toThrow(
    "The pixel at x 3, y 2 of image 2 of series.st is NaN, no number.",
  );
  await expect(run({ binning: "8" }, stackOf(values.slice(0, 40), [2, 4]))).rejects.toThrow(
    "Images of 4 × 2 pixels leave nothing at this binning: choose less.",
  );
  const huge = stackOf(values);
  const meta = { ...huge.meta, shape: [5, 4096, 4096] as Shape3 };
  await expect(run({ thickness: 1000 }, { ...huge, meta })).rejects.toThrow(
    "Tomograms of 1000 × 4096 × 4096 voxels take 62.5 GiB of at most 2: choose more binning, or less thickness.",
  );
});

test("the estimate grows with tilts, thickness and iterations", () => {
  const estimate = (given: object, tilts = 41) =>
    RECONSTRUCT.estimate([tilts, 512, 512], checkParams(RECONSTRUCT.params, { thickness: 128, ...given }));
  const { bytes, flops } = estimate({});
  expect(bytes).toBeGreaterThan(4 * (41 + 128) * 512 ** 2);
  expect(estimate({}, 82).flops).toBeCloseTo(2 * flops, -6);
  expect(estimate({ method: "sirt", iterations: 10 }).flops).toBeGreaterThan(15 * 8 * 41 * 128 * 512 ** 2);
  expect(estimate({ binning: "2", thickness: 64 }).bytes).toBeLessThan(bytes / 3);
});
