import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadOpus } from '../../../src/media/opus.js';
import { mixToMono, readWav, writeWav } from '../../../src/media/wav.js';
import { to16k } from '../../eval/speech/dataset.js';
import { requires } from '../../support/requires.js';
import { expectSuccess, leibniz, program, SuiteAgent, type Ended } from './agent-process.js';
import { saidBy } from './wire.js';

const QUESTION = 'What are your opening hours?';
/** The caller listens to the greeting first. */
const BEFORE_S = 9;
/** Time for the answer; when the file ends baresip hangs up. */
const AFTER_S = 11;

/** Where Debian keeps baresip's modules. */
const MODULES = '/usr/lib/baresip/modules';

/** A codec as baresip's account and module list name it, with the rate of the question: baresip doubles rates badly. */
interface Codec {
  readonly account: string;
  readonly module: string;
  readonly rate: 8000 | 16_000;
}

/** A phone without hardware: plays `question.wav` to the agent and writes what it hears to `dump-*-dec.wav`. */
function configure(folder: string, codec: Codec): string {
  const config = {
    sip_listen: '127.0.0.1:0',
    audio_source: `aufile,${join(folder, 'question.wav')}`,
    audio_player: 'aufile,nothing',
    audio_alert: 'aufile,nothing',
    ausrc_srate: String(codec.rate),
    auplay_srate: String(codec.rate),
    ausrc_channels: '1',
    auplay_channels: '1',
    module_path: MODULES,
    rtp_ports: '26900-26998',
    snd_path: folder,
  };
  const modules = [codec.module, 'aufile', 'sndfile'].map((name) => `module ${name}.so`);
  const lines = Object.entries(config).map(([key, value]) => `${key} ${value}`);
  const path = join(folder, 'baresip');
  mkdirSync(path, { recursive: true });
  writeFileSync(
    join(path, 'config'),
    [...lines, ...modules, 'module_app account.so', 'module_app menu.so', ''].join('\n'),
  );
  writeFileSync(join(path, 'accounts'), `<sip:baresip@127.0.0.1>;regint=0;audio_codecs=${codec.account}\n`);
  writeFileSync(join(path, 'contacts'), '');
  return path;
}

/** Writes the question with silence around it. */
async function writeQuestion(folder: string, spoken: string, sampleRateHz: 8000 | 16_000): Promise<void> {
  const audio = await readWav(spoken);
  const narrow = mixToMono(audio);
  const words = sampleRateHz === 8000 ? narrow : to16k({ pcm: narrow, sampleRateHz: audio.sampleRateHz });
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

/** What the phone heard, mono at 16 kHz. */
async function heardBy(folder: string): Promise<Int16Array> {
  const recording = readdirSync(folder).find((name) => name.endsWith('-dec.wav')) ?? 'no recording';
  const audio = await readWav(join(folder, recording));
  return to16k({ pcm: mixToMono(audio), sampleRateHz: audio.sampleRateHz });
}

/** Share of the energy above 4.5 kHz, where narrowband audio has none. */
function highShare(pcm: Int16Array): number {
  let high = 0;
  let all = 1;
  for (let at = 0; at + 320 <= pcm.length; at += 3200) {
    for (let bin = 2; bin < 150; bin++) {
      let re = 0;
      let im = 0;
      for (let i = 0; i < 320; i++) {
        const window = 0.5 - 0.5 * Math.cos((2 * Math.PI * i) / 320);
        const angle = (2 * Math.PI * bin * i) / 320;
        re += window * (pcm[at + i] ?? 0) * Math.cos(angle);
        im += window * (pcm[at + i] ?? 0) * Math.sin(angle);
      }
      const power = re * re + im * im;
      all += power;
      if (bin > 90) high += power;
    }
  }
  return high / all;
}

const hasOpus = (await loadOpus()).ok;
const CODECS: [string, Codec][] = [
  ['PCMU', { account: 'PCMU', module: 'g711', rate: 8000 }],
  ['G722', { account: 'G722/16000/1', module: 'g722', rate: 16_000 }],
  ...(hasOpus
    ? [['opus', { account: 'opus/48000/2', module: 'opus', rate: 16_000 }] as [string, Codec]]
    : []),
];

requires.binary('baresip')('the agent and baresip', () => {
  const suite = new SuiteAgent({ rtpPortMin: 27_400 });
  /** All phones call at the same time: a call lasts half a minute. */
  const phones = new Map<string, Promise<Ended>>();

  beforeAll(async () => {
    const spoken = join(suite.folder, 'spoken.wav');
    expectSuccess(await leibniz(['tts-test', QUESTION, '--voice', 'slt', '--out', spoken]));
    for (const [name, codec] of CODECS) {
      const folder = join(suite.folder, name);
      mkdirSync(folder);
      await writeQuestion(folder, spoken, codec.rate);
      const options = ['-f', configure(folder, codec), '-t', String(BEFORE_S + AFTER_S + 4)];
      const dial = ['-e', `d sip:${name}@127.0.0.1:${suite.agent.sipPort}`];
      phones.set(name, program('baresip', [...options, ...dial], folder));
    }
    await Promise.all(phones.values());
  }, 90_000);

  test.each(CODECS)(
    'a call over %s: greeting, question, answer, hang-up; both ends end well',
    async (name) => {
      const { agent } = suite;
      const folder = join(suite.folder, name);
      const phone = await phones.get(name);
      if (phone === undefined) throw new Error(`no phone speaks ${name}`);
      expectSuccess(phone);
      expect(phone.output).toContain('Call established');

      const call = await agent.callTo(name);
      expect(call.reason).toBe('caller_hangup');
      expect(recognised(QUESTION, saidBy('user', call).join(' '))).toBeGreaterThan(0.6);
      const [greeting = '', answer = ''] = saidBy('agent', call);
      expect(
        call.transcript.filter(({ role }) => role === 'agent').map(({ text, heard }) => heard === text),
      ).not.toContain(false);
      expect(call.quality.media.received).toMatchObject({ malformed: 0, injected: 0, unknownPayloadType: 0 });

      expect(call.quality.media.codec).toBe(name);

      const pcm = await heardBy(folder);
      if (name === 'PCMU') expect(highShare(pcm)).toBeLessThan(0.001);
      else expect(highShare(pcm)).toBeGreaterThan(0.005);
      const file = join(folder, 'heard.wav');
      await writeWav(file, { sampleRateHz: 16_000, channels: [pcm] });
      const stt = await leibniz(['stt-test', file, '--json']);
      expectSuccess(stt);
      const { text: heard } = JSON.parse(stt.output) as { text: string };
      expect(heard).toMatch(/^Hello, this is/);
      expect(recognised(greeting, heard)).toBeGreaterThan(0.6);
      expect(recognised(answer, heard)).toBeGreaterThan(0.5);
    },
    60_000,
  );

  test('the agent stops with 0', async () => {
    expectSuccess(await suite.agent.stop());
  }, 30_000);
});
