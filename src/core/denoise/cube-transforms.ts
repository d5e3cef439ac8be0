import { haarAcross, inverseHaarAcross } from "./haar-across";

const f32 = Math.fround;
const CUBE = 64;
const ROOT_HALF = f32(Math.SQRT1_2);
const COS_EIGHTH = f32(Math.SQRT1_2 * Math.cos(Math.PI / 8));
const SIN_EIGHTH = f32(Math.SQRT1_2 * Math.sin(Math.PI / 8));

/** Transforms the four values at `a`, `a + step`, … in place. */
type Transform4 = (values: Float32Array, a: number, step: number) => void;

/** An orthonormal transform of cubes of 4³, whose first coefficient is 8 times the mean. */
export interface CubeTransform {
  readonly forward: Transform4;
  readonly inverse: Transform4;
}

/** The Haar transform of four points, which is also the periodic bior1.5 of the paper. */
export const HAAR: CubeTransform = {
  forward(values, a, step) {
    const [b, c, d] = [a + step, a + 2 * step, a + 3 * step];
    const low = f32(values[a] + values[b]);
    const high = f32(values[a] - values[b]);
    const low2 = f32(values[c] + values[d]);
    const high2 = f32(values[c] - values[d]);
    values[a] = f32(low + low2) * 0.5;
    values[b] = f32(low - low2) * 0.5;
    values[c] = high * ROOT_HALF;
    values[d] = high2 * ROOT_HALF;
  },
  inverse(values, a, step) {
    const [b, c, d] = [a + step, a + 2 * step, a + 3 * step];
    const low = f32(f32(values[a] + values[b]) * 0.5);
    const low2 = f32(f32(values[a] - values[b]) * 0.5);
    const high = f32(values[c] * ROOT_HALF);
    const high2 = f32(values[d] * ROOT_HALF);
    values[a] = low + high;
    values[b] = low - high;
    values[c] = low2 + high2;
    values[d] = low2 - high2;
  },
};

/** The cosine transform (DCT-II) of four points. */
export const DCT: CubeTransform = {
  forward(values, a, step) {
    const [b, c, d] = [a + step, a + 2 * step, a + 3 * step];
    const outer = f32(values[a] + values[d]);
    const inner = f32(values[b] + values[c]);
    const outerSlope = f32(values[a] - values[d]);
    const innerSlope = f32(values[b] - values[c]);
    values[a] = f32(outer + inner) * 0.5;
    values[b] = f32(COS_EIGHTH * outerSlope) + f32(SIN_EIGHTH * innerSlope);
    values[c] = f32(outer - inner) * 0.5;
    values[d] = f32(SIN_EIGHTH * outerSlope) - f32(COS_EIGHTH * innerSlope);
  },
  inverse(values, a, step) {
    const [b, c, d] = [a + step, a + 2 * step, a + 3 * step];
    const outer = f32(f32(values[a] + values[c]) * 0.5);
    const inner = f32(f32(values[a] - values[c]) * 0.5);
    const outerSlope = f32(f32(COS_EIGHTH * values[b]) + f32(SIN_EIGHTH * values[d]));
    const innerSlope = f32(f32(SIN_EIGHTH * values[b]) - f32(COS_EIGHTH * values[d]));
    values[a] = outer + outerSlope;
    values[b] = inner + innerSlope;
    values[c] = inner - innerSlope;
    values[d] = outer - outerSlope;
  },
};

/** Transforms `count` cubes, one after the other in `cubes`, along z, y and x, and by Haar across them; in place. */
export function transformGroup(cubes: Float32Array, count: number, { forward }: CubeTransform): void {
  for (let start = 0; start < count * CUBE; start += CUBE)
    for (const step of [16, 4, 1]) alongAxis(forward, cubes, start, step);
  haarAcross(cubes, count, CUBE);
}

export function inverseTransformGroup(cubes: Float32Array, count: number, { inverse }: CubeTransform): void {
  inverseHaarAcross(cubes, count, CUBE);
  for (let start = 0; start < count * CUBE; start += CUBE)
    for (const step of [1, 4, 16]) alongAxis(inverse, cubes, start, step);
}

function alongAxis(transform: Transform4, cubes: Float32Array, start: number, step: number): void {
  for (let i = 0; i < CUBE; i++) if (((i / step) & 3) === 0) transform(cubes, start + i, step);
}
