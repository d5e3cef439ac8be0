/**
 * Returns which part of the amplitude at a squared frequency in 1/Å² is left after a dose in electrons per Å²: exp(−N/(2·N_c))
 * with the critical dose N_c = 0.24499·k^−1.6649 + 2.8141 measured on rotavirus at 300 kV (Grant and Grigorieff 2015, doi
 * 10.7554/eLife.06980).
 */
export function doseDamping(frequencySquared: number, dose: number): number {
  return Math.exp(-dose / (2 * (0.24499 * frequencySquared ** (-1.6649 / 2) + 2.8141)));
}
