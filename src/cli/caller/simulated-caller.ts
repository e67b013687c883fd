import type { CallHost } from '../../call/host.js';
import type { SipEdge } from '../../call/sip-edge.js';
import { FRAME_SAMPLES } from '../../media/core/frame.js';
import { IdSequence, requestId, utteranceId } from '../../kernel/ids.js';
import { err, ok } from '../../kernel/result.js';
import { addMs, wallMs, type MonoMs, type Scheduler } from '../../kernel/time.js';
import type { RtpMediaSession } from '../../media/rtp-media-session.js';
import type { MediaEvent } from '../../media/ports.js';
import type { SttEngine, TtsEngine } from '../../speech/ports.js';
import { RateMatcher } from '../../media/core/resample.js';
import { toTelephone, type SpokenAudio } from '../audio-file.js';
import type { CallerInput, CallerMind, CallerOutput } from './caller-machine.js';
import { Ear, type AgentSpeech } from './ear.js';
import { judge, type CallLine, type CallReport, type ResponseGap } from './report.js';
import type { CallScript } from './script.js';
import { firstAudible, lastAudible, Track } from './tape.js';

/** What a simulated call is made with. */
export interface SimulatedCallInit {
  readonly uri: string;
  /** With all variables filled in. */
  readonly script: CallScript;
  /** Decides what the caller does. */
  readonly mind: CallerMind;
  /** Words of a stretch of the agent's speech, in place of the caller's own recogniser. */
  readonly hear?: (() => Promise<string>) | undefined;
  readonly vars: Readonly<Record<string, string>>;
  readonly voice: string;
  readonly from: string;
  readonly edge: SipEdge;
  readonly media: RtpMediaSession;
  readonly stt: SttEngine;
  readonly tts: TtsEngine;
  readonly scheduler: Scheduler;
  /** A WAV file's audio. */
  readonly loadAudio: (file: string) => SpokenAudio;
  /** Told about each line as it becomes known. */
  readonly onLine?: (line: CallLine) => void;
}

/** The outcome of a call: the report and both sides' audio at 8 kHz. */
export interface SimulatedCallResult {
  readonly report: CallReport;
  readonly callerPcm: Int16Array;
  readonly agentPcm: Int16Array;
}

interface OwnSpeech {
  readonly text: string;
  /** At 8 kHz, as the tracks. */
  readonly pcm: Int16Array;
  readonly tag: string;
  startedAt: MonoMs | undefined;
  readonly overAgent: boolean;
}

const MAX_TRACK_SAMPLES = 8000 * 60 * 30;

/** One call of a scripted caller: a real SIP and RTP user agent that speaks, listens, and measures. */
export class SimulatedCall {
  readonly #mind: CallerMind;
  readonly #callerTrack = new Track(MAX_TRACK_SAMPLES);
  readonly #agentTrack = new Track(MAX_TRACK_SAMPLES);
  readonly #ear: Ear;
  /** What is measured and recorded is narrowband, whatever the line carries. */
  readonly #narrow = new RateMatcher(8000);
  readonly #ids = new IdSequence('c');
  readonly #lines: CallLine[] = [];
  readonly #gaps: ResponseGap[] = [];
  readonly #bargeInStops: number[] = [];
  readonly #transcriptions: Promise<void>[] = [];
  #own: OwnSpeech | undefined;
  #bargeInAt: MonoMs | undefined;
  /** The caller's last word and the tag of the step it belonged to. */
  #spoke: { readonly until: MonoMs; readonly tag: string } | undefined;
  #turns = 0;
  #cutOffs = 0;
  #zero: MonoMs | undefined;
  #cancelTimer: () => void = () => undefined;
  #hangup: () => void = () => undefined;
  #ended: string | undefined;
  #answered = false;
  #rang = false;
  /** Final status of a call that was refused. */
  #status: number | undefined;

  constructor(private readonly init: SimulatedCallInit) {
    this.#mind = init.mind;
    this.#ear = new Ear(this.#agentTrack, (event) => {
      if (event.type === 'agent_started') this.#agentStarted(event.at);
      else this.#agentStopped(event.speech);
    });
  }

  /** Calls, follows the script, hangs up, and reports. Never rejects for what the agent does. */
  async run(): Promise<SimulatedCallResult> {
    const { edge, media, uri, from } = this.init;
    media.subscribe((event) => this.#media(event));
    const leg = edge.dial({ uri, from, host: this.#host(), ringMs: 20_000 });
    this.#hangup = () => leg.hangup('caller_hangup');
    const over = new Promise<string>((resolve) => {
      leg.subscribe((event) => {
        if (event.type === 'confirmed') {
          this.#answered = true;
          this.#feed({ type: 'connected' });
        } else if (event.type === 'ringing') {
          this.#rang = true;
        } else if (event.type === 'ended') {
          this.#status = event.status;
          resolve(event.reason);
        }
      });
    });
    const startedAt = this.init.scheduler.now();
    const reason = await over;
    // Whoever is called and hangs up is the agent; for the leg it is the other side.
    this.#ended ??= reason === 'caller_hangup' ? 'agent_hangup' : reason;
    this.#cancelTimer();
    const durationMs = this.init.scheduler.now() - startedAt;
    this.#ear.finish();
    await Promise.all(this.#transcriptions);
    const stats = media.stats();
    await media.close();
    return {
      report: this.#report(durationMs, stats.received.packets, stats.received.lost),
      callerPcm: this.#callerTrack.slice(0, this.#callerTrack.length),
      agentPcm: this.#agentTrack.slice(0, this.#agentTrack.length),
    };
  }

  #report(durationMs: number, received: number, lost: number): CallReport {
    const { script, vars } = this.init;
    const lines = [...this.#lines].sort((a, b) => a.startMs - b.startMs);
    const failures = judge({ lines, responseGaps: this.#gaps }, script.expect);
    if (!this.#answered) failures.push(this.#unanswered());
    const { stepsTaken, steps } = this.#mind;
    if (stepsTaken < steps) failures.push(`${steps - stepsTaken} of ${steps} steps were not reached`);
    return {
      name: script.name,
      ended: this.#ended ?? 'unknown',
      answered: this.#answered,
      durationMs,
      lines,
      responseGaps: this.#gaps,
      bargeInStopMs: this.#bargeInStops,
      cutOffs: this.#cutOffs,
      turns: this.#turns,
      vars,
      failures,
      rtp: { received, lost },
    };
  }

  /** Why nobody spoke with the caller, in words. */
  #unanswered(): string {
    const { uri } = this.init;
    const status = this.#status;
    if (this.#rang) return `${uri} rang and did not answer: ${this.#ended ?? 'unknown'}`;
    // 503 is also what the own SIP server says of a peer that it cannot reach.
    if (status === 503) return `nobody answers at ${uri}, or it takes no calls now (503)`;
    if (status !== undefined) return `${uri} refused the call with ${status}: ${this.#ended ?? 'unknown'}`;
    if (this.#ended === 'no_answer') {
      return `nobody answers at ${uri}: nothing listens there, or nothing gets through`;
    }
    return `the call to ${uri} was not answered: ${this.#ended ?? 'unknown'}`;
  }

  #host(): CallHost {
    const { media } = this.init;
    return {
      admit: () => ({ admit: true }),
      openMedia: () => Promise.resolve(ok({ sdp: media.createOffer() })),
      acceptAnswer: (_id, sdp) => media.acceptAnswer(sdp),
      reoffer: (_id, offer) => {
        if (offer === undefined) return ok({ sdp: media.createOffer() });
        const answer = media.answerOffer(offer);
        return answer.ok ? ok({ sdp: answer.value.sdp }) : err({ status: 488 });
      },
      releaseMedia: () => undefined,
      onCall: () => undefined,
    };
  }

  #media(event: MediaEvent): void {
    if (event.type === 'audio') {
      this.#zero ??= addMs(event.at, -event.startSample / 8);
      const pcm = this.#narrow.match(event.pcm, event.pcm.length > FRAME_SAMPLES ? 16_000 : 8000);
      this.#ear.push(pcm, event.startSample, event.at);
    } else if (event.type === 'playout') {
      if (event.event === 'started') this.#ownStarted(event.at);
      else if (event.event === 'finished') this.#ownFinished(event.at);
    }
  }

  #feed(input: CallerInput): void {
    const now = this.init.scheduler.now();
    this.#mind.handle(now, input);
    for (let out = this.#mind.poll(); out !== undefined; out = this.#mind.poll()) this.#act(out);
    this.#cancelTimer();
    const deadline = this.#mind.nextDeadline();
    if (deadline !== undefined) {
      this.#cancelTimer = this.init.scheduler.at(deadline, () => this.#feed({ type: 'tick' }));
    }
  }

  #act(output: CallerOutput): void {
    switch (output.type) {
      case 'say': {
        void this.#say(output.text, output.tag);
        break;
      }
      case 'play': {
        this.#speak(`[${output.file}]`, this.init.loadAudio(output.file), output.tag);
        break;
      }
      case 'dtmf': {
        this.#press(output.digits);
        break;
      }
      case 'hangup': {
        this.#ended = output.reason;
        this.#hangup();
        break;
      }
    }
  }

  /** Speaks a text; pauses are silence between separately spoken pieces. */
  async #say(text: string, tag: string): Promise<void> {
    const { tts, voice, media } = this.init;
    const { sampleRateHz } = media;
    const pieces: Int16Array[] = [];
    for (const [index, part] of text.split(/\[(\d+)\]/).entries()) {
      if (index % 2 === 1) {
        pieces.push(new Int16Array((Number(part) * sampleRateHz) / 1000));
        continue;
      }
      if (part.trim() === '') continue;
      const id = requestId(this.#ids.next());
      const spoken = await tts.synthesize({ requestId: id, text: part.trim(), voice, sampleRateHz });
      if (spoken.ok) pieces.push(spoken.value.pcm);
    }
    const pcm = joined(pieces);
    if (pcm.length > 0) this.#speak(text, { pcm, sampleRateHz }, tag);
    else this.#feed({ type: 'own_audio_done' });
  }

  #speak(text: string, audio: SpokenAudio, tag: string): void {
    this.#own = { text, pcm: toTelephone(audio), tag, startedAt: undefined, overAgent: this.#ear.hearing };
    this.#turns++;
    this.init.media.enqueue({ utteranceId: utteranceId(this.#ids.next()), ...audio, last: true });
  }

  #press(digits: string): void {
    this.init.media.sendDtmf(digits);
    const now = this.init.scheduler.now();
    this.#line({ who: 'caller', text: `[keys ${digits}]`, startMs: this.#ms(now), endMs: this.#ms(now) });
    this.#spoke = undefined;
    this.init.scheduler.at(addMs(now, 300 * digits.length), () => this.#feed({ type: 'own_audio_done' }));
  }

  #ownStarted(at: MonoMs): void {
    const own = this.#own;
    if (own === undefined || own.startedAt !== undefined) return;
    own.startedAt = at;
    this.#callerTrack.write(this.#ms(at) * 8, own.pcm);
    if (own.overAgent) this.#bargeInAt = addMs(at, Math.max(0, firstAudible(own.pcm)) / 8);
  }

  #ownFinished(at: MonoMs): void {
    const own = this.#own;
    if (own === undefined) return;
    this.#own = undefined;
    const silentFrames = Math.floor((own.pcm.length - lastAudible(own.pcm)) / 160);
    const until = addMs(at, -silentFrames * 20);
    this.#spoke = { until, tag: own.tag };
    const startMs = this.#ms(own.startedAt ?? at);
    this.#line({ who: 'caller', text: own.text, startMs, endMs: this.#ms(until) });
    this.#feed({ type: 'own_audio_done' });
  }

  #agentStarted(at: MonoMs): void {
    const own = this.#own;
    if (own?.startedAt !== undefined && !own.overAgent && at - own.startedAt < lastAudible(own.pcm) / 8) {
      this.#cutOffs++;
    }
    if (this.#spoke !== undefined && own === undefined) {
      const { tag, until } = this.#spoke;
      const spokeUntil = wallMs(this.init.scheduler.wall() - (this.init.scheduler.now() - until));
      this.#gaps.push({ tag, ms: at - until, spokeUntil });
    }
    this.#spoke = undefined;
    this.#feed({ type: 'agent_started' });
  }

  #agentStopped(speech: AgentSpeech): void {
    if (this.#bargeInAt !== undefined && speech.startedAt < this.#bargeInAt) {
      this.#bargeInStops.push(Math.max(0, speech.lastAudibleAt - this.#bargeInAt));
      this.#bargeInAt = undefined;
    }
    this.#feed({ type: 'agent_stopped' });
    if (!this.init.script.listen) {
      this.#feed({ type: 'agent_said', text: '' });
      return;
    }
    this.#transcriptions.push(this.#transcribe(speech));
  }

  async #transcribe(speech: AgentSpeech): Promise<void> {
    const text = await (this.init.hear?.() ?? this.#recognise(speech));
    this.#line({
      who: 'agent',
      text,
      startMs: this.#ms(speech.startedAt),
      endMs: this.#ms(speech.lastAudibleAt),
    });
    if (this.#ended === undefined) this.#feed({ type: 'agent_said', text });
  }

  async #recognise(speech: AgentSpeech): Promise<string> {
    const heard = await this.init.stt.transcribe({
      requestId: requestId(this.#ids.next()),
      pcm: this.#agentTrack.slice(speech.fromSample, speech.toSample),
      sampleRateHz: 8000,
      kind: 'final',
    });
    return heard.ok ? heard.value.text : '';
  }

  #line(line: CallLine): void {
    this.#lines.push(line);
    this.init.onLine?.(line);
  }

  /** Milliseconds since the first audio. */
  #ms(at: MonoMs): number {
    return at - (this.#zero ?? at);
  }
}

function joined(pieces: readonly Int16Array[]): Int16Array {
  const out = new Int16Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    out.set(piece, at);
    at += piece.length;
  }
  return out;
}
