import { execFileSync } from "node:child_process";
import type { Fourier3 } from "../src/core/fourier/fourier3";
import type { Shape3 } from "../src/core/volume/shape";
import { fourierOracle, fourierVolume, relativeL2 } from "../src/testing/cases/fourier-cases";
import { projectFile } from "../src/testing/golden-network";
import { round } from "./bench-result";
import { THREADS } from "./open-backend";

const PEER_PROGRAM = "bench/peers/fft.py";
/** Debian's own python holds its packages, also where another comes first on the path. */
const PYTHONS = ["python3", "/usr/bin/python3"];

/** Relative, by the Euclidean norm: f32, by whichever way through the factors of the length. */
export const FFT_TOLERANCE = 1e-6;

/** All sides of small boxes, those of usual tomograms, and lengths that are, or hold, large primes. */
const LENGTHS = [
  ...Array.from({ length: 123 }, (_, index) => 8 + index),
  ...[289, 464, 480, 512, 928, 997],
] as const;
/** Above this, one axis at a time: the definition costs the square of the length. */
const LONGEST_SQUARE = 130;

/** Shapes whose transforms are compared with the definition: each length along x and along y. */
export const FFT_SHAPES: readonly Shape3[] = LENGTHS.flatMap((length): Shape3[] =>
  length <= LONGEST_SQUARE
    ? [[1, length, length]]
    : [
        [1, 2, length],
        [1, length, 2],
      ],
);

/** Returns the largest relative error (Euclidean norm) of transforms and round trips, and the shape that has it. */
export async function largestFftError(
  create: (shape: Shape3) => Promise<Fourier3>,
): Promise<{ readonly largest: number; readonly shape: Shape3 }> {
  let worst = { largest: 0, shape: FFT_SHAPES[0] };
  for (const shape of FFT_SHAPES) {
    const fourier = await create(shape);
    const values = fourierVolume(shape, 1);
    const spectrum = await fourier.forward(values);
    const errors = [
      relativeL2(spectrum, fourierOracle(values, shape)),
      relativeL2(await fourier.inverse(spectrum), values),
    ];
    fourier.dispose();
    for (const error of errors) if (!(error <= worst.largest)) worst = { largest: error, shape };
  }
  return worst;
}

/** Returns milliseconds of each side, the peer's, and their ratio. */
export function compareSides(seconds: Readonly<Record<string, number>>, peer: PeerTimes | null) {
  return Object.entries(seconds).map(([side, own]) => {
    const other = peer?.seconds[side];
    return {
      side: Number(side),
      ms: round(1000 * own),
      peerMs: other === undefined ? null : round(1000 * other),
      ratio: other === undefined ? null : round(other / own),
    };
  });
}

interface PeerTimes {
  readonly library: string;
  readonly device: string;
  /** Of a round trip, by side. */
  readonly seconds: Readonly<Record<string, number>>;
}

/** Returns a library's times; null where no python has it, or it finds no GPU. */
export function fftPeer(
  library: "torch" | "scipy",
  runs: number,
  sides: readonly number[],
): PeerTimes | null {
  const args = [projectFile(PEER_PROGRAM), library, ...[runs, THREADS, ...sides].map(String)];
  for (const python of PYTHONS)
    try {
      const printed = execFileSync(python, args, { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
      return JSON.parse(printed);
    } catch {
      // No such python, or one without the library: the next one may have it.
    }
  return null;
}
