/** The unit of telephony audio inside Leibniz: 20 ms of PCM16 at 8 kHz. */

/** Samples per second of all audio between the codec and the recogniser. */
export const SAMPLE_RATE_HZ = 8000;
/** Samples per millisecond at {@link SAMPLE_RATE_HZ}. */
export const SAMPLES_PER_MS = 8;
/** Length of one frame in milliseconds. */
export const FRAME_MS = 20;
/** Length of one frame in samples. */
export const FRAME_SAMPLES = 160;

/** Samples to milliseconds at 8 kHz; exact, not rounded. */
export const samplesToMs = (samples: number): number => samples / SAMPLES_PER_MS;

/** Milliseconds to whole samples at 8 kHz. */
export const msToSamples = (ms: number): number => Math.round(ms * SAMPLES_PER_MS);
