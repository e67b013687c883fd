import { type CallId, type RequestId, type UtteranceId } from '../kernel/ids.js';
import { DRAIN_BOUND } from '../kernel/machine.js';
import type { Result } from '../kernel/result.js';
import { addMs, earliest, type MonoMs } from '../kernel/time.js';
import type { DtmfDigit, Termination } from '../kernel/vocab.js';
import type { DialogInput, SayEffect } from '../dialog/core/types.js';
import type { MediaEvent, MediaPort } from '../media/ports.js';
import type { SttError, SttTranscript } from '../speech/ports.js';
import { TurnMachine } from '../turn/turn-machine.js';
import type { TurnInput, TurnOutput } from '../turn/types.js';
import { AgentSpeech } from './agent-speech.js';
import type { CallSessionInit, ResumedConversation } from './call-session-init.js';
import { DialogRunner, type SpokenEffect } from './dialog-runner.js';
import { Hearing, type HearingEvent } from './hearing.js';
import { InputQueue } from './input-queue.js';
import { LastWords } from './last-words.js';
import { LatencyBook } from './latency-book.js';
import {
  defaultSessionOptions,
  type SessionEvent,
  type SessionLeg,
  type SessionLegEvent,
  type SessionObserver,
  type SessionOptions,
  type SessionPorts,
} from './ports.js';
import { Recorder } from './recorder.js';
import { Voice } from './voice.js';

/**
 * One call: the only place where leg, media, speech, turn and dialog meet.
 *
 * **One input, drain to quiet, then the next input.** Everything that happens enters one queue; nothing is handled
 * re-entrantly, and one timer stands for the earliest deadline of all machines.
 */
export class CallSession {
  readonly callId: CallId;
  readonly #leg: SessionLeg;
  readonly #media: MediaPort;
  readonly #ports: SessionPorts;
  readonly #options: SessionOptions;
  readonly #observer: SessionObserver;
  readonly #turn = new TurnMachine();
  readonly #hearing: Hearing;
  readonly #voice: Voice;
  readonly #speech: AgentSpeech;
  readonly #runner: DialogRunner;
  readonly #recorder: Recorder;
  readonly #latencies = new LatencyBook();
  readonly #queue: InputQueue;
  readonly #lastWords: LastWords;
  readonly #unsubscribe: (() => void)[] = [];
  readonly #resumed: boolean;
  #greetAt: MonoMs | undefined;
  #greeted = false;
  #confirmed = false;
  #endsAt: MonoMs | undefined;
  #closed = false;

  constructor(init: CallSessionInit) {
    const { callId, leg, media, ports, info } = init;
    this.callId = callId;
    this.#leg = leg;
    this.#lastWords = new LastWords(leg);
    this.#queue = new InputQueue(
      ports.scheduler,
      () => this.#deadline(),
      () => this.#settle(),
      () => this.#wake(),
    );
    this.#media = media;
    this.#ports = ports;
    this.#options = { ...defaultSessionOptions, ...init.options };
    this.#observer = init.observer ?? (() => undefined);
    this.#resumed = init.resumed !== undefined;
    this.#recorder = new Recorder(callId, ports.journal, ports.scheduler, init.resumed);
    this.#voice = new Voice(ports.tts, media, ports.scheduler, ports.context.persona, () =>
      this.#tell({ type: 'counted', what: 'tts_failed' }),
    );
    this.#speech = new AgentSpeech(this.#voice, this.#latencies, this.#recorder, (event) =>
      this.#tell(event),
    );
    const state =
      init.resumed?.state ??
      ports.dialog.initial({
        callId,
        ...(info.pii.from === undefined ? {} : { callerNumber: info.pii.from }),
      });
    this.#runner = new DialogRunner(
      callId,
      ports,
      this.#options,
      state,
      (input) => this.#queue.push(() => this.#dialogResult(input)),
      (text) => this.#voice.prefetch(text),
    );
    this.#hearing = new Hearing(
      ports.vad,
      ports.stt,
      (event) => this.#queue.push(() => this.#heardSound(event)),
      (id, result) => this.#queue.push(() => this.#transcript(id, result)),
    );
    this.#endsAt = addMs(ports.scheduler.now(), this.#options.maxCallMs);
    if (!this.#resumed) this.#recorder.started(info);
    this.#unsubscribe.push(
      media.subscribe((event) => this.#mediaInput(event)),
      leg.subscribe((event) => this.#queue.push(() => this.#legEvent(event))),
    );
    this.#queue.rearm();
  }

  /** What is needed to go on with the conversation later. */
  get snapshot(): ResumedConversation {
    return { state: this.#runner.state, ...this.#recorder.position };
  }

  /** Typed text counts as a turn of the caller. */
  text(text: string): void {
    this.#queue.push(() => {
      // Who writes before a greeting was asked for wants an answer, not a greeting.
      this.#greeted = true;
      this.#feed({ type: 'text', text });
    });
  }

  /** A key pressed outside the media stream. */
  dtmf(digit: DtmfDigit): void {
    this.#queue.push(() => this.#feed({ type: 'dtmf', digit }));
  }

  /** Stops the agent's voice. */
  interrupt(): void {
    this.#queue.push(() => this.#feed({ type: 'interrupt' }));
  }

  /** Begins the conversation now rather than at the first sound. */
  start(): void {
    this.#queue.push(() => this.#greet());
  }

  /** Audio does not pass through the queue unless it decides something: it comes 50 times a second. */
  #mediaInput(event: MediaEvent): void {
    if (event.type !== 'audio') this.#queue.push(() => this.#mediaEvent(event));
    else if (!this.#closed) this.#hearing.push(event.pcm, event.startSample, event.at);
  }

  #mediaEvent(event: Exclude<MediaEvent, { type: 'audio' }>): void {
    switch (event.type) {
      case 'dtmf': {
        this.#feed({ type: 'dtmf', digit: event.digit });
        break;
      }
      case 'first_rtp': {
        this.#greet();
        break;
      }
      case 'inactive': {
        // Before the ACK nothing need come: a call without one ends by the timer of its 200.
        if (this.#confirmed) this.#leg.hangup('rtp_inactive');
        break;
      }
      case 'hold': {
        this.#feed({ type: 'hold', held: event.held });
        break;
      }
      case 'bye': {
        // The leg's own BYE or the inactivity timer ends the call.
        break;
      }
      case 'playout': {
        if (event.event === 'started') this.#playoutStarted(event.utteranceId, event.at);
        else if (event.event === 'finished') this.#playoutFinished(event.utteranceId);
        break;
      }
    }
  }

  #legEvent(event: SessionLegEvent): void {
    switch (event.type) {
      case 'confirmed': {
        this.#confirmed = true;
        this.#feed({ type: 'connected' });
        if (!this.#greeted) this.#greetAt = addMs(event.at, this.#options.greetingDelayMs);
        break;
      }
      case 'dtmf': {
        this.#feed({ type: 'dtmf', digit: event.digit });
        break;
      }
      case 'transfer': {
        this.#recorder.event('transfer', { state: event.state });
        if (event.state === 'refused' || event.state === 'failed') this.#transferFailed(event.state);
        break;
      }
      case 'ended': {
        this.#close(event.reason);
        break;
      }
    }
  }

  #greet(): void {
    if (this.#greeted || this.#closed) return;
    this.#greeted = true;
    this.#greetAt = undefined;
    if (!this.#resumed) this.#dialog({ type: 'start' }, undefined, true);
  }

  #feed(input: TurnInput): void {
    this.#turn.handle(this.#ports.scheduler.now(), input);
    for (let count = 0; ; count++) {
      const output = this.#turn.poll();
      if (output === undefined) return;
      if (count >= DRAIN_BOUND) {
        this.#tell({ type: 'counted', what: 'livelock' });
        this.#leg.hangup('internal_error');
        return;
      }
      this.#turnOutput(output);
    }
  }

  #turnOutput(output: TurnOutput): void {
    switch (output.type) {
      case 'transcribe': {
        const expected = this.#runner.expectedSpeech(this.#turn.expectation);
        this.#hearing.transcribe(output.requestId, output.fromSample, output.toSample, output.kind, expected);
        break;
      }
      case 'promote_transcript': {
        this.#hearing.promote(output.requestId);
        break;
      }
      case 'abort_transcript': {
        this.#hearing.abort(output.requestId);
        break;
      }
      case 'speculation': {
        const { text, confidence } = output;
        this.#tell({ type: 'heard_words', final: false, confidence, pii: { text } });
        if (!this.#runner.busy) {
          this.#runner.speculate({ type: 'turn', turnId: output.turnId, text, confidence });
        }
        break;
      }
      case 'pause_playout': {
        this.#voice.pause();
        break;
      }
      case 'resume_playout': {
        this.#voice.resume();
        break;
      }
      case 'cut_playout': {
        this.#cut();
        break;
      }
      case 'barge_in': {
        const { outcome, reason, onsetAt, pausedAt } = output;
        const detectMs = Math.round(pausedAt - onsetAt);
        this.#recorder.event('barge_in', { outcome, reason, detect_ms: detectMs });
        this.#tell({ type: 'barge_in', outcome, reason, detectMs });
        break;
      }
      case 'turn_ended': {
        this.#lastWords.keepGoing();
        this.#latencies.turnEnded(output.turnId, output.stamps);
        const { text, confidence } = output;
        this.#tell({ type: 'heard_words', final: true, confidence, pii: { text } });
        this.#recorder.line({ turnId: output.turnId, role: 'user', text, confidence });
        this.#dialog({ type: 'turn', turnId: output.turnId, text, confidence }, output.turnId);
        break;
      }
      case 'not_understood': {
        this.#lastWords.keepGoing();
        this.#latencies.turnEnded(output.turnId, output.stamps);
        this.#tell({ type: 'counted', what: 'not_understood' });
        this.#recorder.event('not_understood', { turn_id: output.turnId });
        this.#dialog({ type: 'not_understood', turnId: output.turnId }, output.turnId);
        break;
      }
      case 'dtmf': {
        this.#lastWords.keepGoing();
        this.#greet();
        this.#recorder.line({ turnId: output.turnId, role: 'user', text: `[key ${output.digit}]` });
        this.#dialog({ type: 'dtmf', turnId: output.turnId, digit: output.digit }, output.turnId);
        break;
      }
      case 'turn_dropped': {
        this.#tell({ type: 'counted', what: 'turn_dropped' });
        this.#recorder.event('turn_dropped', { turn_id: output.turnId });
        break;
      }
      case 'silence': {
        this.#dialog({ type: 'silence', count: output.count }, undefined);
        break;
      }
    }
  }

  #heardSound(event: HearingEvent): void {
    this.#tell({ type: event.type === 'speech_start' ? 'speech_started' : 'speech_ended' });
    this.#feed(event);
  }

  #transcript(id: RequestId, result: Result<SttTranscript, SttError>): void {
    if (!result.ok) {
      if (result.error.code === 'aborted') return;
      this.#tell({ type: 'counted', what: 'stt_failed', cause: result.error.message });
      this.#recorder.event('stt_failed', { request_id: id, code: result.error.code });
      this.#feed({ type: 'transcript_failed', requestId: id, retry: result.error.code !== 'timeout' });
      return;
    }
    const { text, confidence, noSpeech, decodeMs, queueMs, audioMs } = result.value;
    this.#tell({ type: 'stt', decodeMs, queueMs, audioMs });
    this.#latencies.transcribed({ sttDecodeMs: decodeMs, sttQueueMs: queueMs });
    const completeness = this.#runner.completeness(text, this.#turn.expectation);
    this.#feed({ type: 'transcript', requestId: id, text, confidence, noSpeech, completeness });
  }

  #dialogResult(input: DialogInput): void {
    if (!('requestId' in input) || !this.#runner.accepts(input.requestId)) {
      this.#tell({ type: 'counted', what: 'stale_result' });
      return;
    }
    this.#dialog(input, this.#latencies.current);
  }

  #dialog(input: DialogInput, answers: string | undefined, greeting = false): void {
    let effects: SpokenEffect[];
    try {
      effects = this.#runner.step(input);
    } catch (cause) {
      this.#tell({ type: 'counted', what: 'dialog_error', cause });
      this.#leg.hangup('internal_error');
      return;
    }
    if (input.type === 'booking') this.#tell({ type: 'booking', outcome: input.outcome });
    let said = false;
    for (const effect of effects) {
      if (effect.type === 'say') {
        said = true;
        this.#say(effect, answers, greeting);
      } else {
        this.#act(effect);
      }
    }
    if (!said && !this.#runner.busy && !this.#turn.agentHasFloor && input.type !== 'heard') {
      this.#feed({ type: 'no_reply' });
    }
  }

  #say(effect: SayEffect, answers: string | undefined, greeting: boolean): void {
    const { id } = this.#speech.say(effect, answers);
    const { expectation, interruptible } = effect;
    this.#feed({ type: 'agent_say', utteranceId: id, interruptible, greeting, expectation });
  }

  #act(effect: Exclude<SpokenEffect, { type: 'say' }>): void {
    switch (effect.type) {
      case 'hangup': {
        this.#lastWords.thenHangup(effect.reason);
        break;
      }
      case 'transfer': {
        this.#lastWords.thenTransfer(effect.requestId, effect.target);
        break;
      }
      case 'request_callback': {
        const { reason, userName, callerNumber } = effect;
        this.#recorder.event('callback_requested', { reason, pii: { userName, callerNumber } });
        break;
      }
    }
  }

  #cut(): void {
    for (const heard of this.#speech.cut()) this.#dialog(heard, undefined);
  }

  #playoutStarted(id: UtteranceId, at: MonoMs): void {
    if (this.#speech.started(id, at)) this.#feed({ type: 'playout_started', utteranceId: id });
  }

  #playoutFinished(id: UtteranceId): void {
    const heard = this.#speech.finished(id);
    if (heard === undefined) return;
    this.#dialog(heard, undefined);
    this.#feed({ type: 'playout_finished', utteranceId: id });
  }

  #transferFailed(outcome: 'refused' | 'failed'): void {
    const requestId = this.#lastWords.transferFailed();
    if (requestId === undefined || !this.#runner.accepts(requestId)) return;
    this.#dialog({ type: 'transfer', requestId, outcome }, undefined);
  }

  #close(reason: Termination): void {
    if (this.#closed) return;
    this.#stop();
    this.#recorder.ended(reason, this.#media.stats());
    this.#tell({ type: 'ended', reason, durationMs: this.#recorder.durationMs() });
  }

  /** Stops without ending: the conversation may be taken up again from its {@link snapshot}. */
  suspend(): void {
    if (!this.#closed) this.#stop();
  }

  #stop(): void {
    for (const heard of this.#speech.cut()) this.#dialog(heard, undefined);
    this.#closed = true;
    this.#hearing.close();
    for (const unsubscribe of this.#unsubscribe) unsubscribe();
    this.#queue.close();
  }

  #tell(event: SessionEvent): void {
    try {
      this.#observer(event);
    } catch {
      // An observer cannot disturb a call.
    }
  }

  #settle(): void {
    if (!this.#closed && !this.#turn.agentHasFloor) this.#lastWords.quiet(this.#ports.scheduler.now());
  }

  #deadline(): MonoMs | undefined {
    const machines = earliest(this.#turn.nextDeadline(), this.#runner.nextDeadline());
    return earliest(earliest(machines, this.#greetAt), earliest(this.#lastWords.deadline, this.#endsAt));
  }

  #wake(): void {
    const now = this.#ports.scheduler.now();
    if (this.#greetAt !== undefined && now >= this.#greetAt) this.#greet();
    for (const requestId of this.#runner.slow(now)) {
      this.#dialog({ type: 'waiting', requestId }, this.#latencies.current);
    }
    if (this.#endsAt !== undefined && now >= this.#endsAt) {
      this.#endsAt = undefined;
      this.#leg.hangup('max_duration');
    }
    this.#feed({ type: 'tick' });
  }
}
