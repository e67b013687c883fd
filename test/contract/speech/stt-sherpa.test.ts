import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { openSherpaStt } from '../../../src/speech/stt/sherpa-stt.js';
import { spoken } from '../../support/providers/stt/spoken-code.js';
import { Talker } from '../../support/providers/stt/talk.js';
import { sttContract } from './stt-suite.js';

const dir = mkdtempSync(join(tmpdir(), 'leibniz-sherpa-'));
const module = resolve('test/support/providers/stt/sherpa-module.mjs');
for (const file of ['encoder.onnx', 'decoder.int8.onnx', 'joiner.onnx', 'tokens.txt']) {
  writeFileSync(join(dir, file), '');
}
afterAll(() => rmSync(dir, { recursive: true }));

sttContract('sherpa-onnx', async () => ({
  engine: await openSherpaStt({ dir, language: 'en-US', module }),
  speech: spoken(['hello', 'tomorrow']),
  expected: /^hello tomorrow$/,
  silence: new Int16Array(8000),
}));

test('streams: partial words, words by range, confidence from the tokens', async () => {
  const engine = await openSherpaStt({ dir, language: 'en-US', module });
  const talker = new Talker(engine);
  await talker.say('hello', 'tomorrow');
  await new Promise((done) => setTimeout(done, 100));
  expect(talker.partials.at(-1)?.text).toMatch(/^hello/);
  const result = await talker.ask();
  expect(result).toMatchObject({ ok: true, value: { text: 'hello tomorrow' } });
  expect(result.ok && result.value.confidence).toBeCloseTo(Math.exp(-0.1), 5);
  talker.over();
  await talker.pause(400);
  await talker.say('ten');
  expect(await talker.text()).toBe('ten');
  talker.stream.close();
  await engine.close();
});

test.each([
  [{ dir: '/nowhere' }, /SHERPA_STT_DIR is "\/nowhere": it is no folder/],
  [{ dir: tmpdir() }, /holds no (tokens.txt|encoder)/],
  [{ dir, module: 'sherpa-onnx-node-that-is-not-there' }, /cannot be loaded \(npm install sherpa/],
])('what is missing is one sentence: %o', async (options, sentence) => {
  await expect(openSherpaStt({ language: 'en', ...options })).rejects.toThrow(sentence);
});
