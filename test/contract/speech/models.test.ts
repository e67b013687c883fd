import { copyFileSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { listModels, openSpeech } from '../../../src/speech/index.js';
import { checkModels, type ModelPaths } from '../../../src/speech/models.js';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'leibniz-models-'));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

test('every file of weights is listed with its origin and licence, and is there', () => {
  const models = listModels();
  expect(models.map((model) => model.role).toSorted()).toEqual(['stt', 'stt', 'tts', 'vad']);
  for (const model of models) {
    expect(model.present).toBe(true);
    expect(model.bytes).toBeGreaterThan(1_000_000);
    expect(model.file).toContain(model.sourcePackage);
    expect(model.licence).not.toBe('');
  }
});

test('a missing file is listed as absent and is one clear error', async () => {
  const paths: ModelPaths = { vad: join(folder, 'none.onnx') };
  expect(listModels(paths).find((model) => model.role === 'vad')).toMatchObject({ present: false, bytes: 0 });
  await expect(openSpeech({ modelPaths: paths })).rejects.toMatchObject({
    code: 'MODEL_MISSING',
    field: paths.vad,
    message: expect.stringMatching(/none\.onnx.*npm install/) as string,
  });
});

test('an engine or a voice that there is not is one clear error that names those that there are', async () => {
  await expect(openSpeech({ stt: 'whisperer' })).rejects.toMatchObject({
    code: 'CONFIG_INVALID',
    message: expect.stringMatching(/no speech-to-text engine "whisperer"; known: moonshine/) as string,
  });
  await expect(openSpeech({ tts: ['flite', 'parrot'] })).rejects.toMatchObject({
    code: 'CONFIG_INVALID',
    message: expect.stringMatching(/no text-to-speech engine "parrot"; known: flite/) as string,
  });
  await expect(openSpeech({ voices: ['slt', 'nova'] })).rejects.toMatchObject({
    code: 'CONFIG_INVALID',
    message: expect.stringMatching(/no voice "nova".* has rms, awb, slt/) as string,
  });
});

describe('a broken file is one clear error that names it', () => {
  const good = checkModels();
  const broken: [string, keyof ModelPaths, (file: string) => void][] = [
    ['cut short', 'sttDecoder', (file) => truncateSync(file, 1000)],
    ['cut at half', 'sttEncoder', (file) => truncateSync(file, 5_500_000)],
    ['another format', 'tts', (file) => writeFileSync(file, Buffer.alloc(16_000_000, 'x'))],
    ['WebAssembly that does not compile', 'tts', (file) => truncateSync(file, 16_000_000)],
    [
      'noise after a good beginning',
      'vad',
      (file) => writeFileSync(file, Buffer.concat([Buffer.of(8), Buffer.alloc(2_000_000, 0xff)])),
    ],
  ];

  test.each(broken)('%s: %s', async (_name, key, spoil) => {
    const file = join(folder, `${key}-broken`);
    copyFileSync(good[key], file);
    spoil(file);
    await expect(openSpeech({ modelPaths: { [key]: file } })).rejects.toMatchObject({
      name: 'LeibnizError',
      code: 'MODEL_BROKEN',
      field: file,
      message: expect.stringMatching(/npm install/) as string,
    });
  });
});
