import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { IdSequence, requestId } from '../kernel/ids.js';
import type { Speech } from '../speech/index.js';

/** What a machine can do, as measured at the start. */
export interface MachineSpeed {
  /** Cores that this process may use; a fraction where a container is given one. */
  readonly cores: number;
  /** Time to understand a second of speech, ms; `undefined` where the recogniser did not answer. */
  readonly decodeMsPerSecond: number | undefined;
}

/** About as long as a caller's sentence. */
const SENTENCE = 'I would like to make an appointment for next Tuesday morning, please.';
/** The fastest of so many counts: what else runs at the start is not there later. */
const RUNS = 3;

/**
 * Calls that one core carries where a second of speech is understood in {@link REFERENCE_DECODE_MS}, with the gap before
 * an answer as it is with one call (docs/benchmarks.md, admission).
 */
const CALLS_PER_CORE = 8;
const REFERENCE_DECODE_MS = 60;
/** No less: a machine that is too slow for this is refused by its load, not by a number. */
const LEAST_CALLS = 2;

/** Speaks a sentence and understands it, some tenths of a second in all. Never rejects. */
export async function testMachine({ stt, tts }: Pick<Speech, 'stt' | 'tts'>): Promise<MachineSpeed> {
  const cores = usableCores();
  const ids = new IdSequence('self-test');
  const id = (): ReturnType<typeof requestId> => requestId(ids.next());
  const spoken = await tts.synthesize({ requestId: id(), text: SENTENCE, sampleRateHz: 16_000 });
  if (!spoken.ok) return { cores, decodeMsPerSecond: undefined };
  let fastest = Infinity;
  for (let run = 0; run < RUNS; run++) {
    const { pcm } = spoken.value;
    const heard = await stt.transcribe({ requestId: id(), pcm, sampleRateHz: 16_000, kind: 'final' });
    if (heard.ok) fastest = Math.min(fastest, (1000 * heard.value.decodeMs) / heard.value.audioMs);
  }
  return { cores, decodeMsPerSecond: Number.isFinite(fastest) ? fastest : undefined };
}

/**
 * Calls that a machine takes at a time unless told: as its cores and its recogniser allow.
 *
 * @param portPairs - RTP pairs; half of them are left for calls that have just ended
 */
export function linesOf({ cores, decodeMsPerSecond }: MachineSpeed, portPairs: number): number {
  const speed = REFERENCE_DECODE_MS / (decodeMsPerSecond ?? REFERENCE_DECODE_MS);
  const carried = Math.max(LEAST_CALLS, Math.floor(cores * CALLS_PER_CORE * speed));
  return Math.min(carried, Math.max(1, Math.floor(portPairs / 2)));
}

/** Cores of this process: those it may run on, less where its control group has a quota. */
function usableCores(): number {
  const cores = availableParallelism();
  try {
    const [quota, period] = readFileSync('/sys/fs/cgroup/cpu.max', 'utf8').trim().split(' ').map(Number);
    if (quota !== undefined && period !== undefined && quota > 0 && period > 0) {
      return Math.min(cores, quota / period);
    }
  } catch {
    // No such file: no quota of this kind.
  }
  return cores;
}
