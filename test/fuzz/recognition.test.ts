import { seededRng } from '../../src/kernel/rng.js';
import { monoMs } from '../../src/kernel/time.js';
import { assemblyAi } from '../../src/speech/stt/core/assemblyai.js';
import { deepgram } from '../../src/speech/stt/core/deepgram.js';
import { deepgramFlux } from '../../src/speech/stt/core/deepgram-flux.js';
import { geminiLive } from '../../src/speech/stt/core/gemini-live.js';
import type { SttProtocol } from '../../src/speech/stt/core/protocol.js';
import { Recognition } from '../../src/speech/stt/core/recognition.js';
import type { RecognitionAction } from '../../src/speech/stt/core/recognition-types.js';
import { sherpa } from '../../src/speech/stt/core/sherpa.js';

const alternatives = (word: string, start: number): object[] => [
  { transcript: word, confidence: 0.9, words: [{ word, start, end: start + 0.2, confidence: 0.9 }] },
];
const MESSAGES: readonly object[] = [
  {
    type: 'Results',
    start: 0,
    duration: 0.5,
    is_final: false,
    channel: { alternatives: alternatives('hello', 0.1) },
  },
  {
    type: 'Results',
    start: 0,
    duration: 1,
    is_final: true,
    channel: { alternatives: alternatives('hello', 0.1) },
  },
  {
    type: 'Results',
    start: 1,
    duration: 1,
    is_final: true,
    from_finalize: true,
    channel: { alternatives: alternatives('ten', 1.1) },
  },
  { type: 'SpeechStarted', timestamp: 0.9 },
  { type: 'Connected' },
  {
    type: 'TurnInfo',
    event: 'Update',
    turn_index: 0,
    transcript: 'hello ten',
    words: [{ word: 'hello', confidence: 0.8 }],
    audio_window_start: 0,
    audio_window_end: 1.5,
  },
  {
    type: 'TurnInfo',
    event: 'EndOfTurn',
    turn_index: 0,
    transcript: '',
    words: [],
    audio_window_start: 0,
    audio_window_end: 9,
  },
  { type: 'Begin', id: 'x' },
  {
    type: 'Turn',
    turn_order: 0,
    transcript: 'hello',
    end_of_turn: true,
    words: [{ text: 'hello', start: 100, end: 300, confidence: 0.8 }],
  },
  { type: 'Turn', turn_order: 1, transcript: '', end_of_turn: true, words: [] },
  { type: 'Error', description: 'no' },
  { setupComplete: {} },
  { serverContent: { inputTranscription: { text: 'hello' } } },
  { serverContent: { interimInputTranscription: { text: 'hel' } } },
  { serverContent: { turnComplete: true }, goAway: { timeLeft: '1s' } },
  { sessionResumptionUpdate: { newHandle: 'h', resumable: true } },
  { type: 'ready' },
  { type: 'heard', segment: 0, final: true, text: 'hello', startMs: 0, endMs: 900, words: [] },
  { type: 'flushed' },
];

const PROTOCOLS: readonly SttProtocol[] = [
  deepgram,
  deepgramFlux,
  assemblyAi,
  geminiLive({ model: 'live', language: 'en' }),
  geminiLive({ model: 'transcribe', language: 'en' }),
  sherpa,
];

test.each(PROTOCOLS.map((protocol) => [protocol.engine, protocol] as const))(
  '%s: whatever comes in whatever order, each request ends once, and no timer spins',
  (_name, protocol) => {
    for (let seed = 1; seed <= 150; seed++) {
      const rng = seededRng(seed);
      const pick = (n: number): number => Math.floor(rng.float() * n);
      const machine = new Recognition(protocol, { sampleRateHz: 8000 });
      const ended: number[] = [];
      let now = 0;
      let end = 0;
      let asked = 0;
      const cancelled = new Set<number>();
      const take = (actions: readonly RecognitionAction[]): void => {
        for (const action of actions) {
          if (action.type === 'answered' || action.type === 'failed') ended.push(action.id);
          if (action.type === 'audio') {
            expect(action.fromSample).toBeLessThan(action.toSample);
            expect(action.toSample).toBeLessThanOrEqual(end);
          }
        }
      };
      const pass = (ms: number): void => {
        const until = now + ms;
        for (let turns = 0; ; turns++) {
          const deadline = machine.nextDeadline(monoMs(now));
          if (deadline === undefined || deadline > until) break;
          expect(turns).toBeLessThan(2000);
          now = Math.max(now, deadline);
          take(machine.wake(monoMs(now)));
        }
        now = until;
      };
      take(machine.open(monoMs(now)));
      for (let step = 0; step < 120; step++) {
        switch (pick(9)) {
          case 0: {
            take(machine.opened(monoMs(now)));
            break;
          }
          case 1: {
            take(machine.lost(monoMs(now), 'truncated', ''));
            break;
          }
          case 2: {
            const from = pick(end + 1);
            take(machine.ask(monoMs(now), ++asked, from, from + pick(16_000)));
            break;
          }
          case 3: {
            const id = 1 + pick(asked + 1);
            if (!ended.includes(id) && id <= asked) cancelled.add(id);
            machine.cancel(id);
            break;
          }
          case 4: {
            take(machine.speechStarted(monoMs(now), pick(end + 1)));
            break;
          }
          case 5: {
            take(machine.turnOver(monoMs(now), end));
            break;
          }
          case 6: {
            pass(pick(3000));
            break;
          }
          default: {
            end += 160 * pick(20);
            take(machine.audio(monoMs(now), 0, end));
            const text = JSON.stringify(MESSAGES[pick(MESSAGES.length)]);
            const isCut = pick(6) === 0;
            take(machine.message(monoMs(now), isCut ? text.slice(0, pick(text.length)) : text));
          }
        }
      }
      pass(6000);
      expect(new Set(ended).size).toBe(ended.length);
      const open = Array.from({ length: asked }, (_, i) => i + 1).filter(
        (id) => !ended.includes(id) && !cancelled.has(id),
      );
      expect(open).toEqual([]);
    }
  },
);
