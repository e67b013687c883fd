import { addMs, earliest, monoMs, type MonoMs } from '../../../kernel/time.js';
import type { FailureKind } from '../../../kernel/failure.js';
import { Gate } from './gate.js';
import { Heard, placed, placedByArrival } from './heard.js';
import { Link } from './link.js';
import type { ClientFrame, ProviderEvent, SttProtocol } from './protocol.js';
import type { RecognitionAction, RecognitionOptions } from './recognition-types.js';

interface Ask {
  readonly fromSample: number;
  readonly toSample: number;
  readonly deadline: MonoMs;
  readonly askedAt: MonoMs;
  /** When the provider was asked for finals. */
  finalizedAt: MonoMs | undefined;
  flushed: boolean;
}

/** A final that ends so little before a range covers it: ranges end with a pad of silence. */
const SLACK_MS = 200;
/** A provider that has reported on audio so close to the end of a range is alive. */
const ALIVE_MS = 1000;
/** Soft onsets before the first window of speech. */
const PRE_PAD_MS = 240;

/**
 * One stream of a recognising service: what is sent when, and which of its words answer which request. Our own voice
 * activity detection and turn-taking ask for ranges of audio; the provider's stream is read for the words in them.
 *
 * Pure: the shell holds the audio and the socket, and wakes it at {@link nextDeadline}.
 */
export class Recognition {
  readonly #heard = new Heard();
  readonly #gate = new Gate(this.#heard);
  readonly #link = new Link();
  readonly #asks = new Map<number, Ask>();
  readonly #perMs: number;
  readonly #timeoutMs: number;
  #out: RecognitionAction[] = [];
  #first: number | undefined;
  #end = 0;
  /** Sample that the provider's time counts from. */
  #base = 0;
  #sentTo = 0;
  #through = 0;
  #finalThrough = 0;
  #answeredTo = 0;
  #turnFrom = 0;
  #readyAt = monoMs(0);
  #lastSentAt = monoMs(0);
  #lastHeardAt = monoMs(0);
  #leaving = false;
  /** Whether the start of the current utterance was told on this connection. */
  #started = false;

  constructor(
    private readonly protocol: SttProtocol,
    options: RecognitionOptions,
  ) {
    this.#perMs = options.sampleRateHz / 1000;
    this.#timeoutMs = options.timeoutMs ?? 5000;
  }

  /** True while the provider takes audio. */
  get ready(): boolean {
    return this.#link.phase === 'ready';
  }

  /** Connects. */
  open(now: MonoMs): RecognitionAction[] {
    return this.#acting(now, () => this.#connect(now));
  }

  /** More audio is there: `[firstSample, endSample)` of the whole stream. */
  audio(now: MonoMs, firstSample: number, endSample: number): RecognitionAction[] {
    return this.#acting(now, () => {
      if (this.#first === undefined) {
        this.#first = firstSample;
        this.#base = firstSample;
        this.#sentTo = firstSample;
        this.#turnFrom = firstSample;
        this.#answeredTo = firstSample;
      }
      this.#end = Math.max(this.#end, endSample);
    });
  }

  /** The caller begins to speak. */
  speechStarted(now: MonoMs, sample: number): RecognitionAction[] {
    return this.#acting(now, () => {
      if (this.protocol.gated) this.#begin(sample - PRE_PAD_MS * this.#perMs);
    });
  }

  /** The caller's turn is over; partial words begin anew, and what nobody has asked for ends here. */
  turnOver(now: MonoMs, sample: number): RecognitionAction[] {
    return this.#acting(now, () => {
      this.#turnFrom = sample;
      const { current } = this.#gate;
      if (current !== undefined) current.toSample ??= Math.max(current.fromSample, this.#end);
    });
  }

  /** Asks for the words of a range. */
  ask(now: MonoMs, id: number, fromSample: number, toSample: number): RecognitionAction[] {
    return this.#acting(now, () => {
      const to = Math.min(toSample, this.#end);
      this.#asks.set(id, {
        fromSample,
        toSample: to,
        askedAt: now,
        deadline: addMs(now, this.#timeoutMs),
        finalizedAt: undefined,
        flushed: false,
      });
      const { trouble } = this.#link;
      if (trouble !== undefined) this.#fail(id, trouble, 'the recogniser is not connected');
      else if (this.protocol.gated) this.#close(fromSample, to);
      else if (this.ready) this.#checkHeld(id);
    });
  }

  /** The answer is no longer wanted. */
  cancel(id: number): void {
    this.#asks.delete(id);
  }

  /** The socket is open. */
  opened(now: MonoMs): RecognitionAction[] {
    return this.#acting(now, () => {
      for (const frame of this.protocol.opening(this.#link.handle)) this.#send(now, frame);
      if (this.protocol.readyOnOpen) this.#ready(now);
    });
  }

  /** A message has come. */
  message(now: MonoMs, text: string): RecognitionAction[] {
    return this.#acting(now, () => {
      this.#lastHeardAt = now;
      for (const event of this.protocol.parse(text)) this.#event(now, event);
    });
  }

  /** The socket has closed, or could not be opened. */
  lost(now: MonoMs, kind: FailureKind, message: string): RecognitionAction[] {
    return this.#acting(now, () => this.#lost(now, kind, message));
  }

  /** Does what the time asks for. */
  wake(now: MonoMs): RecognitionAction[] {
    return this.#acting(now, () => {
      const due = this.#link.due(now);
      if (due === 'connect') this.#connect(now);
      if (due === 'late') this.#drop(now, 'stalled', 'the recogniser does not get ready');
      for (const [id, ask] of this.#asks) if (now >= ask.deadline) this.#late(now, id, ask);
      const { keepAliveMs } = this.protocol;
      if (this.ready && keepAliveMs !== undefined && now >= addMs(this.#lastSentAt, keepAliveMs)) {
        for (const frame of this.protocol.keepAlive()) this.#send(now, frame);
      }
    });
  }

  /** When {@link wake} is due. */
  nextDeadline(now: MonoMs): MonoMs | undefined {
    let deadline = this.#link.deadline;
    const { quietMs, keepAliveMs, gated } = this.protocol;
    for (const ask of this.#asks.values()) {
      deadline = earliest(deadline, ask.deadline);
      const mayGoQuiet = !gated && ask.finalizedAt !== undefined && this.#isAlive(ask);
      if (mayGoQuiet) deadline = earliest(deadline, this.#quietAt(ask));
    }
    if (gated) deadline = earliest(deadline, this.#gate.settleAt(this.#lastHeardAt, quietMs));
    if (!this.ready) return deadline;
    if (keepAliveMs !== undefined) deadline = earliest(deadline, addMs(this.#lastSentAt, keepAliveMs));
    return this.#limit() > this.#allowed(now) ? earliest(deadline, addMs(now, 50)) : deadline;
  }

  /** Says goodbye. Open requests are the shell's to end. */
  close(): RecognitionAction[] {
    const wasReady = this.ready;
    this.#link.over();
    const goodbye = wasReady ? this.protocol.closing() : [];
    return [...goodbye.map((frame) => ({ type: 'send' as const, frame })), { type: 'disconnect' }];
  }

  #acting(now: MonoMs, act: () => void): RecognitionAction[] {
    if (this.#link.phase === 'over') return [];
    act();
    this.#pump(now);
    this.#review(now);
    this.#renew(now);
    const out = this.#out;
    this.#out = [];
    return out;
  }

  #connect(now: MonoMs): void {
    this.#link.connecting(now);
    this.#leaving = false;
    this.#out.push({ type: 'connect', handle: this.#link.handle });
  }

  #ready(now: MonoMs): void {
    if (this.#link.phase !== 'connecting') return;
    this.#link.ready();
    this.#readyAt = now;
    this.#lastHeardAt = now;
    this.#started = false;
    const { current } = this.#gate;
    const replayFrom = this.#end - this.protocol.replayMs * this.#perMs;
    this.#base = this.protocol.gated
      ? (current?.fromSample ?? this.#end)
      : Math.round(Math.max(this.#first ?? 0, this.#answeredTo, replayFrom));
    this.#sentTo = this.#base;
    this.#through = this.#base;
    this.#finalThrough = this.#base;
    if (this.protocol.gated) return;
    this.#heard.forgetFrom(this.#base);
    for (const id of this.#asks.keys()) this.#checkHeld(id);
  }

  /** A request for audio that this connection never had cannot be answered by it. */
  #checkHeld(id: number): void {
    const ask = this.#asks.get(id);
    if (ask === undefined || this.#first === undefined) return;
    // What was answered before is held, and so is what was given since.
    const begins = Math.max(ask.fromSample, this.#first, this.#answeredTo);
    const isHeld = begins >= this.#base - PRE_PAD_MS * this.#perMs;
    if (!isHeld && ask.toSample > this.#base) {
      this.#fail(id, 'truncated', 'the connection is younger than the speech');
    }
  }

  #event(now: MonoMs, event: ProviderEvent): void {
    switch (event.type) {
      case 'ready': {
        this.#ready(now);
        break;
      }
      case 'heard': {
        this.#passage(event);
        break;
      }
      case 'piece': {
        this.#gate.piece(event.append, event.text, this.#sentTo);
        this.#partial(this.#sentTo);
        break;
      }
      case 'flushed': {
        this.#gate.flushed();
        for (const ask of this.#asks.values()) if (ask.finalizedAt !== undefined) ask.flushed = true;
        break;
      }
      case 'handle': {
        this.#link.keep(event.handle);
        break;
      }
      case 'leaving': {
        this.#leaving = true;
        break;
      }
      case 'failed': {
        this.#drop(now, event.kind, event.message);
        break;
      }
    }
  }

  #passage(event: Extract<ProviderEvent, { type: 'heard' }>): void {
    if (!this.ready) return;
    const fromSample = this.#base + Math.round(event.startMs * this.#perMs);
    const toSample = this.#base + Math.round(event.endMs * this.#perMs);
    // Keys count from the start of a connection.
    const key = `${this.#base} ${event.key}`;
    const words =
      event.words.length > 0
        ? placed(event.words, this.#base, this.#perMs)
        : placedByArrival(event.text, this.#heard.get(key), toSample, event.confidence);
    this.#heard.put({
      key,
      final: event.final,
      text: event.text,
      fromSample,
      toSample,
      words,
      confidence: event.confidence,
    });
    this.#through = Math.max(this.#through, toSample);
    if (event.final) this.#finalThrough = Math.max(this.#finalThrough, toSample);
    if (event.text !== '') this.#partial(toSample);
  }

  #partial(toSample: number): void {
    const { text } = this.#heard.range(this.#turnFrom, Math.max(toSample, this.#end) + this.#perMs);
    if (text !== '') this.#out.push({ type: 'partial', text, toSample });
  }

  #begin(fromSample: number): void {
    if (this.#gate.current !== undefined) return;
    this.#sentTo = this.#gate.begin(Math.max(this.#first ?? 0, Math.round(fromSample)));
    this.#started = false;
  }

  /** Ends the utterance that is being given, or gives the whole range where none is. */
  #close(fromSample: number, toSample: number): void {
    if (!this.#gate.covers(toSample)) this.#begin(fromSample);
    const { current } = this.#gate;
    if (current !== undefined) current.toSample = Math.max(current.fromSample, toSample);
  }

  /** Sends what may be sent. */
  #pump(now: MonoMs): void {
    if (!this.ready) return;
    const [minMs, maxMs] = this.protocol.chunkMs;
    const limit = Math.min(this.#limit(), this.#allowed(now));
    if (this.protocol.gated && this.#gate.current !== undefined && !this.#started) {
      this.#started = true;
      for (const frame of this.protocol.start()) this.#send(now, frame);
    }
    const isLast = this.#gate.current?.toSample !== undefined && limit === this.#limit();
    const least = isLast ? 1 : minMs * this.#perMs;
    while (limit - this.#sentTo >= least) {
      const toSample = Math.min(limit, this.#sentTo + maxMs * this.#perMs);
      this.#out.push({ type: 'audio', fromSample: this.#sentTo, toSample });
      this.#sentTo = toSample;
      this.#lastSentAt = now;
    }
    if (this.protocol.gated) this.#endUtterance(now);
    else this.#finalize(now, minMs);
  }

  #endUtterance(now: MonoMs): void {
    const { current } = this.#gate;
    if (current?.toSample === undefined || this.#sentTo < current.toSample) return;
    for (const frame of this.protocol.finalize()) this.#send(now, frame);
    this.#gate.ended(now);
  }

  /** Asks for finals, once for all requests whose audio has been sent but for less than a chunk. */
  #finalize(now: MonoMs, chunkMs: number): void {
    const due = [...this.#asks.values()].filter(
      (ask) => ask.finalizedAt === undefined && this.#sentTo + chunkMs * this.#perMs > ask.toSample,
    );
    if (due.length === 0) return;
    for (const ask of due) ask.finalizedAt = now;
    if (due.every((ask) => this.#isSettled(ask))) return;
    for (const frame of this.protocol.finalize()) this.#send(now, frame);
  }

  /** How far audio goes. */
  #limit(): number {
    if (!this.protocol.gated) return this.#end;
    const { current } = this.#gate;
    return current === undefined ? this.#sentTo : Math.min(this.#end, current.toSample ?? this.#end);
  }

  /** How far it may go now, where the provider takes it no faster than in its own pace. */
  #allowed(now: MonoMs): number {
    const { pace } = this.protocol;
    if (pace === undefined) return this.#end;
    return Math.floor(this.#base + (pace.burstMs + (now - this.#readyAt) * pace.speed) * this.#perMs);
  }

  /** Answers what can be answered. */
  #review(now: MonoMs): void {
    if (this.protocol.gated) this.#gate.settle(now, this.#lastHeardAt, this.protocol.quietMs);
    for (const [id, ask] of this.#asks) {
      const isDone = this.protocol.gated
        ? this.#gate.isComplete(ask.fromSample, ask.toSample)
        : this.#isDone(now, ask);
      if (isDone) this.#answer(id, ask);
    }
  }

  #isDone(now: MonoMs, ask: Ask): boolean {
    if (ask.finalizedAt === undefined) return false;
    const isOver = ask.flushed && !this.#heard.unsettled(ask.fromSample, ask.toSample);
    if (isOver || this.#isSettled(ask)) return true;
    return this.#isAlive(ask) && now >= this.#quietAt(ask);
  }

  #isAlive({ toSample }: Ask): boolean {
    return this.#through >= toSample - ALIVE_MS * this.#perMs;
  }

  /** The provider has said all of a range; one that asks for nothing is read as it stands. */
  #isSettled(ask: Ask): boolean {
    const enough = ask.toSample - SLACK_MS * this.#perMs;
    if (!this.protocol.finalizes) return this.#through >= enough;
    return this.#finalThrough >= enough && !this.#heard.unsettled(ask.fromSample, ask.toSample);
  }

  #quietAt(ask: Ask): MonoMs {
    const since = Math.max(ask.finalizedAt ?? ask.askedAt, this.#lastHeardAt);
    return addMs(monoMs(since), this.protocol.quietMs);
  }

  #answer(id: number, { fromSample, toSample }: Ask): void {
    this.#asks.delete(id);
    this.#link.proven();
    this.#answeredTo = Math.max(this.#answeredTo, toSample);
    this.#out.push({ type: 'answered', id, ...this.#heard.range(fromSample, toSample) });
  }

  #fail(id: number, kind: FailureKind, message: string): void {
    this.#asks.delete(id);
    this.#out.push({ type: 'failed', id, kind, message });
  }

  /** A provider that has said nothing at all since it was asked is given up. */
  #late(now: MonoMs, id: number, ask: Ask): void {
    this.#fail(id, 'stalled', 'no transcript in time');
    if (this.#lastHeardAt < ask.askedAt) this.#drop(now, 'stalled', 'the recogniser has fallen silent');
  }

  #drop(now: MonoMs, kind: FailureKind, message: string): void {
    this.#out.push({ type: 'disconnect' });
    this.#lost(now, kind, message);
  }

  #lost(now: MonoMs, kind: FailureKind, message: string): void {
    const { phase } = this.#link;
    if (phase !== 'connecting' && phase !== 'ready') return;
    this.#link.lost(now, kind);
    this.#gate.lost();
    for (const id of [...this.#asks.keys()]) this.#fail(id, kind, message);
  }

  /** A connection that will be closed soon is replaced between utterances. */
  #renew(now: MonoMs): void {
    if (!this.#leaving || !this.ready || this.#asks.size > 0 || this.#gate.current !== undefined) return;
    this.#out.push({ type: 'disconnect' });
    this.#connect(now);
  }

  #send(now: MonoMs, frame: ClientFrame): void {
    this.#out.push({ type: 'send', frame });
    this.#lastSentAt = now;
  }
}
