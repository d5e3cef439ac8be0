/**
 * Replaces the lower triangle of the symmetric n × n matrix `a` (row-major) by L with a = L·Lᵀ. Returns false, with `a` half
 * done, where a pivot does not exceed `leastPivot`: the matrix is not safely positive definite.
 */
export function factorCholesky(a: Float64Array, n: number, leastPivot: number): boolean {
  for (let row = 0; row < n; row++)
    for (let column = 0; column <= row; column++) {
      let sum = a[row * n + column];
      for (let k = 0; k < column; k++) sum -= a[row * n + k] * a[column * n + k];
      if (column < row) a[row * n + column] = sum / a[column * n + column];
      else if (sum > leastPivot) a[row * n + row] = Math.sqrt(sum);
      else return false;
    }
  return true;
}

/** Replaces `b` by the solution x of L·Lᵀ·x = b. */
export function solveCholesky(l: Float64Array, n: number, b: Float64Array): void {
  for (let row = 0; row < n; row++) {
    let sum = b[row];
    for (let k = 0; k < row; k++) sum -= l[row * n + k] * b[k];
    b[row] = sum / l[row * n + row];
  }
  for (let row = n - 1; row >= 0; row--) {
    b[row] /= l[row * n + row];
    for (let k = 0; k < row; k++) b[k] -= l[row * n + k] * b[row];
  }
}
