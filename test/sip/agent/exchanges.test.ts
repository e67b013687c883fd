import { createHmac } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { audioMessage, AudioSocketReader } from '../../../src/call/pbx/core/audiosocket.js';
import { createResampler } from '../../../src/media/core/resample.js';
import { mixToMono, readWav } from '../../../src/media/wav.js';
import { FakeJambonz, FakeListen, type ListenVerb } from '../../support/fake-jambonz.js';
import { eventually, expectSuccess, leibniz, pause, SuiteAgent } from './agent-process.js';
import { saidBy } from './wire.js';

const FRAME = 160;
const HOOK_SECRET = 'whsec_test';

/** A caller's end of an audio stream, 20 ms at a time: silence unless it has something to say. */
class Voice {
  #queue: Int16Array[] = [];
  #lastHeardAt = 0;
  readonly #timer: NodeJS.Timeout;
  /** Frames that came, and the largest gap between two of them. */
  frames = 0;

  constructor(send: (pcm: Int16Array) => void) {
    this.#timer = setInterval(() => send(this.#queue.shift() ?? new Int16Array(FRAME)), 20);
  }

  heard(pcm: Int16Array): void {
    this.frames += pcm.length / FRAME;
    if (pcm.some((sample) => Math.abs(sample) > 500)) this.#lastHeardAt = performance.now();
  }

  /** Waits until the agent has spoken and has been quiet for a second. */
  quiet(): Promise<true> {
    return eventually(
      () => (this.#lastHeardAt > 0 && performance.now() - this.#lastHeardAt > 1000 ? true : undefined),
      'the end of what the agent says',
      40_000,
    );
  }

  say(pcm: Int16Array): void {
    for (let at = 0; at < pcm.length; at += FRAME) {
      const frame = new Int16Array(FRAME);
      frame.set(pcm.subarray(at, at + FRAME));
      this.#queue.push(frame);
    }
    this.#lastHeardAt = 0;
  }

  close(): void {
    clearInterval(this.#timer);
  }
}

describe('calls that an exchange hands over as audio', () => {
  const suite = new SuiteAgent({
    rtpPortMin: 27_200,
    env: { PBX_PORT: '0', AUDIOSOCKET_PORT: '0', JAMBONZ_WEBHOOK_SECRET: HOOK_SECRET },
  });
  const portOf = (words: string): number =>
    Number(new RegExp(`${words} [^:]+:(\\d+)`).exec(suite.agent.output)?.[1]);
  let question: Int16Array;

  beforeAll(async () => {
    const file = join(suite.folder, 'question.wav');
    expectSuccess(await leibniz(['tts-test', 'Where is your office?', '--out', file]));
    const wav = await readWav(file);
    const pcm = mixToMono(wav);
    question = wav.sampleRateHz === 8000 ? pcm : createResampler(16_000, 8000).process(pcm).slice();
  }, 60_000);

  async function answered(to: string): Promise<void> {
    const call = await suite.agent.callTo(to, 20_000);
    expect(saidBy('agent', call).join(' ')).toContain('second floor');
    expect(call.transcript.some(({ role, text }) => role === 'user' && /office/i.test(text))).toBe(true);
  }

  test('AudioSocket: announced, greeted, understood, answered, with the numbers in the record', async () => {
    const announced = await fetch(`http://127.0.0.1:${portOf('Exchanges reach the agent at')}/announce`, {
      method: 'POST',
      body: 'from=%2B15550100&to=700',
    });
    const socket: Socket = connect(portOf('AudioSocket listens on'), '127.0.0.1');
    socket.write(Buffer.from(`010010${(await announced.text()).replaceAll('-', '')}`, 'hex'));
    const voice = new Voice((pcm) => socket.write(audioMessage(pcm)));
    const reader = new AudioSocketReader();
    socket.on('data', (bytes) => {
      for (const message of reader.push(bytes)) if (message.type === 'audio') voice.heard(message.pcm);
    });
    await voice.quiet();
    voice.say(question);
    await voice.quiet();
    voice.close();
    socket.end();
    await answered('700');
  }, 90_000);

  test('Jambonz: a webhook application with a listen verb carries the same conversation', async () => {
    const jambonz = new FakeJambonz(
      `http://127.0.0.1:${portOf('Exchanges reach the agent at')}`,
      HOOK_SECRET,
    );
    const { verbs } = await jambonz.post('/jambonz/call', {
      call_sid: 'c1',
      call_status: 'trying',
      to: '701',
    });
    const audio = await FakeListen.open(verbs.at(-1) as unknown as ListenVerb);
    const voice = new Voice((pcm) => audio.say(new Uint8Array(pcm.buffer, pcm.byteOffset, pcm.byteLength)));
    let read = 0;
    const listening = setInterval(() => {
      for (; read < audio.heard.length; read++) {
        const bytes = audio.heard[read] ?? Buffer.alloc(0);
        voice.heard(Int16Array.from({ length: bytes.length / 2 }, (_, i) => bytes.readInt16LE(2 * i)));
      }
    }, 20);
    await voice.quiet();
    voice.say(question);
    await voice.quiet();
    clearInterval(listening);
    voice.close();
    audio.close();
    await jambonz.post('/jambonz/status', { call_sid: 'c1', call_status: 'completed', to: '701' });
    await answered('701');
  }, 90_000);

  test('a stranger at either door gets nothing and takes no line', async () => {
    const socket = connect(portOf('AudioSocket listens on'), '127.0.0.1');
    socket.write(Buffer.from(`010010${'00'.repeat(16)}`, 'hex'));
    const bytes: Buffer[] = [];
    socket.on('data', (chunk) => bytes.push(chunk));
    await new Promise((resolve) => socket.once('close', resolve));
    expect(Buffer.concat(bytes)).toEqual(Buffer.from([0, 0, 0]));
    const body = '{"call_sid":"c9"}';
    const at = Math.floor(Date.now() / 1000);
    const response = await fetch(`http://127.0.0.1:${portOf('Exchanges reach the agent at')}/jambonz/call`, {
      method: 'POST',
      body,
      headers: {
        'Jambonz-Signature': `t=${at},v1=${createHmac('sha256', 'guess').update(`${at}.${body}`).digest('hex')}`,
      },
    });
    expect(response.status).toBe(401);
    await pause(100);
    expect(await suite.agent.metric('calls_active')).toBe(0);
  });
});
