import { listAt, numbersAt } from '../../kernel/json.js';
import type { TimedText } from './word-times.js';

/**
 * Words of an alignment by characters, as ElevenLabs gives it: `{chars|characters, charStartTimesMs|..., ...}`. Both
 * spellings of the WebSocket (`charDurationsMs`, `charsDurationsMs`) and the seconds of the HTTP answer are read.
 *
 * @param offsetMs - added to all times: those of a WebSocket count from the start of its chunk
 */
export function wordsOfAlignment(value: unknown, offsetMs: number): TimedText[] {
  const seconds = numbersAt(value, 'character_start_times_seconds');
  const chars = [...listAt(value, 'chars'), ...listAt(value, 'characters')];
  const starts = seconds.length > 0 ? seconds.map((s) => 1000 * s) : numbersAt(value, 'charStartTimesMs');
  const durations = [...numbersAt(value, 'charDurationsMs'), ...numbersAt(value, 'charsDurationsMs')];
  const ends = numbersAt(value, 'character_end_times_seconds').map((s) => 1000 * s);
  const words: TimedText[] = [];
  let text = '';
  let startMs = 0;
  let endMs = 0;
  const flush = (): void => {
    if (text !== '') words.push({ text, startMs: startMs + offsetMs, endMs: endMs + offsetMs });
    text = '';
  };
  chars.forEach((char, index) => {
    const start = starts[index];
    if (typeof char !== 'string' || start === undefined) return;
    if (/^\s*$/.test(char)) {
      flush();
      return;
    }
    if (text === '') startMs = start;
    text += char;
    endMs = ends[index] ?? start + (durations[index] ?? 0);
  });
  flush();
  return words;
}
