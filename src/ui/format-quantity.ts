/** Returns a number with about four significant digits, with a true minus sign. */
export function formatNumber(value: number): string {
  if (!Number.isFinite(value)) return "not a number";
  const magnitude = Math.abs(value);
  const text =
    magnitude !== 0 && (magnitude < 1e-3 || magnitude >= 1e6)
      ? value.toExponential(2)
      : String(Number(value.toPrecision(magnitude >= 1000 ? 7 : 4)));
  return text.replace("-", "−");
}

/** Returns a length as nm or µm: 1120 Å → "112 nm". */
export function formatLength(angstrom: number): string {
  const nm = angstrom / 10;
  return Math.abs(nm) >= 1000 ? `${(nm / 1000).toFixed(2)} µm` : `${Number(nm.toPrecision(3))} nm`;
}

/** Returns bytes in the largest fitting unit of 1000. */
export function formatBytes(bytes: number): string {
  const units = ["B", "kB", "MB", "GB", "TB"];
  const power = Math.min(units.length - 1, Math.floor(Math.log10(Math.max(1, bytes)) / 3));
  const value = bytes / 1000 ** power;
  return `${value >= 100 || power === 0 ? Math.round(value) : Number(value.toPrecision(2))} ${units[power]}`;
}

/** Returns a duration as a person says it: "14 s", "2 min 5 s", "3 h 10 min". */
export function formatDuration(seconds: number): string {
  if (seconds < 1) return "under 1 s";
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return whole % 60 && minutes < 10 ? `${minutes} min ${whole % 60} s` : `${minutes} min`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** Returns a shape the way microscopists say it: nx × ny × nz. */
export function formatShape([nz, ny, nx]: readonly [number, number, number]): string {
  return `${nx} × ${ny} × ${nz}`;
}

/** Returns a fraction as a whole percentage. */
export function formatPercent(fraction: number): string {
  return `${Math.round(fraction * 100)} %`;
}
