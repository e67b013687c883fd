import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { formatWav, parseWav } from '../../../src/kernel/wav.js';
import { createResampler } from '../../../src/media/core/resample.js';
import { AgentProcess, eventually, pause, program, ROOT, SuiteAgent, type Ended } from './agent-process.js';

const MAIN = join(ROOT, 'dist/src/cli/main.js');
const ENV = { RECORDING: 'announce', RECORDING_LINES: 'asked=ask' };
const RTP = 28_600;

interface Recording {
  readonly id: string;
  readonly state: string;
  readonly consent: string;
  readonly duration_ms: number;
  readonly offset_ms: number;
  readonly bytes: number;
  readonly peaks: { readonly bucket_ms: number; readonly channels: readonly { readonly max: number[] }[] };
}

interface Call {
  readonly duration_ms: number;
  readonly recording: { readonly state: string } | null;
  readonly transcript: readonly {
    readonly role: string;
    readonly text: string;
    readonly start_ms: number | null;
  }[];
}

const SCRIPTS = {
  question: 'name: q\nsteps:\n  - say: What are your opening hours?\n  - hangup: true\n',
  no: 'name: n\nsteps:\n  - say: No, thank you.\n  - hangup: true\n',
  waits: 'name: w\nsteps:\n  - hangup: true\n    delay_ms: 60000\n',
} as const;

describe('telephone calls that are recorded', () => {
  const suite = new SuiteAgent({ rtpPortMin: RTP, env: ENV });

  function dial(user: string, script: keyof typeof SCRIPTS, agent = suite.agent): Promise<Ended> {
    const file = join(suite.folder, `${script}.yaml`);
    writeFileSync(file, SCRIPTS[script]);
    const target = `sip:${user}@127.0.0.1:${agent.sipPort}`;
    return program(process.execPath, [MAIN, 'call', target, '--script', file, '--json']);
  }

  /** What the recogniser of the agent hears in one side. */
  async function words(pcm: Int16Array, sampleRateHz: number): Promise<string> {
    const wide = sampleRateHz === 16_000 ? pcm : createResampler(8000, 16_000).process(pcm);
    const wav = formatWav({ sampleRateHz: 16_000, channels: [wide] });
    const reply = await fetch(`${suite.agent.httpUrl}/api/v1/transcribe/stream`, {
      method: 'POST',
      headers: { 'content-type': 'audio/wav' },
      body: Buffer.from(wav),
    });
    return ((await reply.json()) as { transcript: string }).transcript;
  }

  const calls = new Map<string, Promise<Ended>>();
  beforeAll(() => {
    calls.set('recorded', dial('recorded', 'question'));
    calls.set('asked', dial('asked', 'no'));
  });

  const files = (dataDir: string): string[] => readdirSync(join(dataDir, 'recordings'));

  test('announce: both sides’ words are in the file, which is as long as the call', async () => {
    const { agent } = suite;
    await calls.get('recorded');
    const { id } = (await agent.callTo('recorded')) as unknown as { id: string };
    const call = await agent.get<Call>(`/api/v1/calls/${id}`);
    const path = `/api/v1/calls/${id}/recording`;
    const recording = await eventually(async () => {
      const found = await agent.get<Recording>(path);
      return found.state === 'saved' ? found : undefined;
    }, 'the recording');
    expect(recording.consent).toBe('announced');
    const whole = Buffer.from(await (await fetch(`${agent.httpUrl}${path}/audio`)).arrayBuffer());
    expect(whole).toHaveLength(recording.bytes);
    const part = await fetch(`${agent.httpUrl}${path}/audio`, { headers: { range: 'bytes=1000-1999' } });
    expect([part.status, part.headers.get('content-range')]).toEqual([
      206,
      `bytes 1000-1999/${recording.bytes}`,
    ]);
    expect(Buffer.compare(Buffer.from(await part.arrayBuffer()), whole.subarray(1000, 2000))).toBe(0);

    const wav = parseWav(whole);
    if (!wav.ok) throw new Error(wav.error);
    const { channels, sampleRateHz } = wav.value;
    const [caller, office] = channels as readonly [Int16Array, Int16Array];
    const perMs = sampleRateHz / 1000;
    const fileMs = caller.length / perMs;
    expect(Math.abs(fileMs - recording.duration_ms)).toBeLessThan(1);
    expect(Math.abs(fileMs - (call.duration_ms - recording.offset_ms))).toBeLessThan(50);
    expect(await words(caller, sampleRateHz)).toMatch(/opening hour/i);
    expect(await words(office, sampleRateHz)).toMatch(/recorded.*assistant/is);

    // The question is heard where the transcript has it.
    const asked = call.transcript.find(({ role }) => role === 'user')?.start_ms ?? 0;
    const at = (asked - recording.offset_ms) * perMs;
    expect(await words(caller.slice(at - 200 * perMs, at + 2500 * perMs), sampleRateHz)).toMatch(
      /opening hours/i,
    );
    const { bucket_ms: bucketMs, channels: shape } = recording.peaks;
    expect(Math.abs((shape[0]?.max.length ?? 0) * bucketMs - fileMs)).toBeLessThan(2 * bucketMs);
    expect(await agent.metric('recordings_total{outcome="saved"}')).toBe(1);
  }, 60_000);

  test('ask: after a refusal there is no file', async () => {
    const { agent } = suite;
    await calls.get('asked');
    const { id } = (await agent.callTo('asked')) as unknown as { id: string };
    const call = await agent.get<Call>(`/api/v1/calls/${id}`);
    const said = call.transcript.filter(({ role }) => role === 'agent').map(({ text }) => text);
    expect(said.join(' ')).toMatch(/May I record this call\?.*not recorded/s);
    expect(call.recording).toBeNull();
    expect(files(agent.dataDir)).toHaveLength(1);
  }, 60_000);

  test('kill -9: what was said until then is there after the next start', async () => {
    const { agent } = suite;
    const calling = dial('killed', 'waits');
    const part = await eventually(
      () => files(agent.dataDir).find((name) => name.endsWith('.part')),
      'the file of a call in progress',
    );
    await pause(2000);
    await agent.kill();
    const left = readFileSync(join(agent.dataDir, 'recordings', part));
    expect(parseWav(left)).toMatchObject({ ok: true });
    const again = await AgentProcess.start({ rtpPortMin: RTP, dataDir: agent.dataDir, env: ENV });
    try {
      const name = part.replace('.part', '');
      expect(files(again.dataDir)).toContain(name);
      const listed = await again.get<{ items: { id: string; to: string }[] }>('/api/v1/calls?limit=10');
      const { id } = listed.items.find(({ to }) => to === 'killed') ?? { id: '' };
      const recording = await eventually(async () => {
        const found = await again.get<Recording>(`/api/v1/calls/${id}/recording`);
        return found.state === 'saved' ? found : undefined;
      }, 'the row of the recording');
      expect(recording.duration_ms).toBeGreaterThan(1000);
      const wav = parseWav(readFileSync(join(again.dataDir, 'recordings', name)));
      if (!wav.ok) throw new Error(wav.error);
      expect((wav.value.channels[1] ?? []).some((sample) => Math.abs(sample) > 3000)).toBe(true);
    } finally {
      await again.stop();
      await calling;
    }
  }, 90_000);
});
