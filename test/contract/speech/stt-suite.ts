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
    let subject: SttUnderTest;
    const request = (id: string, more: Partial<SttRequest> = {}): SttRequest => ({
      requestId: requestId(id),
      pcm: subject.speech,
      sampleRateHz: 8000,
      kind: 'final',
      ...more,
    });

    beforeEach(async () => {
      subject = await open();
    });
    afterEach(async () => {
      await subject.engine.close();
    });

    test('a transcript carries the id, the text, a confidence and its times', async () => {
      const result = await subject.engine.transcribe(request('a'));
      if (!result.ok) throw new Error(result.error.code);
      expect(result.value.requestId).toBe('a');
      expect(result.value.text).toMatch(subject.expected);
      expect(result.value.text).toBe(result.value.text.trim());
      const { confidence } = result.value;
      expect(confidence !== undefined).toBe(subject.engine.capabilities.confidence);
      if (confidence !== undefined) expect(confidence > 0.3 && confidence <= 1).toBe(true);
      expect(result.value.noSpeech).toBe(false);
      expect(result.value.audioMs).toBeCloseTo(subject.speech.length / 8, 5);
      expect(result.value.queueMs).toBeGreaterThanOrEqual(0);
      expect(result.value.decodeMs).toBeGreaterThanOrEqual(0);
      expect(result.value.engine).toBe(subject.engine.capabilities.engine);
    });

    test('silence and empty audio: noSpeech, no text, confidence 0', async () => {
      for (const pcm of [subject.silence, new Int16Array(0)]) {
        const result = await subject.engine.transcribe(request('s', { pcm }));
        expect(result).toMatchObject({ ok: true, value: { text: '', noSpeech: true, confidence: 0 } });
      }
    });

    test('the caller keeps its buffer', async () => {
      const pcm = subject.speech.slice();
      await subject.engine.transcribe(request('k', { pcm }));
      expect(pcm).toEqual(subject.speech);
    });

    test('several at once all come back, each with its own id', async () => {
      const ids = ['1', '2', '3', '4'];
      const results = await Promise.all(ids.map((id) => subject.engine.transcribe(request(id))));
      expect(results.map((result) => result.ok && result.value.requestId)).toEqual(ids);
    });

    test('aborted before, aborted during: code aborted, and the engine goes on', async () => {
      const before = AbortSignal.abort();
      expect(await subject.engine.transcribe(request('b', { signal: before }))).toMatchObject({
        ok: false,
        error: { code: 'aborted' },
      });
      const abort = new AbortController();
      const pending = subject.engine.transcribe(request('d', { signal: abort.signal }));
      abort.abort();
      expect(await pending).toMatchObject({ ok: false, error: { code: 'aborted' } });
      expect(await subject.engine.transcribe(request('e'))).toMatchObject({ ok: true });
      expect(subject.engine.stats().aborted).toBe(2);
    });

    test('promote of an unknown or finished request does nothing', async () => {
      subject.engine.promote(requestId('never'));
      await subject.engine.transcribe(request('p'));
      subject.engine.promote(requestId('p'));
      expect(await subject.engine.transcribe(request('q'))).toMatchObject({ ok: true });
    });

    test('close: open and later requests are aborted, a second close is harmless', async () => {
      const pending = subject.engine.transcribe(request('o'));
      await subject.engine.close();
      expect(await pending).toMatchObject({ ok: false, error: { code: 'aborted' } });
      expect(await subject.engine.transcribe(request('l'))).toMatchObject({
        ok: false,
        error: { code: 'aborted' },
      });
      await subject.engine.close();
    });
  });
}
