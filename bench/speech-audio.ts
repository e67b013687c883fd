import { requestId } from '../src/kernel/ids.js';
import type { TtsEngine } from '../src/speech/index.js';

/** Text that takes about four seconds to say. */
export const SENTENCE = 'I would like to book an appointment with an advisor on Thursday afternoon, please.';

/** Spoken audio of at least this length at 8 kHz, made of whole sentences with pauses between them. */
export async function spokenAudio(tts: TtsEngine, seconds: number): Promise<Int16Array> {
  const result = await tts.synthesize({ requestId: requestId('bench'), text: SENTENCE, sampleRateHz: 8000 });
  if (!result.ok) throw new Error(result.error.message);
  const { pcm } = result.value;
  const out = new Int16Array(seconds * 8000);
  for (let at = 0; at < out.length; at += pcm.length + 2400) out.set(pcm.subarray(0, out.length - at), at);
  return out;
}

/** User and system time of the whole process that `work` takes, in milliseconds. */
export async function cpuMs(work: () => Promise<void>): Promise<number> {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

/** Value below which `share` of the numbers lie. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return round(sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0);
}

/** Two decimals. */
export function round(value: number): number {
  return Math.round(value * 100) / 100;
}
