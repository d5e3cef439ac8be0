/** Takes a WGSL expression of a complex number (vec2f: re, im) and returns a name for its value. */
type Name = (expression: string) => string;

/**
 * Writes a discrete Fourier transform of complex numbers that are in registers: X[k] = Σ x[j] e^(−2πijk/n), n = 1…16. Returns
 * the names of its outputs. Composite lengths are split (Cooley and Tukey 1965, doi 10.1090/S0025-5718-1965-0178586-1);
 * factors are written into the code, from f64.
 */
export function dftCode(inputs: readonly string[], name: Name): readonly string[] {
  const length = inputs.length;
  if (length === 1) return inputs;
  if (length === 2) {
    const [a, b] = inputs;
    return [name(`${a} + ${b}`), name(`${a} - ${b}`)];
  }
  const columns = smallerFactor(length);
  return columns === 1 ? oddCode(inputs, name) : splitCode(inputs, columns, name);
}

/** The largest factor up to the square root: 1 of a prime. */
function smallerFactor(length: number): number {
  let factor = Math.floor(Math.sqrt(length));
  while (length % factor !== 0) factor--;
  return factor;
}

/** Rows of length/columns numbers are transformed, turned, and transformed across: x[r·columns + c] to X[k + l·rows]. */
function splitCode(inputs: readonly string[], columns: number, name: Name): readonly string[] {
  const length = inputs.length;
  const rows = length / columns;
  const turned = Array.from({ length: columns }, (_, c) => {
    const column = dftCode(
      inputs.filter((_, j) => j % columns === c),
      name,
    );
    return column.map((value, k) => rotated(value, c * k, length, name));
  });
  const outputs: string[] = [];
  for (let k = 0; k < rows; k++)
    dftCode(
      turned.map((column) => column[k]),
      name,
    ).forEach((value, l) => {
      outputs[k + l * rows] = value;
    });
  return outputs;
}

/** Pairs the points j and n − j of an odd prime length, which halves the products. */
function oddCode(inputs: readonly string[], name: Name): readonly string[] {
  const length = inputs.length;
  const pairs = Array.from({ length: (length - 1) / 2 }, (_, index) => {
    const [a, b] = [inputs[index + 1], inputs[length - 1 - index]];
    return { sum: name(`${a} + ${b}`), difference: name(`${a} - ${b}`) };
  });
  const outputs = [name([inputs[0], ...pairs.map(({ sum }) => sum)].join(" + "))];
  for (let k = 1; k <= pairs.length; k++) {
    const angle = (index: number) => (2 * Math.PI * (((index + 1) * k) % length)) / length;
    const even = name(
      [inputs[0], ...pairs.map(({ sum }, i) => `${literal(Math.cos(angle(i)))} * ${sum}`)].join(" + "),
    );
    const odd = name(
      pairs.map(({ difference }, i) => `${literal(Math.sin(angle(i)))} * ${difference}`).join(" + "),
    );
    outputs[k] = name(`vec2f(${even}.x + ${odd}.y, ${even}.y - ${odd}.x)`);
    outputs[length - k] = name(`vec2f(${even}.x - ${odd}.y, ${even}.y + ${odd}.x)`);
  }
  return outputs;
}

/** Writes value · e^(−2πi·numerator/denominator). */
function rotated(value: string, numerator: number, denominator: number, name: Name): string {
  const eighths = (8 * numerator) / denominator;
  if (eighths === 0) return value;
  if (eighths === 1)
    return name(`${literal(Math.SQRT1_2)} * vec2f(${value}.x + ${value}.y, ${value}.y - ${value}.x)`);
  if (eighths === 2) return name(`vec2f(${value}.y, -${value}.x)`);
  if (eighths === 3)
    return name(`${literal(Math.SQRT1_2)} * vec2f(${value}.y - ${value}.x, -${value}.x - ${value}.y)`);
  const angle = (2 * Math.PI * numerator) / denominator;
  return name(`product(${value}, vec2f(${literal(Math.cos(angle))}, ${literal(-Math.sin(angle))}))`);
}

const literal = (value: number) => (Number.isInteger(value) ? value.toFixed(1) : String(value));

/** The complex product that the code calls. */
export const PRODUCT_CODE = `fn product(a: vec2f, b: vec2f) -> vec2f {
  return vec2f(a.x * b.x - a.y * b.y, a.x * b.y + a.y * b.x);
}`;
