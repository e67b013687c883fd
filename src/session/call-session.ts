import { type CallId, type UtteranceId } from '../kernel/ids.js';
import { drain } from '../kernel/machine.js';
import { earliestOf, MachineHost } from '../kernel/machine-host.js';
import { addMs, type MonoMs } from '../kernel/time.js';
import type { DtmfDigit, RecordingConsent, Termination } from '../kernel/vocab.js';
import type { DialogInput, DialogRequest, DialogResult, SayEffect } from '../dialog/core/effects.js';
import type { MediaEvent, MediaPort } from '../media/ports.js';
import { defaultTurnOptions } from '../turn/options.js';
import { TurnMachine } from '../turn/turn-machine.js';
import type { TurnInput, TurnOutput } from '../turn/types.js';
import { AgentSpeech } from './agent-speech.js';
import { undisturbed, type CallSessionInit, type ResumedConversation } from './call-session-init.js';
import { DialogRunner, type ModelInput, type SpokenEffect } from './dialog-runner.js';
import { KeyPresses, type KeyWay } from './key-presses.js';
import { LastWords } from './last-words.js';
import { LatencyBook } from './latency-book.js';
import { superviseWith, type SessionInside } from './live/open-call.js';
import {
  defaultSessionOptions,
  type SessionLeg,
  type SessionLegEvent,
  type SessionObserver,
  type SessionOptions,
  type SessionPorts,
} from './ports.js';
import { Recorder } from './recorder.js';
import { CallerSpeech } from './caller-speech.js';
import { keyText, turnInput } from './caller-words.js';
import { CallLimit } from './call-limit.js';
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
  readonly #tell: SessionObserver;
  readonly #turn: TurnMachine;
  readonly #caller: CallerSpeech;
  readonly #voice: Voice;
  readonly #speech: AgentSpeech;
  readonly #runner: DialogRunner;
  readonly #recorder: Recorder;
  readonly #latencies = new LatencyBook();
  readonly #host: MachineHost;
  readonly #lastWords: LastWords;
  readonly #unsubscribe: (() => void)[] = [];
  readonly #resumed: boolean;
  readonly #opening: DialogInput;
  #greetAt: MonoMs | undefined;
  #greeted = false;
  #confirmed = false;
  readonly #keys = new KeyPresses();
  readonly #limit: CallLimit;
  #closed = false;

  constructor(init: CallSessionInit) {
    const { callId, leg, media, ports, info } = init;
    this.callId = callId;
    this.#leg = leg;
    this.#lastWords = new LastWords(leg);
    this.#host = new MachineHost(ports.scheduler, {
      drain: () => drain(this.#turn, (output) => this.#turnOutput(output)) >= 0,
      deadline: () => this.#deadline(),
      wake: () => this.#wake(),
      settle: () => this.#settle(),
      livelock: () => this.#livelock(),
    });
    this.#media = media;
    this.#ports = ports;
    this.#options = { ...defaultSessionOptions, ...init.options };
    this.#turn = new TurnMachine({ ...defaultTurnOptions, silence: this.#options.silence });
    this.#tell = undisturbed(init.observer);
    this.#resumed = init.resumed !== undefined;
    this.#opening = this.#resumed ? { type: 'resumed' } : (init.opening ?? { type: 'start' });
    this.#recorder = new Recorder(callId, ports.journal, ports.scheduler, init.resumed);
    this.#voice = new Voice(ports.tts, media, ports.scheduler, ports.context.persona, () =>
      this.#tell({ type: 'counted', what: 'tts_failed' }),
    );
    this.#speech = new AgentSpeech(this.#voice, this.#latencies, this.#recorder, (event) =>
      this.#tell(event),
    );
    // Whoever is on the other end, the office knows them by their number.
    const number = info.direction === 'outbound' ? info.pii.to : info.pii.from;
    const start = {
      callId,
      ...(number === undefined ? {} : { callerNumber: number }),
      ...(init.recording === undefined || init.recording === 'off' ? {} : { recording: init.recording }),
    };
    const state =
      init.resumed === undefined
        ? ports.dialog.initial(start)
        : ports.dialog.revive(init.resumed.state, start);
    this.#runner = new DialogRunner(
      callId,
      ports,
      this.#options,
      state,
      (input) => this.#host.push(() => this.#dialogResult(input)),
      (text) => this.#voice.prefetch(text),
    );
    this.#caller = new CallerSpeech({
      ports,
      runner: this.#runner,
      recorder: this.#recorder,
      latencies: this.#latencies,
      tell: this.#tell,
      feed: (input) => this.#feed(input),
      enqueue: (run) => this.#host.push(run),
    });
    this.#limit = new CallLimit(ports.scheduler.now(), this.#options.maxCallMs);
    if (!this.#resumed) this.#recorder.started(info, ports.context.persona.id);
    this.#unsubscribe.push(
      media.subscribe((event) => this.#mediaInput(event)),
      leg.subscribe((event) => this.#host.push(() => this.#legEvent(event))),
      superviseWith(init.supervision, init, this.#inside()),
    );
    this.#host.rearm();
  }

  /** What is needed to go on with the conversation later. */
  get snapshot(): ResumedConversation {
    return { state: this.#runner.state, ...this.#recorder.position };
  }

  #inside(): SessionInside {
    const tell = (input: DialogInput): void => this.#dialog(input, undefined);
    const feed = (input: TurnInput): void => this.#feed(input);
    const [host, runner, recorder, lastWords] = [this.#host, this.#runner, this.#recorder, this.#lastWords];
    return { host, runner, recorder, lastWords, tell, feed };
  }

  text(text: string): void {
    this.#host.push(() => {
      // Who writes before a greeting was asked for wants an answer, not a greeting.
      this.#greeted = true;
      this.#feed({ type: 'text', text });
    });
  }

  /** Keys outside the media stream and typed text are turns of the caller. */
  dtmf(digit: DtmfDigit): void {
    this.#feed({ type: 'dtmf', digit });
  }

  /** Stops the agent's voice. */
  interrupt(): void {
    this.#feed({ type: 'interrupt' });
  }

  /** Begins the conversation now rather than at the first sound. */
  start(): void {
    this.#host.push(() => this.#greet());
  }

  /** Audio does not pass through the queue unless it decides something: it comes 50 times a second. */
  #mediaInput(event: MediaEvent): void {
    if (event.type !== 'audio') this.#host.push(() => this.#mediaEvent(event));
    else if (!this.#closed) this.#caller.push(event.pcm, event.startSample, event.at);
  }

  #mediaEvent(event: Exclude<MediaEvent, { type: 'audio' }>): void {
    switch (event.type) {
      case 'dtmf':
        return this.#key(event.digit, 'media', event.at);
      case 'first_rtp':
        return this.#greet();
      case 'inactive': {
        // Before the ACK nothing need come: a call without one ends by the timer of its 200.
        if (this.#confirmed) this.#leg.hangup('rtp_inactive');
        break;
      }
      case 'hold':
        return this.#feed({ type: 'hold', held: event.held });
      // The leg's own BYE or the inactivity timer ends the call.
      case 'bye':
        break;
      case 'playout': {
        if (event.event === 'started') this.#playoutStarted(event.utteranceId, event.at);
        else if (event.event === 'finished') this.#playoutFinished(event.utteranceId);
        break;
      }
    }
  }

  #key(digit: DtmfDigit, way: KeyWay, at: MonoMs): void {
    if (this.#keys.isNew(digit, way, at)) this.#feed({ type: 'dtmf', digit });
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
        this.#key(event.digit, 'signalling', event.at);
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
    this.#dialog(this.#opening, undefined, true);
  }

  /** Feeds the turn machine after what is being handled: its outputs are drained before the next input. */
  #feed(input: TurnInput): void {
    this.#host.push(() => this.#turn.handle(this.#ports.scheduler.now(), input));
  }

  #livelock(): void {
    this.#tell({ type: 'counted', what: 'livelock' });
    this.#leg.hangup('internal_error');
  }

  #turnOutput(output: TurnOutput): void {
    this.#caller.turnOutput(output);
    switch (output.type) {
      case 'transcribe':
      case 'promote_transcript':
      case 'abort_transcript': {
        break;
      }
      case 'speculation': {
        this.#caller.words(output, false);
        const { busy, listening } = this.#runner;
        if (!busy && listening.secret !== true) this.#runner.speculate(turnInput(output));
        break;
      }
      case 'pause_playout':
        return this.#voice.pause();
      case 'resume_playout':
        return this.#voice.resume();
      case 'cut_playout': {
        for (const heard of this.#speech.cut()) this.#dialog(heard, undefined);
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
        this.#caller.words(output, true, output.stamps);
        this.#dialog(turnInput(output), output.turnId);
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
        const text = keyText(output.digit, this.#runner.listening);
        this.#recorder.line({ turnId: output.turnId, role: 'user', text });
        this.#dialog({ type: 'dtmf', turnId: output.turnId, digit: output.digit }, output.turnId);
        break;
      }
      case 'turn_dropped': {
        this.#tell({ type: 'counted', what: 'turn_dropped' });
        this.#recorder.event('turn_dropped', { turn_id: output.turnId });
        break;
      }
      case 'silence':
        return this.#dialog({ type: 'silence', count: output.count }, undefined);
    }
  }

  #dialogResult(input: Extract<DialogInput, { type: 'result' }> | ModelInput): void {
    const request = this.#runner.state.pending[input.requestId]?.request;
    const admitted = this.#runner.admit(input);
    if (admitted === undefined) {
      this.#tell({ type: 'counted', what: 'stale_result' });
      return;
    }
    if (input.type === 'result' && request !== undefined) {
      this.#record(admitted.answers, request, input.result);
    }
    this.#dialog(input, admitted.answers);
  }

  #record(turnId: string | undefined, request: DialogRequest, result: DialogResult): void {
    if (result.type === 'change') {
      this.#tell({ type: 'change', request: request.type, status: result.status });
      this.#recorder.change(request.type, result.status);
    } else {
      const shown = (text: string): string => this.#runner.shown(text);
      this.#recorder.found({ turnId, request, result, does: this.#ports.context.intents, shown });
    }
  }

  #dialog(input: DialogInput, answers: string | undefined, greeting = false): void {
    let effects: SpokenEffect[];
    try {
      effects = this.#runner.step(input, answers);
    } catch (cause) {
      this.#tell({ type: 'counted', what: 'dialog_error', cause });
      this.#leg.hangup('internal_error');
      return;
    }
    let said = false;
    for (const effect of effects) {
      if (effect.type === 'say' && effect.text === '') this.#speech.end(effect.sayId);
      else if (effect.type === 'say') {
        said = true;
        this.#say(effect, answers, greeting);
      } else {
        this.#act(effect);
      }
    }
    this.#tell({ type: 'step' });
    const isQuiet = !said && !this.#runner.busy && !this.#turn.agentHasFloor && input.type !== 'heard';
    if (isQuiet && !this.#runner.standsStill) this.#feed({ type: 'no_reply' });
  }

  #say(effect: SayEffect, answers: string | undefined, greeting: boolean): void {
    const { id } = this.#speech.say(effect, answers);
    const { interruptible } = effect;
    const { listening } = this.#runner;
    this.#feed({ type: 'agent_say', utteranceId: id, interruptible, greeting, listening });
  }

  #act(effect: Exclude<SpokenEffect, { type: 'say' }>): void {
    if (effect.type === 'note') this.#tell({ type: 'note', note: this.#recorder.note(effect.note) });
    else if (effect.type === 'record') this.#consent('given');
    else if (effect.type === 'recording') this.#consent(effect.state);
    else if (effect.type === 'hangup') this.#lastWords.thenHangup(effect.reason);
    else this.#lastWords.thenTransfer(effect.requestId, effect.target);
  }

  #consent(state: RecordingConsent): void {
    this.#recorder.event('consent', { state });
    this.#tell({ type: 'recording_consent', state });
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
    this.#dialog({ type: 'result', requestId, result: { type: 'transfer', outcome } }, undefined);
  }

  #close(reason: Termination): void {
    if (this.#closed) return;
    this.#stop();
    this.#runner.summarise(reason, this.#recorder);
    this.#runner.close();
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
    this.#runner.stop();
    this.#caller.close();
    for (const unsubscribe of this.#unsubscribe) unsubscribe();
    this.#host.close();
  }

  #settle(): void {
    if (this.#closed) return;
    const now = this.#ports.scheduler.now();
    this.#keepLimit(now);
    if (this.#turn.agentHasFloor) this.#lastWords.speaking();
    else this.#lastWords.quiet(now);
  }

  #deadline(): MonoMs | undefined {
    const machines = earliestOf(this.#turn.nextDeadline(), this.#runner.nextDeadline());
    return earliestOf(machines, this.#greetAt, this.#lastWords.deadline, this.#limit.deadline);
  }

  /** A call that has used up its time, or its lines, hears a goodbye; one that does not end by it is ended. */
  #keepLimit(now: MonoMs): void {
    const due = this.#limit.due(now, this.#recorder.position.nextIndex);
    if (due === 'hangup') this.#leg.hangup('max_duration');
    if (due !== 'goodbye') return;
    for (const heard of this.#speech.cut()) this.#dialog(heard, undefined);
    this.#dialog({ type: 'time_up' }, undefined);
  }

  #wake(): void {
    const now = this.#ports.scheduler.now();
    if (this.#greetAt !== undefined && now >= this.#greetAt) this.#greet();
    for (const requestId of this.#runner.slow(now)) {
      this.#dialog({ type: 'waiting', requestId }, this.#runner.answersOf(requestId));
    }
    this.#feed({ type: 'tick' });
  }
}
