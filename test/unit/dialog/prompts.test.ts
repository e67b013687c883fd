import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PROMPT_CATALOGUE } from '../../../src/dialog/core/prompt-catalogue.js';
import { render } from '../../../src/dialog/core/render.js';
import { loadPrompts, parsePersona, parsePrompt } from '../../../src/dialog/prompts.js';

const ROOT = process.cwd();
const { prompts, personas } = await loadPrompts(join(ROOT, 'prompts'));
const withCode = (code: string): Error => expect.objectContaining({ code }) as Error;

const CORE = join(ROOT, 'src/dialog');

function sources(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts') && entry.name !== 'prompt-catalogue.ts')
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'utf8'));
}

test('every utterance of the catalogue has a text, and every text is in the catalogue', () =>
  expect(Object.keys(prompts).sort()).toEqual(Object.keys(PROMPT_CATALOGUE).sort()));

test('every utterance of the catalogue is said somewhere', () => {
  const code = sources(CORE).join('\n');
  expect(Object.keys(PROMPT_CATALOGUE).filter((id) => !code.includes(`'${id}'`))).toEqual([]);
});

test('no utterance is longer than the phone bears: at most 45 words, and no markup', () => {
  for (const { id, variants } of Object.values(prompts)) {
    for (const text of variants) {
      expect([id, text.split(/\s+/).length <= 45]).toEqual([id, true]);
      expect([id, /[*_#<>[\]|]/.test(text)]).toEqual([id, false]);
    }
  }
});

test.each([
  'appointment.date.retry',
  'appointment.time.retry',
  'open.retry',
  'anything_else.ask',
  'filler.booking',
])('%s has variants that differ', (id) => expect(new Set(prompts[id]?.variants).size).toBeGreaterThan(1));

test('the persona has a name and a voice', () =>
  expect(personas['robin']).toMatchObject({ name: 'Robin', voice: 'rms' }));

const FILE = (matter: string, body = 'Hello.'): string => `---\n${matter}\n---\n${body}\n`;
const GOOD = 'id: goodbye\nversion: 1\nlocale: en-US\nvars: []';

test.each<[string, string, RegExp]>([
  ['no front matter', 'Hello.', /f\.md: front matter: /],
  ['front matter that is no YAML', FILE('id: ['), /f\.md: front matter: it is no valid YAML/],
  ['a key that is not known', FILE(`${GOOD}\nmood: happy`), /f\.md: mood: no such key/],
  ['no version', FILE('id: goodbye\nlocale: en-US\nvars: []'), /f\.md: version: it must be/],
  [
    'an id that the dialog has not',
    FILE(GOOD.replace('goodbye', 'good.day')),
    /f\.md: id: good\.day is no utterance/,
  ],
  [
    'a variable that vars does not list',
    FILE(GOOD, 'Bye {name}.'),
    /f\.md: name: the text uses it, but vars/,
  ],
  [
    'a variable that the dialog does not give',
    FILE(GOOD.replace('[]', '[name]'), 'Bye {name}.'),
    /f\.md: name: the dialog gives no variables/,
  ],
  [
    'a variable that no text uses',
    FILE(GOOD.replace('[]', '[name]')),
    /f\.md: name: vars lists it, but no text/,
  ],
  [
    'a variable that is not said',
    FILE('id: transfer.start\nversion: 1\nlocale: en-US\nvars: []'),
    /f\.md: person: the dialog gives it/,
  ],
  ['no text', FILE(GOOD, ''), /f\.md: body: there is no text/],
])('%s is refused with file and key', (_name, text, message) => {
  expect(() => parsePrompt(text, 'f.md')).toThrow(withCode('PROMPT_INVALID'));
  expect(() => parsePrompt(text, 'f.md')).toThrow(message);
});

test('a persona without a name is refused', () =>
  expect(() => parsePersona(FILE('id: x\nversion: 1\nlocale: en-US\nvars: []'), 'p.md')).toThrow(
    /p\.md: name/,
  ));

describe('a folder', () => {
  let folder = '';
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'leibniz-prompts-'));
    await cp(join(ROOT, 'prompts'), folder, { recursive: true });
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  test('without one of the texts is refused with its id', async () => {
    await rm(join(folder, 'utterances/general/goodbye.md'));
    await expect(loadPrompts(folder)).rejects.toThrow(/goodbye: no file has this id for en-US/);
  });

  test('with a text twice is refused', async () => {
    await writeFile(join(folder, 'utterances/general/bye.md'), FILE(GOOD));
    await expect(loadPrompts(folder)).rejects.toThrow(/id: goodbye stands in another file too/);
  });

  test('without a persona is refused', async () => {
    await rm(join(folder, 'personas/robin.md'));
    await expect(loadPrompts(folder)).rejects.toThrow(/personas: no persona has the locale en-US/);
  });

  test('of another locale lacks every text', async () =>
    expect(loadPrompts(folder, 'de-DE')).rejects.toThrow(/no file has this id for de-DE/));

  test('that is not there is refused with its path', async () =>
    expect(loadPrompts(join(folder, 'none'))).rejects.toThrow(/cannot be read/));
});

test('variants take turns, values are filled in, and sentences begin with a capital', () => {
  const spoken = {
    promptId: 'appointment.offer.one',
    vars: { when: 'tomorrow, Tuesday', time: '2 PM' },
  } as const;
  expect(render(prompts, spoken, 0)).toBe('Tomorrow, Tuesday, I have 2 PM. Would you like that?');
  const ask = { promptId: 'anything_else.ask', vars: {} } as const;
  expect(new Set([0, 1, 2].map((turn) => render(prompts, ask, turn))).size).toBe(3);
});
