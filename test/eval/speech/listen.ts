import { VadSegmenter } from '../../../src/speech/core/vad-segmenter.js';
import { VAD_WINDOW_SAMPLES, type VadEngine } from '../../../src/speech/ports.js';

const FRAME_SAMPLES = 160;
const LEAD_SAMPLES = 4000;
const TAIL_SAMPLES = 8000;

/** Speech found in a recording; positions in samples of the recording at 8 kHz. */
export interface FoundSpeech {
  readonly start: number;
  readonly end: number;
}

/**
 * Runs voice activity detection over a recording as a call would, 20 ms at a time: half a second of silence
 * before it and a second after.
 */
export async function findSpeech(vad: VadEngine, pcm8k: Int16Array): Promise<FoundSpeech[]> {
  const audio = new Int16Array(LEAD_SAMPLES + pcm8k.length + TAIL_SAMPLES);
  audio.set(pcm8k, LEAD_SAMPLES);
  const segmenter = new VadSegmenter({ endLagMs: vad.capabilities.endLagMs });
  const found: FoundSpeech[] = [];
  let start = 0;
  const stream = vad.open((probability, endSample) => {
    for (const event of segmenter.handle(probability, endSample)) {
      if (event.type === 'speech_start') start = event.startSample;
      else found.push({ start: start - LEAD_SAMPLES, end: event.endSample - LEAD_SAMPLES });
    }
  });
  const before = vad.stats().windows;
  const caughtUp = async (windows: number): Promise<void> => {
    while (vad.stats().windows - before < windows) await new Promise((resolve) => setImmediate(resolve));
  };
  for (let at = 0; at + FRAME_SAMPLES <= audio.length; at += FRAME_SAMPLES) {
    stream.push(audio.subarray(at, at + FRAME_SAMPLES), at);
    await caughtUp(Math.floor((at + FRAME_SAMPLES) / VAD_WINDOW_SAMPLES));
  }
  stream.close();
  for (const event of segmenter.flush()) {
    if (event.type === 'speech_end') {
      found.push({ start: start - LEAD_SAMPLES, end: event.endSample - LEAD_SAMPLES });
    }
  }
  return found;
}
