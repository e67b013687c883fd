import { requestId } from '../../../src/kernel/ids.js';
import type { TtsChunk, TtsEngine, TtsRequest, TtsSpeech } from '../../../src/speech/ports.js';

const TEXT = 'Your appointment is on Thursday. Shall I book it?';

/** What every {@link TtsEngine} keeps to. */
export function ttsContract(name: string, open: () => Promise<TtsEngine>): void {
  describe(`TtsEngine: ${name}`, () => {
    let engine: TtsEngine;
    const request = (more: Partial<TtsRequest> = {}): TtsRequest => ({
      requestId: requestId('r'),
      text: TEXT,
      sampleRateHz: 8000,
      ...more,
    });
    const speak = async (more: Partial<TtsRequest> = {}): Promise<TtsSpeech> => {
      const result = await engine.synthesize(request(more));
      if (!result.ok) throw new Error(result.error.message);
      return result.value;
    };

    beforeEach(async () => {
      engine = await open();
    });
    afterEach(async () => {
      await engine.close();
    });

    test('audio has the length it says, sound in it, and at most 20 ms of silence before it', async () => {
      const speech = await speak();
      expect(speech.requestId).toBe('r');
      expect(speech.durationMs).toBeCloseTo((1000 * speech.pcm.length) / 8000, 5);
      const peak = speech.pcm.reduce((max, sample) => Math.max(max, Math.abs(sample)), 0);
      expect(peak).toBeGreaterThan(3000);
      const first = speech.pcm.findIndex((sample) => Math.abs(sample) > peak / 100);
      expect(first / 8).toBeLessThanOrEqual(25);
    });

    test('one mark per word, in order, with offsets into the text and times within the audio', async () => {
      const { marks, durationMs } = await speak();
      expect(marks.length).toBe(TEXT.split(' ').length);
      let charEnd = 0;
      let endMs = 0;
      for (const mark of marks) {
        expect(TEXT.slice(mark.charStart, mark.charEnd)).toBe(mark.text);
        expect(mark.charStart).toBeGreaterThanOrEqual(charEnd);
        expect(mark.startMs).toBeGreaterThanOrEqual(endMs - 1e-6);
        expect(mark.endMs).toBeGreaterThan(mark.startMs);
        charEnd = mark.charEnd;
        endMs = mark.endMs;
      }
      expect(endMs).toBeLessThanOrEqual(durationMs + 1e-6);
    });

    test('16 kHz is as long as 8 kHz', async () => {
      const narrow = await speak();
      const wide = await speak({ sampleRateHz: 16_000 });
      expect(Math.abs(wide.durationMs - narrow.durationMs)).toBeLessThan(30);
    });

    test('slow speech takes longer, by as much as the engine can', async () => {
      const [slowest] = engine.capabilities.speedRange ?? [0.5, 2];
      const normal = await speak();
      const slow = await speak({ speed: 0.5 });
      expect(slow.durationMs / normal.durationMs).toBeGreaterThan(0.8 / slowest);
      expect(slow.durationMs / normal.durationMs).toBeLessThan(1.1 / slowest);
    });

    test('every listed voice speaks, and they differ', async () => {
      const voices = engine.voices();
      expect(voices.map((voice) => voice.id)).toContain(engine.capabilities.defaultVoice);
      const spoken = new Set<string>();
      for (const { id } of voices) {
        const { pcm } = await speak({ voice: id, text: 'Good morning.' });
        expect(pcm.length).toBeGreaterThan(1000);
        spoken.add(pcm.slice(0, 4000).join());
      }
      expect(spoken.size).toBe(voices.length);
    });

    test('chunks in order add up to the whole', async () => {
      const chunks: TtsChunk[] = [];
      const speech = await speak({ onChunk: (chunk) => chunks.push(chunk) });
      expect(chunks.flatMap((chunk) => [...chunk.pcm])).toEqual([...speech.pcm]);
      expect(chunks.flatMap((chunk) => chunk.marks)).toEqual(speech.marks);
      expect(chunks.map((chunk) => chunk.last)).toEqual(
        chunks.map((_, index) => index === chunks.length - 1),
      );
    });

    test('a text without words is empty audio', async () => {
      for (const text of ['', '   ', '...', '\n']) {
        const speech = await speak({ text });
        expect(speech).toMatchObject({ durationMs: 0, marks: [] });
        expect(speech.pcm.length).toBe(0);
      }
    });

    test('an unknown voice and a text that is too long are invalid', async () => {
      const invalid = { ok: false, error: { code: 'invalid' } };
      expect(await engine.synthesize(request({ voice: 'nobody' }))).toMatchObject(invalid);
      const text = 'a'.repeat(engine.capabilities.maxTextChars + 1);
      expect(await engine.synthesize(request({ text }))).toMatchObject(invalid);
    });

    test('aborted before, aborted during: code aborted, and the engine goes on', async () => {
      const aborted = { ok: false, error: { code: 'aborted' } };
      expect(await engine.synthesize(request({ signal: AbortSignal.abort() }))).toMatchObject(aborted);
      const abort = new AbortController();
      const pending = engine.synthesize(request({ signal: abort.signal }));
      abort.abort();
      expect(await pending).toMatchObject(aborted);
      expect(await engine.synthesize(request())).toMatchObject({ ok: true });
    });

    test('close: open and later requests are aborted, a second close is harmless', async () => {
      const aborted = { ok: false, error: { code: 'aborted' } };
      const pending = engine.synthesize(request());
      await engine.close();
      expect(await pending).toMatchObject(aborted);
      expect(await engine.synthesize(request())).toMatchObject(aborted);
      await engine.close();
    });
  });
}
