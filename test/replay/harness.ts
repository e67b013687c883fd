import { dialogPort } from '../../src/app/dialog-wiring.js';
import { FakeKnowledge } from '../../src/dialog/testing/fake-knowledge.js';
import type { ModelContext } from '../../src/dialog/core/model/types.js';
import { LimitedModel } from '../../src/dialog/llm/limited-model.js';
import { ScriptedProvider } from '../../src/dialog/testing/scripted-provider.js';
import { callId, requestId, utteranceId } from '../../src/kernel/ids.js';
import { seededRng } from '../../src/kernel/rng.js';
import type { DtmfDigit, RecordingPolicy, Termination } from '../../src/kernel/vocab.js';
import { Pacer } from '../../src/media/pacer.js';
import type { MediaEvent } from '../../src/media/ports.js';
import { RtpMediaSession } from '../../src/media/rtp-media-session.js';
import { CallSession } from '../../src/session/call-session.js';
import { RecordingDesk } from '../../src/session/recording/recording-desk.js';
import { LiveDesk } from '../../src/session/live/live-desk.js';
import type { SessionEvent, SessionLeg, SessionLegEvent, SessionPorts } from '../../src/session/ports.js';
import { EnergyVad } from '../../src/speech/testing/energy-vad.js';
import { FakeStt, type FakeAnswer } from '../../src/speech/testing/fake-stt.js';
import { FakeTts } from '../../src/speech/testing/fake-tts.js';
import { FakeStore } from '../../src/store/testing/fake-store.js';
import { MemoryStreams } from '../support/memory-streams.js';
import type { NetemOptions } from '../support/netem.js';
import { shippedContext } from '../support/shipped-context.js';
import { VirtualNetwork, type VirtualRtpTransport } from '../support/virtual-rtp.js';
import { VirtualTime } from '../support/virtual-time.js';

/** What differs from a good line and quick engines. */
export interface ReplayOptions {
  readonly net?: NetemOptions;
  readonly seed?: number;
  readonly sttDelayMs?: number;
  /** Overrides the recogniser's answer to its n-th request (from 0). */
  readonly stt?: (index: number, heard: string) => FakeAnswer | undefined;
  readonly answers?: Readonly<Record<string, string>>;
  readonly knowledgeDelayMs?: number;
  /** Whether the recogniser may be asked for partial words. */
  readonly partials?: boolean;
  /** A language model beside the dialog: what it is, and what it does with each request. */
  readonly model?: {
    readonly context: ModelContext;
    readonly script: ConstructorParameters<typeof ScriptedProvider>[1];
  };
  /** A key that is pressed, by INFO, before the call's first packet. */
  readonly firstKey?: DtmfDigit;
  /** Longest call, ms. */
  readonly maxCallMs?: number;
  /** What a person says who takes the call, whatever they sound like. */
  readonly colleague?: string;
  /** Whether the call is recorded. */
  readonly recording?: RecordingPolicy;
}

/** One spoken word lasts this long with the fake voice; the caller uses the same one. */
const WORD_MS = 300;

class FakeLeg implements SessionLeg {
  readonly transfers: string[] = [];
  ended: Termination | undefined;
  readonly #listeners = new Set<(event: SessionLegEvent) => void>();

  constructor(private readonly time: VirtualTime) {}

  subscribe(listener: (event: SessionLegEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  hangup(reason: Termination): void {
    if (this.ended !== undefined) return;
    this.ended = reason;
    this.emit({ type: 'ended', reason, at: this.time.now() });
  }

  transfer(target: string): void {
    this.transfers.push(target);
  }

  emit(event: SessionLegEvent): void {
    for (const listener of [...this.#listeners]) listener(event);
  }
}

/**
 * A whole call on the virtual clock: a caller's phone and the agent with RTP between them over an emulated network. Voices
 * are tones, one a word; the fake recogniser counts the tones that arrive and looks up the words, so what it hears
 * depends on what came through.
 */
export class ReplayCall {
  readonly time = new VirtualTime(Date.UTC(2026, 10, 23, 14, 0, 0));
  readonly store: FakeStore;
  readonly leg: FakeLeg;
  readonly tts: FakeTts;
  readonly stt: FakeStt;
  readonly knowledge: FakeKnowledge;
  /** The model of the options. */
  readonly provider: ScriptedProvider | undefined;
  readonly events: { readonly at: number; readonly event: SessionEvent }[] = [];
  readonly session: CallSession;
  /** Supervisors of the call. */
  readonly live: LiveDesk;
  /** Its recording. */
  readonly recordings: RecordingDesk;
  /** Where its file is. */
  readonly files = new MemoryStreams();
  readonly phone: RtpMediaSession;
  readonly agentMedia: RtpMediaSession;
  readonly #phoneTransport: VirtualRtpTransport;
  readonly #words: string[] = [];
  #spoken = 0;
  #phoneBusy = false;

  private constructor(options: ReplayOptions, context: SessionPorts['context']) {
    const { time } = this;
    const network = new VirtualNetwork(time, options.net, options.seed ?? 1);
    const pacer = new Pacer(time);
    this.#phoneTransport = network.transport('10.0.0.1', 4000);
    const media = (transport: VirtualRtpTransport, seed: number): RtpMediaSession =>
      new RtpMediaSession({
        transport,
        pacer,
        scheduler: time,
        rng: seededRng(seed),
        localHost: transport.host,
      });
    this.phone = media(this.#phoneTransport, 11);
    this.agentMedia = media(network.transport('10.0.0.2', 5000), 12);
    this.store = new FakeStore({ scheduler: time });
    this.leg = new FakeLeg(time);
    this.tts = new FakeTts(time, { wordMs: WORD_MS, delayMs: 40 });
    let requests = 0;
    this.stt = new FakeStt(time, (request) => {
      // The telephone of this call is narrowband; a console is not.
      if (request.sampleRateHz === 16_000) return { text: options.colleague ?? '', delayMs: 60 };
      const heard = this.#recognise(request.pcm);
      const scripted = options.stt?.(requests++, heard);
      return { text: heard, delayMs: options.sttDelayMs ?? 60, ...scripted };
    });
    this.knowledge = new FakeKnowledge({
      scheduler: time,
      delayMs: options.knowledgeDelayMs ?? 20,
      answers: options.answers ?? { hours: 'We are open from nine to five on weekdays.' },
      intents: { hours: 'RAG_QUERY', library: 'RAG_QUERY', 'an appointment': 'APPOINTMENT_SCHEDULING' },
    });
    const { model } = options;
    this.provider = model === undefined ? undefined : new ScriptedProvider(time, model.script);
    const limits = { concurrency: 4, perMinute: 0, queued: 8 };
    this.live = new LiveDesk({
      scheduler: time,
      instanceId: 'i1',
      persona: () => context.persona.id,
      supervision: {
        transcription: { vad: new EnergyVad(), stt: this.stt, scheduler: time },
        maxListeners: 5,
        graceMs: 5000,
        person: () => 'sip:desk@example.org',
        counted: () => undefined,
      },
    });
    this.recordings = new RecordingDesk({
      scheduler: time,
      policies: { usual: options.recording ?? 'off', lines: [] },
      files: this.files,
      recordings: this.store.recordings,
      keepDays: 30,
      counted: () => undefined,
      late: () => undefined,
      show: (id, state, consent) => this.live.recording(id, state, consent),
      log: () => undefined,
    });
    const ports: SessionPorts = {
      ...(this.provider === undefined
        ? {}
        : { model: new LimitedModel(this.provider, { scheduler: time, limits }) }),
      scheduler: time,
      vad: new EnergyVad(),
      stt: options.partials === true ? withPartials(this.stt) : this.stt,
      tts: this.tts,
      dialog: dialogPort,
      knowledge: this.live.knowledge(this.knowledge),
      journal: this.live.journal(this.store.journal),
      appointments: this.store.appointments,
      callbacks: this.store.callbacks,
      waitingList: this.store.waitingList,
      tools: { call: () => Promise.resolve({ type: 'failed', why: 'unavailable' }) },
      conversations: this.store.conversations,
      context: model === undefined ? context : { ...context, model: model.context },
    };
    const offer = this.phone.createOffer();
    const answer = this.agentMedia.answerOffer(offer);
    if (!answer.ok) throw new Error(answer.error.message);
    this.phone.subscribe((event) => this.#phoneHeard(event));
    this.session = new CallSession({
      callId: callId('call-1'),
      info: { direction: 'inbound', pii: { from: '+15550100' } },
      leg: this.leg,
      media: this.agentMedia,
      ports,
      ...(options.maxCallMs === undefined ? {} : { options: { maxCallMs: options.maxCallMs } }),
      observer: (event) => {
        this.events.push({ at: time.now(), event });
        this.live.observer('call-1')(event);
        this.recordings.observer('call-1')(event);
      },
      recording: options.recording ?? 'off',
      supervision: {
        opened: (call) => {
          const ends = [this.live.opened(call), this.recordings.opened(call)];
          return () => ends.forEach((end) => end());
        },
      },
    });
    const accepted = this.phone.acceptAnswer(answer.value.sdp);
    if (!accepted.ok) throw new Error(accepted.error.message);
    this.leg.emit({ type: 'confirmed', at: time.now() });
    if (options.firstKey !== undefined) {
      this.leg.emit({ type: 'dtmf', digit: options.firstKey, at: time.now() });
    }
  }

  /** Calls and listens to the greeting. */
  static async dial(options: ReplayOptions = {}): Promise<ReplayCall> {
    const call = await ReplayCall.ring(options);
    await call.listen();
    return call;
  }

  /** Calls; the agent has said nothing yet. */
  static async ring(options: ReplayOptions = {}): Promise<ReplayCall> {
    return new ReplayCall(options, await shippedContext());
  }

  /** The transcript so far, as `role: what was heard`. */
  get lines(): string[] {
    return this.store.appended.flatMap((event) =>
      event.kind === 'turn' ? [`${event.role}: ${event.pii.heard ?? event.pii.text}`] : [],
    );
  }

  /** Everything the agent meant to say, in order. */
  get agentTexts(): string[] {
    return this.of('agent_text').map((event) => event.pii.text);
  }

  /** Everything the caller heard of it, in order. */
  get heard(): string[] {
    return this.of('agent_finished').map((event) => event.pii.heard);
  }

  /** Words that ended turns of the caller. */
  get turns(): string[] {
    return this.of('heard_words').flatMap((event) => (event.final ? [event.pii.text] : []));
  }

  /** Response gaps of the agent's own ledger, ms. */
  get gaps(): number[] {
    return this.of('latency').map((event) => event.latency.responseGapMs);
  }

  /** Events of a type, in order. */
  of<T extends SessionEvent['type']>(type: T): Extract<SessionEvent, { type: T }>[] {
    return this.events.flatMap(({ event }) =>
      event.type === type ? [event as Extract<SessionEvent, { type: T }>] : [],
    );
  }

  /** Speaks; returns when the last word has left the phone. */
  async speak(text: string): Promise<void> {
    const spoken = await this.#voice(text);
    this.#words.push(...text.split(/\s+/).filter((word) => /[\p{L}\p{N}]/u.test(word)));
    this.#phoneBusy = true;
    this.phone.enqueue({
      utteranceId: utteranceId(`p${this.time.now()}-${text.length}`),
      pcm: spoken,
      last: true,
    });
    for (let waited = 0; this.#phoneBusy && waited < 60_000; waited += 20) await this.time.advance(20);
  }

  /** Makes a sound that no recogniser takes for words. */
  async noise(ms: number): Promise<void> {
    const pcm = new Int16Array(ms * 8);
    for (let i = 0; i < pcm.length; i++) pcm[i] = 6000 * Math.sin(i * 0.7) * Math.sin(i * 0.013);
    this.#noisy = true;
    this.#phoneBusy = true;
    this.phone.enqueue({ utteranceId: utteranceId(`n${this.time.now()}`), pcm, last: true });
    for (let waited = 0; this.#phoneBusy && waited < 60_000; waited += 20) await this.time.advance(20);
  }

  /** Waits until the agent has begun to answer and has been quiet for a while. */
  async listen(quietMs = 600, maxMs = 60_000): Promise<void> {
    let quiet = -1;
    for (let waited = 0; waited < maxMs && this.leg.ended === undefined; waited += 20) {
      await this.time.advance(20);
      // Words that come in pieces are one utterance.
      const started = new Set(this.of('agent_text').map(({ utteranceId }) => utteranceId)).size;
      const finished = this.of('agent_finished').length;
      quiet = started > this.#listened && finished === started ? quiet + 20 : -1;
      if (quiet >= quietMs) break;
    }
    this.#listened = new Set(this.of('agent_text').map(({ utteranceId }) => utteranceId)).size;
  }

  /** Speaks and listens to the whole answer. */
  async ask(text: string): Promise<string> {
    const before = this.agentTexts.length;
    await this.speak(text);
    await this.listen();
    return this.agentTexts.slice(before).join(' ');
  }

  /** The phone stops sending, as a muted one with silence suppression does. */
  async muted(ms: number): Promise<void> {
    const { send } = this.#phoneTransport;
    this.#phoneTransport.send = () => undefined;
    await this.time.advance(ms);
    this.#phoneTransport.send = send;
  }

  #listened = 0;
  #noisy = false;

  #phoneHeard(event: MediaEvent): void {
    if (event.type === 'playout' && event.event === 'finished') {
      this.#phoneBusy = false;
    } else if (event.type === 'playout' && event.event === 'started') {
      this.#spoken = this.#words.length;
    }
  }

  async #voice(text: string): Promise<Int16Array> {
    const job = new FakeTts(this.time, { wordMs: WORD_MS }).synthesize({
      requestId: requestId('phone'),
      text,
      sampleRateHz: 8000,
      voice: 'high',
    });
    await this.time.advance(1);
    const result = await job;
    if (!result.ok) throw new Error(result.error.message);
    return result.value.pcm;
  }

  /** Counts tones and gives that many of the latest words. */
  #recognise(pcm: Int16Array): string {
    if (this.#noisy) {
      this.#noisy = false;
      return '';
    }
    const tones = countTones(pcm);
    const known = this.#words.slice(0, Math.max(this.#spoken, this.#words.length));
    return tones === 0 ? '' : known.slice(-tones).join(' ');
  }
}

/** The engine with two workers that may be asked for partial words. */
function withPartials(stt: FakeStt): FakeStt {
  return Object.assign(Object.create(stt) as FakeStt, {
    capabilities: { ...stt.capabilities, partials: true },
    stats: () => ({ ...stt.stats(), workers: 2, busy: 0 }),
    transcribe: stt.transcribe.bind(stt),
    promote: stt.promote.bind(stt),
  });
}

/** Stretches of sound of at least 120 ms with at least 30 ms of quiet between them. */
function countTones(pcm: Int16Array): number {
  const blockMs = 10;
  const block = blockMs * 8;
  let loudMs = 0;
  let quietMs = 1000;
  let counted = false;
  let tones = 0;
  for (let at = 0; at + block <= pcm.length; at += block) {
    let energy = 0;
    for (let i = at; i < at + block; i++) energy += (pcm[i] ?? 0) ** 2;
    if (Math.sqrt(energy / block) > 400) {
      if (quietMs >= 30) {
        loudMs = 0;
        counted = false;
      }
      loudMs += blockMs;
      quietMs = 0;
      if (!counted && loudMs >= 120) {
        tones++;
        counted = true;
      }
    } else {
      quietMs += blockMs;
    }
  }
  return tones;
}
