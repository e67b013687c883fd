import { requestId } from '../../../src/kernel/ids.js';
import { ok } from '../../../src/kernel/result.js';
import { CallerStream } from '../../../src/session/caller-stream.js';
import type { SttStream, SttStreamRequest } from '../../../src/speech/ports.js';

function world() {
  const log: string[] = [];
  const asked: SttStreamRequest[] = [];
  const answers: (() => void)[] = [];
  const stream = new CallerStream(
    (rate): SttStream => {
      log.push(`open ${rate}`);
      return {
        push: (pcm, startSample) => log.push(`${pcm.length}@${startSample}`),
        final: (request) => {
          asked.push(request);
          return new Promise((resolve) => {
            answers.push(() =>
              resolve(
                ok({
                  requestId: request.requestId,
                  text: 'x',
                  confidence: 1,
                  noSpeech: false,
                  audioMs: 1,
                  queueMs: 0,
                  decodeMs: 0,
                  engine: 'x',
                }),
              ),
            );
          });
        },
        promote: () => undefined,
        close: () => log.push(`close ${rate}`),
      };
    },
    () => undefined,
  );
  const ask = (fromSample: number, toSample: number) =>
    stream.final({ requestId: requestId('r'), fromSample, toSample, kind: 'final' });
  return { stream, log, asked, answers, ask };
}

const narrow = new Int16Array(160);
const wide = new Int16Array(320);

test('wideband from the start: the engine gets 16 kHz, places are translated', () => {
  const { stream, log, asked, ask } = world();
  stream.push(wide, 16_000, 160, false);
  void ask(80, 320);
  expect(log).toEqual(['open 16000', '320@320']);
  expect(asked[0]).toMatchObject({ fromSample: 160, toSample: 640 });
});

test('a change of band in the middle of a turn waits for its end and for open requests', async () => {
  const { stream, log, answers, ask } = world();
  stream.push(narrow, 8000, 0, true);
  stream.push(wide, 16_000, 160, false);
  const open = ask(0, 320);
  stream.push(wide, 16_000, 320, true);
  answers[0]?.();
  expect((await open).ok).toBe(true);
  stream.push(wide, 16_000, 480, true);
  stream.push(narrow, 8000, 640, false);
  expect(log).toEqual([
    'open 8000',
    '160@0',
    '160@160',
    '160@320',
    'close 8000',
    'open 16000',
    '320@960',
    '320@1280',
  ]);
});

test('closed: nothing is taken any more', () => {
  const { stream, log } = world();
  stream.push(narrow, 8000, 0, true);
  stream.close();
  stream.push(narrow, 8000, 160, true);
  expect(log).toEqual(['open 8000', '160@0', 'close 8000']);
});
