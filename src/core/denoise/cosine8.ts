const half = (k: number) => 0.5 * Math.cos((k * Math.PI) / 16);
const [C1, C2, C3, C4, C5, C6, C7] = [1, 2, 3, 4, 5, 6, 7].map(half);

/** Replaces eight values, `step` apart from `at` on, by their orthonormal cosine transform (DCT-II). */
export function cosine8(values: Float32Array, at: number, step: number): void {
  const last = at + 7 * step;
  const [s0, d0] = sumAndDifference(values[at], values[last]);
  const [s1, d1] = sumAndDifference(values[at + step], values[last - step]);
  const [s2, d2] = sumAndDifference(values[at + 2 * step], values[last - 2 * step]);
  const [s3, d3] = sumAndDifference(values[at + 3 * step], values[last - 3 * step]);
  const outer = s0 - s3;
  const inner = s1 - s2;
  values[at] = C4 * (s0 + s3 + (s1 + s2));
  values[at + step] = C1 * d0 + C3 * d1 + C5 * d2 + C7 * d3;
  values[at + 2 * step] = C2 * outer + C6 * inner;
  values[at + 3 * step] = C3 * d0 - C7 * d1 - C1 * d2 - C5 * d3;
  values[at + 4 * step] = C4 * (s0 + s3 - (s1 + s2));
  values[at + 5 * step] = C5 * d0 - C1 * d1 + C7 * d2 + C3 * d3;
  values[at + 6 * step] = C6 * outer - C2 * inner;
  values[last] = C7 * d0 - C5 * d1 + C3 * d2 - C1 * d3;
}

/** Undoes `cosine8`. */
export function inverseCosine8(values: Float32Array, at: number, step: number): void {
  const last = at + 7 * step;
  const [sum, difference] = sumAndDifference(C4 * values[at], C4 * values[at + 4 * step]);
  const [x1, x2, x3] = [values[at + step], values[at + 2 * step], values[at + 3 * step]];
  const [x5, x6, x7] = [values[at + 5 * step], values[at + 6 * step], values[last]];
  const outer = C2 * x2 + C6 * x6;
  const inner = C6 * x2 - C2 * x6;
  const odd0 = C1 * x1 + C3 * x3 + C5 * x5 + C7 * x7;
  const odd1 = C3 * x1 - C7 * x3 - C1 * x5 - C5 * x7;
  const odd2 = C5 * x1 - C1 * x3 + C7 * x5 + C3 * x7;
  const odd3 = C7 * x1 - C5 * x3 + C3 * x5 - C1 * x7;
  values[at] = sum + outer + odd0;
  values[last] = sum + outer - odd0;
  values[at + step] = difference + inner + odd1;
  values[last - step] = difference + inner - odd1;
  values[at + 2 * step] = difference - inner + odd2;
  values[last - 2 * step] = difference - inner - odd2;
  values[at + 3 * step] = sum - outer + odd3;
  values[last - 3 * step] = sum - outer - odd3;
}

const sumAndDifference = (a: number, b: number): [number, number] => [a + b, a - b];
