import type { SttEngine } from '../../../src/speech/ports.js';
import { PROVIDER_OPENERS, type SttProviders } from '../../../src/speech/stt/providers.js';
import { AssemblyAiStandIn } from '../../support/providers/stt/assemblyai-stand-in.js';
import { DeepgramStandIn } from '../../support/providers/stt/deepgram-stand-in.js';
import { GeminiStandIn } from '../../support/providers/stt/gemini-stand-in.js';
import { spoken } from '../../support/providers/stt/spoken-code.js';
import { WhisperStandIn } from '../../support/providers/stt/whisper-stand-in.js';
import { sttContract } from './stt-suite.js';

const opened: { close(): Promise<void> }[] = [];
const keep = <T extends { close(): Promise<void> }>(it: T): T => {
  opened.push(it);
  return it;
};
afterEach(async () => {
  for (const it of opened.splice(0).reverse()) await it.close();
});

function engine(name: string, settings: Partial<SttProviders>): SttEngine {
  const open = PROVIDER_OPENERS[name];
  if (open === undefined) throw new Error(`no ${name}`);
  return keep(open({ language: 'en-US', ...settings }));
}
const deepgram = ({ url }: { url: string }, model = 'nova-3', key = 'dg-key'): SttEngine =>
  engine('deepgram', { deepgram: { key, model, url } });
const assemblyai = ({ url }: { url: string }, key = 'aai-key'): SttEngine =>
  engine('assemblyai', { assemblyai: { key, model: 'universal-streaming-english', url } });
const gemini = ({ url }: { url: string }, model = 'gemini-live', key = 'gm-key'): SttEngine =>
  engine('gemini', { gemini: { key, model, url } });
const whisper = ({ url }: { url: string }): SttEngine =>
  engine('openai', { openai: { url, model: 'base.en' } });

const under = (of: SttEngine) => ({
  engine: of,
  speech: spoken(['hello', 'tomorrow']),
  expected: /^hello tomorrow$/,
  silence: new Int16Array(8000),
});

sttContract('Deepgram', async () => under(deepgram(await keep(new DeepgramStandIn()).listen())));
sttContract('Deepgram Flux', async () =>
  under(deepgram(await keep(new DeepgramStandIn()).listen(), 'flux-general-en')),
);
sttContract('AssemblyAI', async () => under(assemblyai(await keep(new AssemblyAiStandIn()).listen())));
sttContract('Gemini Live', async () => under(gemini(await keep(new GeminiStandIn()).listen())));
sttContract('Gemini Live, transcribing', async () =>
  under(gemini(await keep(new GeminiStandIn()).listen(), 'gemini-transcribe-live')),
);
sttContract('OpenAI-compatible server', async () =>
  under(whisper(await keep(new WhisperStandIn()).listen())),
);
