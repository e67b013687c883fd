import { requestId } from '../../../src/kernel/ids.js';
import type { SttEngine, SttRequest } from '../../../src/speech/ports.js';

/** What the suite needs of an implementation. */
export interface SttUnderTest {
  readonly engine: SttEngine;
  /** A word at 8 kHz that the engine understands. */
  readonly speech: Int16Array;
  /** Text that the transcript of `speech` matches. */
  readonly expected: RegExp;
  /** Audio in which there is nothing to understand. */
  readonly silence: Int16Array;
}

/** What every {@link SttEngine} keeps to. */
export function sttContract(name: string, open: () => Promise<SttUnderTest>): void {
  describe(`SttEngine: ${name}`, () => {
    let it_: SttUnderTest;
    const request = (id: string, more: Partial<SttRequest> = {}): SttRequest => ({
      requestId: requestId(id),
      pcm: it_.speech,
      sampleRateHz: 8000,
      kind: 'final',
      ...more,
    });

    beforeEach(async () => {
      it_ = await open();
    });
    afterEach(async () => {
      await it_.engine.close();
    });

    test('a transcript carries the id, the text, a confidence and its times', async () => {
      const result = await it_.engine.transcribe(request('a'));
      if (!result.ok) throw new Error(result.error.code);
      expect(result.value.requestId).toBe('a');
      expect(result.value.text).toMatch(it_.expected);
      expect(result.value.text).toBe(result.value.text.trim());
      expect(result.value.confidence).toBeGreaterThan(0.3);
      expect(result.value.confidence).toBeLessThanOrEqual(1);
      expect(result.value.noSpeech).toBe(false);
      expect(result.value.audioMs).toBeCloseTo(it_.speech.length / 8, 5);
      expect(result.value.queueMs).toBeGreaterThanOrEqual(0);
      expect(result.value.decodeMs).toBeGreaterThanOrEqual(0);
      expect(result.value.engine).toBe(it_.engine.capabilities.engine);
    });

    test('silence and empty audio: noSpeech, no text, confidence 0', async () => {
      for (const pcm of [it_.silence, new Int16Array(0)]) {
        const result = await it_.engine.transcribe(request('s', { pcm }));
        expect(result).toMatchObject({ ok: true, value: { text: '', noSpeech: true, confidence: 0 } });
      }
    });

    test('the caller keeps its buffer', async () => {
      const pcm = it_.speech.slice();
      await it_.engine.transcribe(request('k', { pcm }));
      expect(pcm).toEqual(it_.speech);
    });

    test('several at once all come back, each with its own id', async () => {
      const ids = ['1', '2', '3', '4'];
      const results = await Promise.all(ids.map((id) => it_.engine.transcribe(request(id))));
      expect(results.map((result) => result.ok && result.value.requestId)).toEqual(ids);
    });

    test('aborted before, aborted during: code aborted, and the engine goes on', async () => {
      const before = AbortSignal.abort();
      expect(await it_.engine.transcribe(request('b', { signal: before }))).toMatchObject({
        ok: false,
        error: { code: 'aborted' },
      });
      const abort = new AbortController();
      const open = it_.engine.transcribe(request('d', { signal: abort.signal }));
      abort.abort();
      expect(await open).toMatchObject({ ok: false, error: { code: 'aborted' } });
      expect(await it_.engine.transcribe(request('e'))).toMatchObject({ ok: true });
      expect(it_.engine.stats().aborted).toBe(2);
    });

    test('promote of an unknown or finished request does nothing', async () => {
      it_.engine.promote(requestId('never'));
      await it_.engine.transcribe(request('p'));
      it_.engine.promote(requestId('p'));
      expect(await it_.engine.transcribe(request('q'))).toMatchObject({ ok: true });
    });

    test('close: open and later requests are aborted, a second close is harmless', async () => {
      const open = it_.engine.transcribe(request('o'));
      await it_.engine.close();
      expect(await open).toMatchObject({ ok: false, error: { code: 'aborted' } });
      expect(await it_.engine.transcribe(request('l'))).toMatchObject({
        ok: false,
        error: { code: 'aborted' },
      });
      await it_.engine.close();
    });
  });
}
