/** The missing parts of a spectrum in a square from −1 to 1, frequencies rising to the right and downwards. */
export interface SpectrumRegions {
  /** Polygons as SVG points; each has its tip in the middle. */
  readonly measured: readonly string[];
  readonly missing: readonly string[];
}

const CORNERS_DEG = [-135, -45, 45, 135, 225, 315];

/** Where the ray at an angle leaves the square. */
function edgeAt(deg: number): string {
  const angle = (deg * Math.PI) / 180;
  const reach = 1 / Math.max(Math.abs(Math.cos(angle)), Math.abs(Math.sin(angle)));
  const places = [reach * Math.cos(angle), reach * Math.sin(angle)];
  return places.map((place) => Number(place.toFixed(4))).join(",");
}

function sector(fromDeg: number, toDeg: number): string {
  const between = CORNERS_DEG.filter((deg) => deg > fromDeg && deg < toDeg);
  return ["0,0", ...[fromDeg, ...between, toDeg].map(edgeAt)].join(" ");
}

/** Returns the outlines of what tilts from `min` to `max` degrees measured, and of what they missed. */
export function spectrumRegions([min, max]: readonly [number, number]): SpectrumRegions {
  return {
    measured: [sector(min, max), sector(min + 180, max + 180)],
    missing: max - min < 180 ? [sector(max, min + 180), sector(max - 180, min)] : [],
  };
}
