/**
 * Units of telephony audio inside Leibniz: frames of 20 ms of PCM16, at 8 kHz or, where the peer speaks a wideband
 * codec, at 16 kHz. Positions in a stream are counted on one time line of 8000 a second whatever the rate is, so that
 * they stay comparable when a re-INVITE changes the codec.
 */

/** Rates of audio between the codec and the recogniser. */
export type AudioRate = 8000 | 16_000;

/** Units of the time line in a second; samples of narrowband audio. */
export const SAMPLE_RATE_HZ = 8000;
/** Units of the time line in a millisecond. */
export const SAMPLES_PER_MS = 8;
/** Length of one frame in milliseconds. */
export const FRAME_MS = 20;
/** Length of one frame on the time line; its samples at 8 kHz. */
export const FRAME_SAMPLES = 160;
/** Samples of one frame at 16 kHz. */
export const WIDE_FRAME_SAMPLES = 320;

/** Samples of one frame at a rate. */
export const frameSamplesAt = (rate: AudioRate): number => (rate * FRAME_MS) / 1000;

/** Units of the time line to milliseconds; exact, not rounded. */
export const samplesToMs = (samples: number): number => samples / SAMPLES_PER_MS;

/** Milliseconds to whole units of the time line. */
export const msToSamples = (ms: number): number => Math.round(ms * SAMPLES_PER_MS);
