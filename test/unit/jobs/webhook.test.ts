import { PermanentFailure, postSigned, signature, TransientFailure } from '../../../src/jobs/webhook.js';

describe('webhook', () => {
  it('signs the seconds and the body', () => {
    expect(signature('{"a":1}', 'key', 1_700_000_000_999)).toMatch(/^t=1700000000,v1=[0-9a-f]{64}$/);
    expect(signature('{"a":1}', 'key', 1000)).not.toBe(signature('{"a":2}', 'key', 1000));
    expect(signature('{"a":1}', 'key', 1000)).not.toBe(signature('{"a":1}', 'key', 2000));
    expect(signature('{"a":1}', 'key', 1000)).not.toBe(signature('{"a":1}', 'other', 1000));
  });

  describe('answers', () => {
    const real = globalThis.fetch;
    afterEach(() => {
      globalThis.fetch = real;
    });
    const answer = (status: number): Promise<number> => {
      globalThis.fetch = async () => new Response(null, { status });
      return postSigned({ url: 'http://127.0.0.1:9/', secret: 's', timeoutMs: 10 }, 'd', '{}', 0);
    };

    it.each([200, 201, 204])('%d is a success', async (status) => expect(await answer(status)).toBe(status));
    it.each([408, 429, 500, 503])('%d may pass', async (status) =>
      expect(answer(status)).rejects.toBeInstanceOf(TransientFailure),
    );
    it.each([301, 302, 307, 400, 401, 404, 410, 422])('%d is final', async (status) =>
      expect(answer(status)).rejects.toBeInstanceOf(PermanentFailure),
    );
    it('a connection that fails may pass, and the text names no data', async () => {
      globalThis.fetch = async () => {
        throw Object.assign(new TypeError('fetch failed'), { cause: { code: 'ECONNREFUSED' } });
      };
      const post = postSigned(
        { url: 'http://127.0.0.1:9/', secret: 's', timeoutMs: 10 },
        'd',
        '{"name":"Ada"}',
        0,
      );
      await expect(post).rejects.toThrow(
        'the receiver of FOLLOWUP_WEBHOOK_URL cannot be reached (ECONNREFUSED)',
      );
    });
  });
});
