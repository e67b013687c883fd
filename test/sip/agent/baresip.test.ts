import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readWav, writeWav } from '../../../src/media/wav.js';
import { requires } from '../../support/requires.js';
import { expectSuccess, leibniz, program, SuiteAgent } from './agent-process.js';
import { saidBy } from './wire.js';

const QUESTION = 'What are your opening hours?';
/** The caller listens to the greeting first. */
const BEFORE_S = 9;
/** Time for the answer; when the file ends baresip hangs up. */
const AFTER_S = 11;

/** Where Debian keeps baresip's modules. */
const MODULES = '/usr/lib/baresip/modules';

/** A phone without hardware: plays `question.wav` to the agent and writes what it hears to `dump-*-dec.wav`. */
function configure(folder: string): string {
  const config = {
    sip_listen: '127.0.0.1:0',
    audio_source: `aufile,${join(folder, 'question.wav')}`,
    audio_player: 'aufile,nothing',
    audio_alert: 'aufile,nothing',
    ausrc_srate: '8000',
    auplay_srate: '8000',
    ausrc_channels: '1',
    auplay_channels: '1',
    module_path: MODULES,
    rtp_ports: '26900-26998',
    snd_path: folder,
  };
  const modules = ['g711', 'aufile', 'sndfile'].map((name) => `module ${name}.so`);
  const lines = Object.entries(config).map(([key, value]) => `${key} ${value}`);
  const path = join(folder, 'baresip');
  mkdirSync(path);
  writeFileSync(
    join(path, 'config'),
    [...lines, ...modules, 'module_app account.so', 'module_app menu.so', ''].join('\n'),
  );
  writeFileSync(join(path, 'accounts'), '<sip:baresip@127.0.0.1>;regint=0;audio_codecs=PCMU\n');
  writeFileSync(join(path, 'contacts'), '');
  return path;
}

/** The question with silence around it. */
async function speak(folder: string): Promise<void> {
  const spoken = join(folder, 'spoken.wav');
  expectSuccess(await leibniz(['tts-test', QUESTION, '--voice', 'slt', '--out', spoken]));
  const { channels, sampleRateHz } = await readWav(spoken);
  const words = channels[0] ?? new Int16Array(0);
  const pcm = new Int16Array((BEFORE_S + AFTER_S) * sampleRateHz + words.length);
  pcm.set(words, BEFORE_S * sampleRateHz);
  await writeWav(join(folder, 'question.wav'), { sampleRateHz, channels: [pcm] });
}

const words = (text: string): string[] => text.toLowerCase().match(/[a-z]{3,}/g) ?? [];

/** Share of a text's words that a recognised text has. */
function recognised(text: string, heard: string): number {
  const found = new Set(words(heard));
  const wanted = words(text);
  return wanted.filter((word) => found.has(word)).length / Math.max(1, wanted.length);
}

requires.binary('baresip')('the agent and baresip', () => {
  const suite = new SuiteAgent({ rtpPortMin: 27_400 });

  test('a call: greeting, question, answer, hang-up; both ends end well', async () => {
    const { agent, folder } = suite;
    await speak(folder);
    const config = configure(folder);
    const dial = ['-e', `d sip:agent@127.0.0.1:${agent.sipPort}`];
    const phone = await program(
      'baresip',
      ['-f', config, '-t', String(BEFORE_S + AFTER_S + 4), ...dial],
      folder,
    );
    expectSuccess(phone);
    expect(phone.output).toContain('Call established');

    const call = await agent.callTo('agent');
    expect(call.reason).toBe('caller_hangup');
    expect(recognised(QUESTION, saidBy('user', call).join(' '))).toBeGreaterThan(0.6);
    const [greeting = '', answer = ''] = saidBy('agent', call);
    expect(
      call.transcript.filter(({ role }) => role === 'agent').map(({ text, heard }) => heard === text),
    ).not.toContain(false);
    expect(call.quality.media.received).toMatchObject({ malformed: 0, injected: 0, unknownPayloadType: 0 });

    const recording = readdirSync(folder).find((name) => name.endsWith('-dec.wav')) ?? 'no recording';
    const stt = await leibniz(['stt-test', join(folder, recording), '--json']);
    expectSuccess(stt);
    const { text: heard } = JSON.parse(stt.output) as { text: string };
    expect(heard).toMatch(/^Hello, this is/);
    expect(recognised(greeting, heard)).toBeGreaterThan(0.6);
    expect(recognised(answer, heard)).toBeGreaterThan(0.5);

    expectSuccess(await agent.stop());
  }, 90_000);
});
