const f32 = Math.fround;

/** The parts of a symmetric tensor, in the order of their volumes. */
export const TENSOR_PARTS = ["xx", "yy", "zz", "xy", "xz", "yz"] as const;

/** Sweeps of Jacobi rotations: after three, what is left beside the diagonal is less than the rounding of f32. */
const SWEEPS = 3;
/** For each rotation: its two axes p, q and the third, r, as places of the diagonal; then places of the parts pq, rp, rq. */
const ROTATIONS = [
  [0, 1, 3, 4, 5],
  [0, 2, 4, 3, 5],
  [1, 2, 5, 3, 4],
] as const;
/** The difference of the largest and least eigenvalue from which on a structure begins to count as coherent. */
const COHERENT = 3;
const TINY = 1e-30;

/**
 * Turns structure tensors into diffusion tensors, in place: six volumes each (`TENSOR_PARTS`), eigenvalues in units of the
 * contrast. The eigenvectors stay. Each eigenvalue μ becomes 1/(1 + μ²); the more the largest and the least differ, from
 * 3 to 6, the more instead only the least becomes something: d²/(1 + d²) of their difference d.
 *
 * Eigenvectors come from Jacobi rotations, which need no function that platforms round differently.
 */
export function toDiffusionTensors(parts: readonly Float32Array[]): void {
  const matrix = new Float32Array(6);
  const vectors = new Float32Array(9);
  const diffusivities = new Float32Array(3);
  for (let i = 0; i < parts[0].length; i++) {
    for (let part = 0; part < 6; part++) matrix[part] = parts[part][i];
    diagonalize(matrix, vectors);
    setDiffusivities(matrix, diffusivities);
    const [a, b, c] = diffusivities;
    const sum = (row: number, column: number) => {
      const first = f32(f32(a * vectors[row]) * vectors[column]);
      const second = f32(f32(b * vectors[row + 1]) * vectors[column + 1]);
      const third = f32(f32(c * vectors[row + 2]) * vectors[column + 2]);
      return f32(first + second) + third;
    };
    parts[0][i] = sum(0, 0);
    parts[1][i] = sum(3, 3);
    parts[2][i] = sum(6, 6);
    parts[3][i] = sum(0, 3);
    parts[4][i] = sum(0, 6);
    parts[5][i] = sum(3, 6);
  }
}

/**
 * Leaves the eigenvalues in the first three of `matrix` (in the order of `TENSOR_PARTS`), their vectors in the columns of
 * `vectors`.
 */
function diagonalize(matrix: Float32Array, vectors: Float32Array): void {
  vectors.set([1, 0, 0, 0, 1, 0, 0, 0, 1]);
  for (let sweep = 0; sweep < SWEEPS; sweep++)
    for (const [p, q, pq, rp, rq] of ROTATIONS) {
      const beside = matrix[pq];
      const difference = f32(matrix[q] - matrix[p]);
      const twice = f32(2 * beside);
      const root = f32(Math.sqrt(f32(f32(difference * difference) + f32(twice * twice))));
      const size = f32(twice / Math.max(f32(TINY), f32(Math.abs(difference) + root)));
      const tangent = difference < 0 ? -size : size;
      const cosine = f32(1 / f32(Math.sqrt(f32(1 + f32(tangent * tangent)))));
      const sine = f32(tangent * cosine);
      const moved = f32(tangent * beside);
      matrix[p] -= moved;
      matrix[q] += moved;
      matrix[pq] = 0;
      rotate(matrix, rp, rq, cosine, sine);
      for (let row = 0; row < 9; row += 3) rotate(vectors, row + p, row + q, cosine, sine);
    }
}

function rotate(values: Float32Array, a: number, b: number, cosine: number, sine: number): void {
  const first = values[a];
  const second = values[b];
  values[a] = f32(cosine * first) - f32(sine * second);
  values[b] = f32(sine * first) + f32(cosine * second);
}

/** Sets the diffusivity along each eigenvector, of which `eigenvalues` has the eigenvalues first. */
function setDiffusivities(eigenvalues: Float32Array, diffusivities: Float32Array): void {
  const [a, b, c] = eigenvalues;
  const least = Math.min(a, b, c);
  const difference = f32(Math.max(a, b, c) - least);
  const squared = f32(difference * difference);
  const coherence = Math.min(1, Math.max(0, f32(f32(difference - COHERENT) / COHERENT)));
  const along = f32(coherence * f32(squared / f32(1 + squared)));
  const rest = f32(1 - coherence);
  for (let i = 0; i < 3; i++) {
    const value = eigenvalues[i];
    const alone = f32(1 / f32(1 + f32(value * value)));
    diffusivities[i] = f32(rest * alone) + (value === least ? along : 0);
  }
}
