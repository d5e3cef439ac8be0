/** The streams of random numbers of training, beside those of simulation (core/simulate/streams). */
export const WEIGHTS_STREAM = 0x4000_0000;
export const NOISE_STREAM = 0x4100_0000;
/** Each patch takes one, so that what a step is given hangs on its number alone. */
export const VALIDATION_STREAM = 0x4800_0000;
export const TRAINING_STREAM = 0x5000_0000;
