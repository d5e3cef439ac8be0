/** Collects factors e^(−2πi…) for one kernel, each from f64 and rounded once: a GPU's own cosine is good to some 1e-4. */
export class Twiddles {
  readonly #values: number[] = [];
  readonly #starts = new Map<string, number>();

  /**
   * Returns where the factors of a stage start: e^(−2πi·p·k/(radix·span)) for k = 1…radix − 1, and for each of them
   * p = 0…span − 1, which runs fastest, since neighbouring threads have neighbouring p.
   */
  ofStage(radix: number, span: number): number {
    return this.#once(`${radix} ${span}`, () => {
      for (let k = 1; k < radix; k++) for (let p = 0; p < span; p++) this.#add(p * k, radix * span, -1);
    });
  }

  /** Returns where the cosines and sines of 2πj/radix start, j = 0…radix − 1. */
  roots(radix: number): number {
    return this.#once(`${radix}`, () => {
      for (let j = 0; j < radix; j++) this.#add(j, radix, 1);
    });
  }

  /** Returns all so far as pairs re, im: none where all stages are a single butterfly. */
  values(): Float32Array<ArrayBuffer> {
    return Float32Array.from(this.#values);
  }

  /** Returns the declaration of the binding that holds them; none where there are none. */
  declaration(binding: number): string {
    if (this.#values.length === 0) return "";
    return `@group(0) @binding(${binding}) var<storage, read> factors: array<vec2f>;`;
  }

  #once(key: string, add: () => void): number {
    const start = this.#starts.get(key) ?? this.#values.length / 2;
    if (!this.#starts.has(key)) add();
    this.#starts.set(key, start);
    return start;
  }

  #add(numerator: number, denominator: number, sign: number): void {
    const angle = (2 * Math.PI * (numerator % denominator)) / denominator;
    this.#values.push(Math.cos(angle), sign * Math.sin(angle));
  }
}
