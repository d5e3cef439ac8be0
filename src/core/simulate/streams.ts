/** The streams of random numbers, so that more of one thing leaves the others where they were. Each thing takes the next. */
export const MEMBRANE_STREAM = 0x1000_0000;
export const FILAMENT_STREAM = 0x2000_0000;
export const PARTICLE_STREAM = 0x3000_0000;
