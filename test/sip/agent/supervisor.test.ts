import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { WebSocket } from 'ws';
import { createResampler } from '../../../src/media/core/resample.js';
import { parseWav } from '../../../src/speech/core/wav.js';
import { eventually, pause, program, ROOT, SuiteAgent } from './agent-process.js';

const MAIN = join(ROOT, 'dist/src/cli/main.js');
const WORDS = 'Good morning. This is your colleague. I can see your file.';
/** A caller who waits for what comes. */
const SCRIPT = `
name: supervised
steps:
  - hangup: true
    delay_ms: 60000
`;

type Message = { readonly type: string; readonly [key: string]: unknown };

/** A socket of a console. */
class Socket {
  readonly got: (Message & { readonly at: number })[] = [];
  audio = 0;

  private constructor(readonly socket: WebSocket) {
    socket.on('message', (data: Buffer, isBinary: boolean) => {
      if (isBinary) this.audio++;
      else this.got.push({ ...(JSON.parse(data.toString()) as Message), at: performance.now() });
    });
  }

  static async open(url: string, protocol: string): Promise<Socket> {
    const opened = new Socket(new WebSocket(url, [protocol]));
    await eventually(() => (opened.socket.readyState === WebSocket.OPEN ? true : undefined), 'a socket');
    return opened;
  }

  until(
    fits: (message: Message) => boolean,
    what: string,
    waitMs = 40_000,
  ): Promise<Message & { at: number }> {
    return eventually(() => this.got.find(fits), what, waitMs);
  }

  send(message: object): void {
    this.socket.send(JSON.stringify(message));
  }
}

describe('a supervisor takes a telephone call', () => {
  const suite = new SuiteAgent({ rtpPortMin: 28_200 });

  /** The words of the person, by the agent's own voice. */
  async function colleague(): Promise<Int16Array> {
    const { agent } = suite;
    const { audio_url: url } = await agent.post<{ audio_url: string }>('/api/v1/synthesize', { text: WORDS });
    const file = await fetch(new URL(url, agent.httpUrl));
    const wav = parseWav(new Uint8Array(await file.arrayBuffer()));
    if (wav === undefined) throw new Error('no WAV file');
    return wav.sampleRateHz === 16_000 ? wav.pcm : createResampler(8000, 16_000).process(wav.pcm);
  }

  /** Sends audio as a microphone does, 20 ms at a time, and then silence until it is told to stop. */
  function speak(line: Socket, pcm: Int16Array): () => void {
    let at = 0;
    const timer = setInterval(() => {
      const frame = new Int16Array(320);
      frame.set(pcm.subarray(at, at + 320));
      at += 320;
      line.socket.send(Buffer.from(frame.buffer));
    }, 20);
    return () => clearInterval(timer);
  }

  test('the caller hears the person, whose words are written down; then the agent goes on', async () => {
    const { agent, folder } = suite;
    const script = join(folder, 'supervised.yaml');
    writeFileSync(script, SCRIPT);
    const pcm = await colleague();
    const ws = agent.httpUrl.replace('http', 'ws');
    const wall = await Socket.open(`${ws}/api/v1/live`, 'leibniz.live.v1');
    wall.send({ type: 'subscribe', calls: 'all', detail: 'summary' });
    const target = `sip:supervised@127.0.0.1:${agent.sipPort}`;
    const caller = program(process.execPath, [MAIN, 'call', target, '--script', script, '--json']);
    const greeted = await wall.until(({ type, role }) => type === 'line' && role === 'agent', 'the greeting');
    const id = String(greeted['call_id']);

    const taken = await agent.post(`/api/v1/live/calls/${id}/take`, {});
    expect(taken).toMatchObject({ controller: 'human' });
    const line = await Socket.open(
      `${ws}/api/v1/live/calls/${id}/audio?ticket=${String(taken['ticket'])}`,
      'leibniz.audio.v1',
    );
    line.send({ type: 'start', mode: 'take' });
    await line.until(({ type, mode }) => type === 'mode' && mode === 'take', 'the microphone');
    line.send({ type: 'mic', on: true });
    await pause(500);
    const stop = speak(line, pcm);
    const said = await wall.until(({ type, role }) => type === 'line' && role === 'human', 'their words');
    expect(String(said['text'])).toMatch(/colleague|your file/i);
    await pause(pcm.length / 16 + 500 - (performance.now() - said.at));
    expect(line.audio).toBeGreaterThan(40);

    const backAt = performance.now();
    await agent.post(`/api/v1/live/calls/${id}/hand_back`, { next: 'resume' });
    stop();
    const spoke = await wall.until(
      (one) =>
        one.type === 'speaking' &&
        one['role'] === 'agent' &&
        one['on'] === true &&
        Number(one['at']) > backAt,
      'the agent',
    );
    // A tenth of a second on a quiet machine; this one may be busy.
    expect(spoke.at - backAt).toBeLessThan(5000);
    await pause(2500);
    await agent.post(`/api/v1/live/calls/${id}/end`, {});
    const { output } = await caller;
    const report = JSON.parse(output.slice(output.indexOf('{'))) as {
      transcript: { who: string; text: string }[];
    };
    const heard = report.transcript.filter(({ who }) => who === 'agent').map(({ text }) => text);
    expect(heard.join(' ')).toMatch(/colleague|your file/i);

    const call = await agent.callTo('supervised', 20_000);
    expect(call.reason).toBe('supervisor_hangup');
    const human = call.transcript.filter(({ role }) => role === 'human').map(({ text }) => text);
    expect(human.join(' ')).toMatch(/colleague|your file/i);
    const greetings = call.transcript.filter(({ text }) => /^Hello, this is/.test(text));
    expect(greetings).toHaveLength(1);
    for (const { socket } of [wall, line]) socket.terminate();
  }, 120_000);
});
