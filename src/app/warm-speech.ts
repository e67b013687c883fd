import { callId, IdSequence, requestId } from '../kernel/ids.js';
import type { SessionPorts } from '../session/ports.js';
import { splitSentences } from '../speech/core/sentences.js';
import type { TtsEngine } from '../speech/ports.js';
import { realScheduler } from '../threads/real-scheduler.js';
import { dialogPort } from './dialog-wiring.js';

/** Of narrowband and of wideband calls and conversations. */
const RATES = [8000, 16_000] as const;

type Office = SessionPorts['context'];

/** Speaks the greeting once, so that the first caller does not wait for a cold synthesiser. */
export async function warmGreeting(tts: TtsEngine, office: Office): Promise<void> {
  const state = dialogPort.initial({ callId: callId('warm-up') });
  const { effects } = dialogPort.step(state, { type: 'start' }, { ...office, wallMs: realScheduler.wall() });
  await speak(
    tts,
    office,
    effects.flatMap((effect) => (effect.type === 'say' ? [effect.text] : [])),
  );
}

/**
 * Speaks every sentence of the prompts that is the same on every call into the cache, one at a time: a call that
 * comes meanwhile waits for one sentence at most. Ends early when the engine closes. Of several engines only the last
 * one does it, which is of this machine: a foreign one would have to be paid at each start, and when it fails its words
 * are there at once.
 */
export async function warmPrompts(tts: TtsEngine, office: Office): Promise<void> {
  await speak(tts.engines?.().at(-1) ?? tts, office, fixedSentences(office.prompts));
}

/** Sentences without variables, each once. */
export function fixedSentences(prompts: Office['prompts']): string[] {
  const sentences = Object.values(prompts)
    .flatMap(({ variants }) => variants)
    .flatMap((variant) => splitSentences(variant))
    .map(({ text }) => text)
    .filter((text) => !text.includes('{'));
  return [...new Set(sentences)];
}

async function speak(tts: TtsEngine, { persona }: Office, texts: readonly string[]): Promise<void> {
  const ids = new IdSequence('warm');
  const { speed } = persona;
  const voice = tts.voices().find(({ id }) => id === persona.voice)?.id;
  for (const text of texts) {
    for (const sampleRateHz of RATES) {
      const result = await tts.synthesize({
        requestId: requestId(ids.next()),
        text,
        sampleRateHz,
        ...(voice === undefined ? {} : { voice }),
        ...(speed === undefined ? {} : { speed }),
      });
      if (!result.ok && result.error.code === 'aborted') return;
    }
  }
}
