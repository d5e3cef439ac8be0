/** Returns the text of a .tlt file: one tilt in degrees a line, to 2 digits or as many as it has, up to 4. */
export function writeTilts(tiltsDeg: readonly number[]): string {
  return tiltsDeg
    .map((tilt) => {
      const exact = Number(tilt.toFixed(4));
      const digits = Math.max(2, String(Math.abs(exact)).split(".")[1]?.length ?? 0);
      return `${exact.toFixed(digits).padStart(7)}\n`;
    })
    .join("");
}
