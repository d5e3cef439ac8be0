/** The tilts of a series about the y axis. */
export interface TiltScheme {
  readonly minTiltDeg: number;
  readonly maxTiltDeg: number;
  readonly stepDeg: number;
  /** In which order they are recorded: it decides which images bear the most dose. */
  readonly order: "sequential" | "dose-symmetric";
}

/** The contrast transfer of the microscope. */
export interface CtfSettings {
  readonly voltageKv: number;
  readonly sphericalAberrationMm: number;
  /** The share of amplitude contrast, 0…1. */
  readonly amplitudeContrast: number;
  readonly phaseShiftDeg: number;
  /** Underfocus is positive. */
  readonly defocusMicrometre: number;
  /** The defocus of each image differs from the nominal one by a normal number of this deviation. */
  readonly defocusSpreadMicrometre: number;
  /** The envelope exp(−B·k²/4) in Å². */
  readonly bFactorAngstrom2: number;
  readonly correction: "none" | "phase-flip" | "wiener";
}

/** How a scene becomes a tomogram. */
export interface Imaging {
  /** By way of a tilt series, or directly in 3D Fourier space: wedge, CTF, coloured noise. */
  readonly route: "tilt-series" | "direct";
  readonly tilts: TiltScheme;
  /** null: a perfect microscope (protein bright, unless `proteinIsDark`). */
  readonly ctf: CtfSettings | null;
  /** Turns the contrast where no CTF does. */
  readonly proteinIsDark: boolean;
  readonly noise: {
    /** var(signal)/var(noise) in the projections; null for none. */
    readonly snr: number | null;
    readonly kind: "gaussian" | "poisson";
    /**
     * "ramp", as left out: white in the images, hence coloured by the ramp in the tomogram. "white": as strong, but white within
     * the wedge, as smoother reconstructions and the thesis's data set A have it; on the direct route only.
     */
    readonly inTomogram?: "ramp" | "white";
  };
  /** Electrons per Å² and image; they damp high frequencies by the dose that came before. 0 for no damping. */
  readonly dosePerImage: number;
  /** Errors of the alignment, as deviations: of shifts across and along the tilt axis, and of the tilt. */
  readonly shiftErrorAngstrom: number;
  readonly tiltErrorDeg: number;
  readonly reconstruction: {
    readonly method: "wbp" | "sirt";
    readonly iterations: number;
    /** Above this frequency (in ångström) the ramp falls; null for Nyquist. */
    readonly lowPassAngstrom: number | null;
  };
}

/** A tilt series: images [tilt, y, x] in rising order of the tilt, with what is known of each. */
export interface TiltSeries {
  readonly images: Float32Array;
  readonly height: number;
  readonly width: number;
  readonly pixelSizeAngstrom: number;
  readonly tiltsDeg: readonly number[];
  readonly defociMicrometre: readonly number[];
  /** The dose, in electrons per Å², that the specimen bore before each image. */
  readonly priorDoses: readonly number[];
}
