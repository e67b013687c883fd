import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { formatWav } from '../../src/kernel/wav.js';
import { parseWav } from '../../src/speech/core/wav.js';
import { eventually, program, ROOT, type SuiteAgent } from '../sip/agent/agent-process.js';

/** What the microphone of the browser hears, over and over. */
const WORDS = 'Good morning. This is your colleague. I can see your file.';
const SAID = /morning|colleague|your file/i;
const WHISPERED = 'Parking is behind the library.';
const PAUSE_S = 2;
const NOTE = 'The caller asked about parking.';
/** A caller who waits for what comes. */
const SCRIPT = `
name: supervised
steps:
  - hangup: true
    delay_ms: 60000
`;

/** Words for the microphone of a browser, spoken by the agent's own voice. */
export async function spokenFile(suite: SuiteAgent): Promise<string> {
  const { agent, folder } = suite;
  const { audio_url: url } = await agent.post<{ audio_url: string }>('/api/v1/synthesize', { text: WORDS });
  const audio = await fetch(new URL(url, agent.httpUrl));
  const spoken = parseWav(new Uint8Array(await audio.arrayBuffer()));
  if (spoken === undefined) throw new Error('no WAV file');
  // The browser plays it over and over: a pause tells where what was said ends.
  const { pcm, sampleRateHz } = spoken;
  const samples = new Int16Array(pcm.length + PAUSE_S * sampleRateHz);
  samples.set(pcm);
  const file = join(folder, 'microphone.wav');
  writeFileSync(file, formatWav({ sampleRateHz, channels: [samples] }));
  return file;
}

/** Hears a telephone call, whispers, takes it, speaks, gives it back and ends it, by the buttons of the console. */
export async function superviseCall(page: Page, suite: SuiteAgent, look: () => Promise<void>): Promise<void> {
  const { agent, folder } = suite;
  const script = join(folder, 'supervised.yaml');
  writeFileSync(script, SCRIPT);
  await page.goto(`${agent.httpUrl}/console/live`);
  const caller = program(process.execPath, [
    join(ROOT, 'dist/src/cli/main.js'),
    ...['call', `sip:console@127.0.0.1:${agent.sipPort}`, '--script', script, '--json'],
  ]);
  await page.locator('[data-row]').first().click();
  const log = page.getByRole('log');
  await log.locator('.line.agent').first().waitFor();

  const bar = page.getByRole('region', { name: 'Line to a call' });
  await page.getByRole('button', { name: 'Listen', exact: true }).click();
  await bar.getByText('You hear a call.').waitFor();
  await page.getByLabel('Words for the agent').fill(WHISPERED);
  await page.getByRole('button', { name: 'Whisper' }).click();
  const agentLevel = bar.getByRole('meter', { name: 'Agent' });
  await eventually(async () => {
    const level = Number(await agentLevel.evaluate((meter) => (meter as unknown as { value: number }).value));
    return level > -45 ? level : undefined;
  }, 'the agent to be heard');
  await log.locator('.line.agent', { hasText: WHISPERED }).waitFor();
  await page.getByLabel('What was whispered').getByText('used').waitFor();

  await page.getByRole('button', { name: 'Take the call…' }).click();
  const question = page.getByRole('dialog');
  await question.getByText('Microphone:').waitFor();
  await look();
  await question.getByRole('button', { name: 'Take the call' }).click();
  await bar.getByText('LIVE: the caller hears you.').waitFor();
  await page.getByText('You have the call.', { exact: true }).first().waitFor();
  // A busy machine takes its time to understand them.
  await log.locator('.line.human:not(.partial)', { hasText: SAID }).first().waitFor({ timeout: 40_000 });
  await look();
  await bar.getByRole('button', { name: 'Mute' }).click();
  await bar.getByText('Muted: the caller does not hear you.').waitFor();
  await bar.getByRole('button', { name: 'Unmute' }).click();
  await bar.getByText('LIVE: the caller hears you.').waitFor();

  const before = await log.locator('.line.agent').count();
  await page.getByRole('button', { name: 'Hand back…' }).click();
  await question.getByLabel('Note').fill(NOTE);
  await question.getByRole('button', { name: 'Hand back' }).click();
  await page.getByText('The agent has the call.', { exact: true }).waitFor();
  await log.locator('.line.agent').nth(before).waitFor();

  await page.getByRole('button', { name: 'End the call…' }).click();
  await question.getByRole('button', { name: 'End the call' }).click();
  await page.getByText('The call is over: Supervisor hangup.').waitFor();
  const { output } = await caller;
  const report = JSON.parse(output.slice(output.indexOf('{'))) as { transcript: { text: string }[] };
  expect(report.transcript.map(({ text }) => text).join(' ')).toMatch(SAID);
  const call = await agent.callTo('console', 20_000);
  const human = call.transcript.filter(({ role }) => role === 'human').map(({ text }) => text);
  expect(human.join(' ')).toMatch(SAID);
  expect(human).toContain(NOTE);
}
