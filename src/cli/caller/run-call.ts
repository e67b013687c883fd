import { open } from 'node:fs/promises';
import { dirname, isAbsolute, join } from 'node:path';
import { openSipEdge } from '../../call/sip-edge.js';
import { LeibnizError } from '../../kernel/errors.js';
import { seededRng } from '../../kernel/rng.js';
import { availableCodecs, type CodecChoice } from '../../media/codecs.js';
import type { CodecFactory } from '../../media/core/codec.js';
import { cryptoRng } from '../../media/crypto-rng.js';
import { Pacer } from '../../media/pacer.js';
import { RtpMediaSession } from '../../media/rtp-media-session.js';
import { RtpPortPool } from '../../media/rtp-port-pool.js';
import { writeWav } from '../../media/wav.js';
import { localAddresses } from '../../sipserver/local-address.js';
import { startSipServer } from '../../sipserver/index.js';
import { openSpeech, type Speech } from '../../speech/index.js';
import { realScheduler } from '../../threads/real-scheduler.js';
import { readSpokenWav, type SpokenAudio } from '../audio-file.js';
import { CallerMachine, type CallerMind } from './caller-machine.js';
import { impair, type Impairment } from './impair.js';
import type { CallLine, CallReport } from './report.js';
import { type CallScript, fillScript } from './script.js';
import { SimulatedCall } from './simulated-caller.js';

/** One simulated call. */
export interface CallOrder {
  readonly uri: string;
  readonly script: CallScript;
  /** File the script came from: `play` names are relative to it. */
  readonly scriptFile?: string;
  readonly vars: Readonly<Record<string, string>>;
  readonly voice: string;
  readonly from: string;
  readonly impairment: Impairment;
  readonly seed: number;
  /** What the caller offers. Default: mu-law and A-law. */
  readonly codec?: CodecChoice;
  /** Stereo recording: the caller left, the agent right. */
  readonly wavFile?: string;
  readonly onLine?: (line: CallLine) => void;
  /** Decides in place of the script's steps and rules. */
  readonly mind?: CallerMind;
  /** Words of what the agent has just said; the caller's own recogniser unless told. */
  readonly hear?: () => Promise<string>;
}

/** Lowest RTP port of simulated callers: away from the agent's default range. */
const RTP_MIN = 40_000;

/** A telephone line and a voice for simulated callers; several calls can go over it, one after another or at once. */
export class CallerLine {
  private constructor(
    private readonly server: Awaited<ReturnType<typeof startSipServer>>,
    private readonly edge: Awaited<ReturnType<typeof openSipEdge>>,
    private readonly pool: RtpPortPool,
    private readonly pacer: Pacer,
    private readonly speech: Speech,
    private readonly addresses: Awaited<ReturnType<typeof localAddresses>>,
  ) {}

  /** Opens SIP, RTP and the engines. @param bindHost - 127.0.0.1 for an agent on this machine, else 0.0.0.0 */
  static async open(bindHost: string): Promise<CallerLine> {
    const server = await startSipServer({ host: bindHost, port: 0 });
    const edge = await openSipEdge({
      server: { host: server.controlHost, port: server.controlPort, secret: server.secret },
      host: {
        admit: () => ({ admit: false, reason: 'rejected_request', status: 403, retryAfterS: undefined }),
        openMedia: () => Promise.reject(new Error('a simulated caller takes no calls')),
        acceptAnswer: () => ({ ok: false, error: undefined }),
        reoffer: () => ({ ok: false, error: { status: 488 } }),
        releaseMedia: () => undefined,
        onCall: () => undefined,
      },
      scheduler: realScheduler,
      maxCalls: 1000,
    });
    const pool = new RtpPortPool({ host: bindHost, min: RTP_MIN, max: RTP_MIN + 3999 });
    const speech = await openSpeech({ sttWorkers: 1, ttsWorkers: 1 });
    const addresses = await localAddresses(bindHost);
    return new CallerLine(server, edge, pool, new Pacer(realScheduler), speech, addresses);
  }

  /**
   * Makes a call to its end.
   *
   * @throws LeibnizError BAD_REQUEST for an unknown voice, a file that cannot be read, or a URI that is none
   */
  async call(order: CallOrder): Promise<CallReport> {
    const voices = this.speech.tts.voices().map((voice) => voice.id);
    if (!voices.includes(order.voice)) {
      throw new LeibnizError(
        'BAD_REQUEST',
        `--voice ${order.voice} is unknown; choose one of ${voices.join(', ')}`,
        {
          field: '--voice',
        },
      );
    }
    const script = fillScript(order.script, order.vars);
    const files = await this.#files(script, order.scriptFile);
    if (order.wavFile !== undefined) await checkWritable(order.wavFile);
    const transport = await this.pool.allocate();
    if (!transport.ok) throw new LeibnizError('CAPACITY_FULL', transport.error.message);
    const codecs = order.codec === undefined ? undefined : await codecOf(order.codec);
    const media = new RtpMediaSession({
      ...(codecs && { codecs }),
      transport: impair(transport.value, order.impairment, seededRng(order.seed), realScheduler),
      pacer: this.pacer,
      scheduler: realScheduler,
      rng: cryptoRng,
      localHost: this.addresses.towards(hostOf(order.uri)),
      inactivityMs: 0,
    });
    const { report, callerPcm, agentPcm } = await new SimulatedCall({
      uri: order.uri,
      script,
      mind: order.mind ?? new CallerMachine(script),
      hear: order.hear,
      vars: order.vars,
      voice: order.voice,
      from: order.from,
      edge: this.edge,
      media,
      stt: this.speech.stt,
      tts: this.speech.tts,
      scheduler: realScheduler,
      loadAudio: (file) => files.get(file) ?? { pcm: new Int16Array(0), sampleRateHz: 8000 },
      ...(order.onLine === undefined ? {} : { onLine: order.onLine }),
    }).run();
    if (order.wavFile !== undefined) {
      const length = Math.max(callerPcm.length, agentPcm.length);
      await writeWav(order.wavFile, {
        sampleRateHz: 8000,
        channels: [padded(callerPcm, length), padded(agentPcm, length)],
      });
    }
    return report;
  }

  /** Hangs up what is open and frees everything. */
  async close(): Promise<void> {
    await this.edge.close();
    this.pacer.close();
    await this.pool.close();
    await this.server.close();
    await this.speech.close();
  }

  /** Reads every file before the call, so that a missing one is told before anybody's phone rings. */
  async #files(script: CallScript, scriptFile: string | undefined): Promise<Map<string, SpokenAudio>> {
    const base = scriptFile === undefined ? '.' : dirname(scriptFile);
    const names = [...script.steps, ...script.rules].flatMap(({ play }) =>
      play === undefined ? [] : [play],
    );
    const files = new Map<string, SpokenAudio>();
    for (const name of names) {
      files.set(name, await readSpokenWav(isAbsolute(name) ? name : join(base, name)));
    }
    return files;
  }
}

/** Told before the call, or its recording would be lost when it is over. */
async function checkWritable(file: string): Promise<void> {
  try {
    await (await open(file, 'a')).close();
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'unknown error';
    throw new LeibnizError('BAD_REQUEST', `--wav ${file} cannot be written (${code})`, { field: '--wav' });
  }
}

/** Host part of a SIP URI; enough to choose a route. */
export function hostOf(uri: string): string {
  const match = /^sips?:(?:[^@]*@)?(\[[^\]]+\]|[^:;?]+)/i.exec(uri);
  return (match?.[1] ?? '').replace(/^\[|\]$/g, '');
}

function padded(pcm: Int16Array, length: number): Int16Array {
  if (pcm.length === length) return pcm;
  const out = new Int16Array(length);
  out.set(pcm);
  return out;
}

async function codecOf(name: CodecChoice): Promise<readonly CodecFactory[]> {
  const { codecs, missing } = await availableCodecs([name]);
  const [gone] = missing;
  if (gone !== undefined) {
    throw new LeibnizError('BAD_REQUEST', `--codec ${name} cannot be had: ${gone.reason}`, {
      field: '--codec',
    });
  }
  return codecs;
}
