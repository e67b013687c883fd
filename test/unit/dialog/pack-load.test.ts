import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkPack, loadPack } from '../../../src/dialog/pack/load.js';

const ROOT = process.cwd();
const withCode = (code: string): Error => expect.objectContaining({ code }) as Error;

test.each(['.', 'packs/bank', 'packs/clinic'])('%s has no problem', async (dir) => {
  const { pack, problems } = await checkPack(join(ROOT, dir));
  expect(problems).toEqual([]);
  expect(pack?.dir).toBe(join(ROOT, dir));
});

test.each([
  ['packs/bank', 'Hana'],
  ['packs/clinic', 'June'],
])('%s speaks with its own persona and otherwise with the texts of the default pack', async (dir, name) => {
  const pack = await loadPack(join(ROOT, dir));
  expect(Object.values(pack.personas).map((persona) => persona.name)).toEqual([name]);
  expect(pack.prompts['goodbye']?.variants.length).toBeGreaterThan(0);
});

describe('a pack with', () => {
  let dir = '';
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'leibniz-pack-'));
    await cp(join(ROOT, 'packs/bank'), dir, { recursive: true });
  });
  afterEach(() => rm(dir, { recursive: true, force: true }));

  const change = async (file: string, from: string, to: string): Promise<void> => {
    const path = join(dir, file);
    const text = await readFile(path, 'utf8');
    if (!text.includes(from)) throw new Error(`${file} has no ${from}`);
    await writeFile(path, text.replace(from, to));
  };
  /** The line of a text in a file, from 1. */
  const lineOf = async (file: string, text: string): Promise<number> =>
    (await readFile(join(dir, file), 'utf8')).split('\n').findIndex((row) => row.includes(text)) + 1;

  test.each<[string, string, string, string, RegExp]>([
    [
      'a staff id that nobody has',
      'business.yaml',
      'staff: [adeyemi]',
      'staff: [adeyemy]',
      /services\.4\.staff\.0 is "adeyemy"; allowed: one of grant, silva, adeyemi/,
    ],
    [
      'a form that is not there',
      'business.yaml',
      'staff: [adeyemi]',
      'form: retire',
      /services\.4\.form is retire; allowed: a form of tasks\/ \(balance, block-card/,
    ],
    [
      'an absence that ends before it begins',
      'business.yaml',
      'from: "2026-12-21"',
      'from: "2027-12-21"',
      /absences\.0 .*first day is not after its last/,
    ],
    [
      'an unknown key',
      'business.yaml',
      'waitingList: true',
      'waitingLists: true',
      /waitingLists is no known key; remove it/,
    ],
    [
      'a second factor that does not exist',
      'business.yaml',
      '[phone, reference]',
      '[phone, shoe_size]',
      /identification\.1 is "shoe_size"; allowed: reference, birth_date/,
    ],
    [
      'an intent that leads to no form',
      'intents.yaml',
      'does: form:balance',
      'does: form:balanse',
      /intents\.1\.does is form:balanse; allowed: a form/,
    ],
    [
      'an intent that does what nobody can',
      'intents.yaml',
      'does: hello',
      'does: dance',
      /intents\.0\.does is "dance"; allowed: book, find/,
    ],
    [
      'a sentence under two intents',
      'intents.yaml',
      '- check my balance',
      '- block my visa right now',
      /stands under BALANCE too/,
    ],
    [
      'a slot type that does not exist',
      'tasks/transfer.yaml',
      'type: amount\n    name',
      'type: money\n    name',
      /slots\.0\.type is "money"; allowed: date, time/,
    ],
    [
      'a tool that is not there',
      'tasks/balance.yaml',
      'tool: account-balance',
      'tool: balances',
      /tool is balances; allowed: a tool of tools\.yaml \(verify-customer/,
    ],
    [
      'a form required that is not there',
      'tasks/balance.yaml',
      'requires: identify-customer',
      'requires: identify',
      /requires is identify; allowed: a form/,
    ],
    [
      'a text with a variable that nothing gives',
      'tasks/transfer.yaml',
      '{amount} out',
      '{sum} out',
      /confirm uses \{sum\}; allowed: amount, source/,
    ],
    [
      'an answer read out with a field that is not declared',
      'tasks/balance.yaml',
      'has {balance}',
      'has {total}',
      /done uses \{total\}; allowed: account, account_name, balance/,
    ],
    [
      'a change without a read-back',
      'tasks/transfer.yaml',
      'confirm:\n  - I will move {amount} out of your {source} into your {source_other}. Is that right?\n',
      '',
      /changes something; add confirm/,
    ],
    [
      'private data told to anybody',
      'tasks/balance.yaml',
      'requires: identify-customer\n',
      '',
      /discloses private data; add confirm, or require a form that identifies/,
    ],
    ['a secret in an address', 'tools.yaml', 'method: POST', 'method: GET', /would send pin in an address/],
    [
      'a secret that is kept',
      'tasks/identify-customer.yaml',
      'keeps: [customer,',
      'keeps: [pin, customer,',
      /keeps\.0 is pin, a secret/,
    ],
    [
      'a condition on a slot that comes later',
      'tasks/transfer.yaml',
      '    min: 1\n',
      '    when: { source: checking }\n',
      /slots\.0\.when\.source names no slot before it/,
    ],
    [
      'a refusal without a text',
      'tasks/identify-customer.yaml',
      '  no_match: That',
      '  nomatch: That',
      /again\.no_match has no text; add failed\.no_match/,
    ],
    [
      'a form under another name',
      'tasks/transfer.yaml',
      'id: transfer\n',
      'id: transfers\n',
      /id is transfers; allowed: the name of the file \(transfer\)/,
    ],
    [
      'a path with a value that is not sent',
      'tools.yaml',
      'args: [session, account]',
      'args: [account]',
      /path uses \{session\}; allowed: account/,
    ],
  ])('%s is told with file, line and remedy', async (_name, file, from, to, message) => {
    await change(file, from, to);
    const { pack, problems } = await checkPack(dir);
    expect(pack).toBeUndefined();
    expect(problems.map((problem) => problem.message).join('\n')).toMatch(message);
    const inFiles = problems.map((problem) => [problem.file, problem.line > 0]);
    const where =
      file === 'tools.yaml' && message.source.includes('pin') ? 'tasks/identify-customer.yaml' : file;
    expect(inFiles).toContainEqual([join(dir, where), true]);
  });

  test('a wrong value is told with the line on which it stands', async () => {
    await change('business.yaml', 'slotMinutes: 15', 'slotMinutes: half');
    await change('tasks/balance.yaml', 'tool: account-balance', 'tool: balances');
    const { problems } = await checkPack(dir);
    expect(problems.map(({ file, line }) => [file, line])).toEqual([
      [join(dir, 'business.yaml'), await lineOf('business.yaml', 'slotMinutes')],
      [join(dir, 'tasks/balance.yaml'), await lineOf('tasks/balance.yaml', 'tool: balances')],
    ]);
    await expect(loadPack(dir)).rejects.toThrow(withCode('CONFIG_INVALID'));
    await expect(loadPack(dir)).rejects.toThrow(/business\.yaml:\d+: slotMinutes is "half"; allowed: /);
  });

  test('a file that is no YAML is told with its line', async () => {
    await change('tools.yaml', 'tools:', 'tools: [');
    const { problems } = await checkPack(dir);
    expect(problems[0]).toMatchObject({
      file: join(dir, 'tools.yaml'),
      message: expect.stringMatching(/^no valid YAML/) as string,
    });
  });

  test('every problem is told, not the first alone', async () => {
    await change('business.yaml', 'slotMinutes: 15', 'slotMinutes: 0');
    await change('intents.yaml', 'does: hello', 'does: dance');
    await change('guard.yaml', 'min: 13', 'min: 50');
    await rm(join(dir, 'knowledge_base'), { recursive: true });
    const { problems } = await checkPack(dir);
    expect(problems.map(({ file }) => file.slice(dir.length + 1))).toEqual([
      'business.yaml',
      'guard.yaml',
      'intents.yaml',
      'knowledge_base',
    ]);
  });

  test('a text of its own says it in place of the default, and a wrong one is told with its line', async () => {
    const file = join(dir, 'prompts/utterances/goodbye.md');
    const text = (body: string): string =>
      `---\nid: goodbye\nversion: 1\nlocale: en-US\nvars: []\n---\n${body}\n`;
    await mkdir(join(dir, 'prompts/utterances'), { recursive: true });
    await writeFile(file, text('Thank you for banking with us.'));
    expect((await loadPack(dir)).prompts['goodbye']?.variants).toEqual(['Thank you for banking with us.']);
    await writeFile(file, text('Bye {name}.'));
    const { problems } = await checkPack(dir);
    expect(problems).toMatchObject([
      { file, line: 7, message: expect.stringMatching(/^name: the text uses it/) as string },
    ]);
  });

  test('nothing but facts and intents is a pack', async () => {
    for (const part of ['tasks', 'tools.yaml', 'guard.yaml', 'lexicon.yaml', 'personas']) {
      await rm(join(dir, part), { recursive: true });
    }
    await change('intents.yaml', 'does: form:balance', 'does: answer');
    await change('intents.yaml', 'does: form:transactions', 'does: answer');
    await change('intents.yaml', 'does: form:block-card', 'does: person');
    await change('intents.yaml', 'does: form:transfer', 'does: person');
    const pack = await loadPack(dir, { timezone: 'Europe/Paris' });
    expect(pack.business.timezone).toBe('Europe/Paris');
    expect(pack.forms).toEqual({});
    // The persona of the default pack speaks then.
    expect(Object.keys(pack.personas).length).toBeGreaterThan(0);
  });
});

test('a folder that is not there is told', async () => {
  await expect(loadPack(join(ROOT, 'packs/none'))).rejects.toThrow(/there is no such folder/);
});

test('what the guard refuses is in every form', async () => {
  const pack = await loadPack(join(ROOT, 'packs/bank'));
  for (const form of Object.values(pack.forms)) {
    expect(form.refuses?.map(({ id }) => id)).toEqual([
      ...['card-number', 'social-security-number', 'password', 'pin'],
    ]);
  }
});
