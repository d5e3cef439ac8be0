/** Returns the Kaiser window of `length` points, which weighs a patch's middle more than its border; 1 at its highest. */
export function kaiserWindow(length: number, beta: number): number[] {
  return Array.from({ length }, (_, i) => {
    const u = (2 * i) / (length - 1) - 1;
    return besselI0(beta * Math.sqrt(1 - u * u)) / besselI0(beta);
  });
}

/** The modified Bessel function of order 0, by its power series (arguments are small here). */
function besselI0(x: number): number {
  let sum = 1;
  let term = 1;
  for (let k = 1; k < 30; k++) {
    term *= (x / (2 * k)) ** 2;
    sum += term;
  }
  return sum;
}
