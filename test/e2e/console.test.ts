import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { chromium, type Browser, type BrowserContext, type Page } from 'playwright-core';
import { eventually, program, ROOT, SuiteAgent } from '../sip/agent/agent-process.js';
import { requires } from '../support/requires.js';
import { spokenFile, superviseCall } from './supervised-call.js';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const MAIN = join(ROOT, 'dist/src/cli/main.js');
const PAGES = [
  ...['', 'live', 'calls', 'analytics', 'appointments', 'callbacks', 'jobs', 'knowledge', 'chat', 'test'],
  ...['system', 'settings', 'users', 'audit', 'setup?token=x', 'reset?token=x'],
];
const WAIT_MS = 20_000;

interface Finding {
  readonly id: string;
  readonly nodes: readonly { readonly html: string }[];
}

requires.binary('chromium')('the console in a browser', () => {
  const suite = new SuiteAgent({ rtpPortMin: 26_000, env: { RECORDING: 'announce' } });
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  /** What a browser complains of, and what it asks elsewhere. */
  const complaints: string[] = [];

  beforeAll(async () => {
    const { stdout } = spawnSync('sh', ['-c', 'command -v chromium'], { encoding: 'utf8' });
    const args = [
      ...['--no-sandbox', '--use-fake-ui-for-media-stream', '--use-fake-device-for-media-stream'],
      ...[
        `--use-file-for-fake-audio-capture=${await spokenFile(suite)}`,
        '--autoplay-policy=no-user-gesture-required',
      ],
    ];
    browser = await chromium.launch({ executablePath: stdout.trim(), args });
  }, 60_000);
  afterAll(() => browser.close());

  beforeEach(async () => {
    complaints.length = 0;
    context = await browser.newContext();
    context.setDefaultTimeout(WAIT_MS);
    page = await context.newPage();
    page.on('pageerror', ({ message }) => complaints.push(message));
    page.on('console', (message) => {
      // Where there are no live calls the page finds out by asking.
      const isExpected = `${message.text()} ${message.location().url}`.includes('/api/v1/live');
      if (message.type() === 'error' && !isExpected) complaints.push(message.text());
    });
    page.on('request', (request) => {
      if (!request.url().startsWith(suite.agent.httpUrl)) complaints.push(`asks ${request.url()}`);
    });
  });
  afterEach(async () => {
    await context.close();
    expect(complaints).toEqual([]);
  });

  const open = async (path: string): Promise<void> => {
    await page.goto(`${suite.agent.httpUrl}/console/${path}`);
    await page.locator('h1').waitFor();
  };

  /** What axe finds on the page that is open, in both colours. */
  const accessible = async (path: string): Promise<void> => {
    await page.evaluate(AXE);
    const found: string[] = [];
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      const violations = await page.evaluate(async () => {
        const { axe } = globalThis as unknown as { axe: { run(): Promise<{ violations: Finding[] }> } };
        return (await axe.run()).violations;
      });
      found.push(...violations.map(({ id, nodes }) => `${path} ${id} ${nodes[0]?.html ?? ''}`));
    }
    expect(found).toEqual([]);
  };

  test('without accounts nobody signs in; a chat books an appointment, which is in the calendar and the calls', async () => {
    await open('');
    await page.getByText('Nobody is on the line.').waitFor();
    await page.getByRole('link', { name: 'Chat' }).click();
    await page.getByRole('button', { name: 'Begin' }).click();
    const log = page.getByRole('log');
    await log.locator('.line.agent').first().waitFor();
    const say = async (text: string, answer: RegExp): Promise<void> => {
      await page.getByLabel('Message').fill(text);
      await page.keyboard.press('Enter');
      await log.locator('.line.agent', { hasText: answer }).first().waitFor();
    };
    await say('I would like to book an appointment', /\?/);
    await say('degree planning', /which day|what day/i);
    await say('next Thursday at 10 am', /name/i);
    await say('Ada Lovelace', /right\?|correct\?/i);
    await say('yes', /you are booked/i);
    await page.getByRole('button', { name: 'End', exact: true }).click();

    const { items } = await suite.agent.get<{ items: { date: string; reference: string }[] }>(
      '/api/v1/appointments',
    );
    await open(`appointments?week=${items[0]?.date ?? ''}`);
    await page.getByRole('button', { name: /Ada Lovelace/ }).click();
    await page
      .getByRole('dialog')
      .getByText(items[0]?.reference ?? '')
      .waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });

    await page.keyboard.press('g');
    await page.keyboard.press('c');
    await page.getByRole('searchbox').fill('lovelace');
    await page.waitForURL(/q=lovelace/);
    await page.getByRole('link', { name: 'Text or browser' }).click();
    await page.locator('.line.user', { hasText: 'Ada Lovelace' }).waitFor();
  }, 120_000);

  test('a recorded call is played in step with its transcript, by mouse and by keys; then it is deleted', async () => {
    const script = join(suite.folder, 'question.yaml');
    writeFileSync(script, 'name: q\nsteps:\n  - say: What are your opening hours?\n  - hangup: true\n');
    const target = `sip:played@127.0.0.1:${suite.agent.sipPort}`;
    await program(process.execPath, [MAIN, 'call', target, '--script', script]);
    const { id } = await suite.agent.callTo('played');
    await open(`calls/${id}`);
    const place = page.getByRole('slider', { name: 'Place in the recording' });
    await place.waitFor();
    expect(await page.locator('.wave path.wave-agent').getAttribute('d')).toMatch(/^M0 .*Z$/);
    await accessible(`calls/${id}`);

    const asked = page.locator('.line.user', { hasText: 'opening hours' });
    await asked.getByRole('button', { name: /Play from/ }).click();
    await page.locator('.line.user[aria-current=true]').waitFor();
    await page.getByRole('button', { name: 'Pause' }).click();
    const at = async (): Promise<number> => Number(await place.inputValue());
    const before = await at();
    expect(before).toBeGreaterThan(1000);
    await place.focus();
    await page.keyboard.press('[');
    await eventually(async () => ((await at()) < before ? true : undefined), 'the line before');
    await page.locator('.line.agent[aria-current=true]').waitFor();
    await page.keyboard.press(']');
    await page.keyboard.press('Space');
    await page.getByRole('button', { name: 'Pause' }).waitFor();
    await page.keyboard.press('Space');
    await page.getByRole('button', { name: 'Play', exact: true }).waitFor();

    await page.getByRole('button', { name: 'Delete the recording' }).click();
    await page.getByRole('button', { name: 'Delete it' }).click();
    await page.getByText('The recording of this call was deleted.').waitFor();
  }, 120_000);

  test('a question without an answer is answered in place, and then found', async () => {
    const question = 'Does the university lend telescopes to students?';
    await open('chat');
    await page.getByRole('button', { name: 'Begin' }).click();
    const log = page.getByRole('log');
    await log.locator('.line.agent').first().waitFor();
    await page.getByLabel('Message').fill(question);
    await page.keyboard.press('Enter');
    await log.locator('.line.agent', { hasText: /don't know/ }).waitFor();
    await open('knowledge');
    await page.getByRole('button', { name: 'Write an answer…' }).click();
    await page.getByRole('textbox', { name: 'Answer' }).fill('Physics lends telescopes for one week.');
    await page.getByRole('button', { name: 'Keep it' }).click();
    await page.getByText('Every question had an answer.').waitFor();
    await page.getByRole('searchbox', { name: 'Question' }).fill(question);
    await page.getByRole('button', { name: 'Ask', exact: true }).click();
    await page.locator('.answer', { hasText: 'Physics lends telescopes for one week.' }).waitFor();
  }, 60_000);

  test('a supervisor hears a telephone call, whispers, takes it, speaks and gives it back', async () => {
    await superviseCall(page, suite, () => accessible('live panel'));
  }, 120_000);

  test('every page can be used without seeing it well, in both colours', async () => {
    for (const path of PAGES) {
      await open(path);
      await page.waitForLoadState('networkidle');
      await accessible(path);
    }
  }, 120_000);
});
