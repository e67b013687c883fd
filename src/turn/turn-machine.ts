import { IdSequence, requestId, turnId, type RequestId } from '../kernel/ids.js';
import type { Machine } from '../kernel/machine.js';
import { addMs, earliest, type MonoMs } from '../kernel/time.js';
import type { Completeness, DtmfDigit, Listening } from '../kernel/vocab.js';
import { AgentFloor, type CutReason } from './agent-floor.js';
import { judgeOverlap } from './barge-in.js';
import { PauseLearner, policyWaitMs } from './endpointing.js';
import type { OpenTurn } from './open-turn.js';
import { defaultTurnOptions, type TurnOptions } from './options.js';
import { SilenceTimer } from './silence-timer.js';
import { wordsOf } from './types.js';
import type { Transcript, TurnEndSource, TurnInput, TurnOutput, TurnStamps } from './types.js';

const OPEN: Listening = { pace: 'open', decision: false };
const SAMPLES_PER_MS = 8;

/**
 * Who has the floor. Pure: VAD decisions, transcripts, keys and playout go in with their times; requests to
 * transcribe, to pause, cut or resume the agent's voice, and ended turns come out.
 *
 * The caller's side is silent, speaking, or pausing (an {@link OpenTurn} that no longer speaks). The agent's side is
 * silent, thinking, or has the floor ({@link AgentFloor}); an overlap pauses it until words, length or a key
 * confirm the interruption, or a false alarm resumes it.
 */
export class TurnMachine implements Machine<TurnInput, TurnOutput> {
  readonly #options: TurnOptions;
  readonly #turnIds = new IdSequence('t');
  readonly #requestIds = new IdSequence('stt');
  readonly #outputs: TurnOutput[] = [];
  readonly #silence: SilenceTimer;
  readonly #pauses = new PauseLearner();
  readonly #agent = new AgentFloor((output) => this.#outputs.push(output));
  #thinking = false;
  #held = false;
  #connected = false;
  #listening: Listening = OPEN;
  #turn: OpenTurn | undefined;

  constructor(options: TurnOptions = defaultTurnOptions) {
    this.#options = options;
    this.#silence = new SilenceTimer(options.silence);
  }

  /** True while the agent has something to say, playing or paused. */
  get agentHasFloor(): boolean {
    return this.#agent.busy;
  }

  poll(): TurnOutput | undefined {
    return this.#outputs.shift();
  }

  nextDeadline(): MonoMs | undefined {
    if (this.#held) return undefined;
    return earliest(earliest(this.#silence.deadline, this.#turnDeadline()), this.#overlapDeadline());
  }

  handle(now: MonoMs, input: TurnInput): void {
    switch (input.type) {
      case 'speech_start': {
        this.#speechStart(now, input.startSample, input.startedAt);
        break;
      }
      case 'speech_end': {
        this.#speechEnd(now, input.endSample, input.endedAt);
        break;
      }
      case 'transcript': {
        this.#transcript(now, input);
        break;
      }
      case 'partial': {
        this.#partial(now, input.text, input.completeness);
        break;
      }
      case 'transcript_failed': {
        this.#transcriptFailed(now, input.requestId, input.retry);
        break;
      }
      case 'dtmf': {
        this.#dtmf(now, input.digit);
        break;
      }
      case 'text': {
        this.#text(now, input.text);
        break;
      }
      case 'agent_say': {
        this.#agentSay(now, input);
        break;
      }
      case 'playout_started': {
        if (this.#agent.started(input.utteranceId)) this.#thinking = false;
        break;
      }
      case 'playout_finished': {
        if (this.#agent.finished(input.utteranceId)) this.#rest(now);
        break;
      }
      case 'no_reply': {
        this.#thinking = false;
        this.#rest(now);
        break;
      }
      case 'interrupt': {
        this.#cut(now, 'interrupt');
        this.#rest(now);
        break;
      }
      case 'stand_still': {
        this.#standStill(now);
        break;
      }
      case 'hold': {
        this.#hold(now, input.held);
        break;
      }
      case 'connected': {
        this.#connected = true;
        this.#rest(now);
        break;
      }
      case 'tick': {
        break;
      }
    }
    this.#expire(now);
  }

  #speechStart(now: MonoMs, startSample: number, startedAt: MonoMs): void {
    if (this.#held) return;
    this.#silence.stop();
    const turn = this.#turn;
    if (turn === undefined) {
      this.#pauses.turnBegan(startedAt);
      this.#turn = {
        id: turnId(this.#turnIds.next()),
        fromSample: Math.max(0, startSample - this.#options.endpointing.prePadMs * SAMPLES_PER_MS),
        startedAt,
        speechMs: 0,
        speakingSince: startedAt,
        endedAt: startedAt,
        endSample: startSample,
        vadEndAt: undefined,
        request: undefined,
        promoted: false,
        transcript: undefined,
        transcriptAt: undefined,
        foreseen: undefined,
      };
    } else if (turn.speakingSince === undefined) {
      this.#pauses.resumedAfter(startedAt - turn.endedAt);
      turn.speakingSince = startedAt;
      this.#forgetTranscript(turn);
    }
    this.#agent.yield(now, startedAt);
  }

  #speechEnd(now: MonoMs, endSample: number, endedAt: MonoMs): void {
    const turn = this.#turn;
    if (turn?.speakingSince === undefined) return;
    turn.speechMs += Math.max(0, endedAt - turn.speakingSince);
    turn.speakingSince = undefined;
    turn.endedAt = endedAt;
    turn.endSample = endSample;
    turn.vadEndAt = now;
    this.#request(turn, 'speculative');
  }

  #request(turn: OpenTurn, kind: 'speculative' | 'final'): void {
    const id = requestId(this.#requestIds.next());
    turn.request = id;
    turn.promoted = kind === 'final';
    turn.transcript = undefined;
    this.#outputs.push({
      type: 'transcribe',
      requestId: id,
      turnId: turn.id,
      fromSample: turn.fromSample,
      toSample: turn.endSample + this.#options.endpointing.postPadMs * SAMPLES_PER_MS,
      kind,
    });
  }

  #forgetTranscript(turn: OpenTurn): void {
    if (turn.request !== undefined && turn.transcript === undefined) {
      this.#outputs.push({ type: 'abort_transcript', requestId: turn.request });
    }
    turn.request = undefined;
    turn.transcript = undefined;
  }

  #transcript(now: MonoMs, transcript: Transcript): void {
    const turn = this.#turn;
    if (turn === undefined || turn.request !== transcript.requestId || turn.transcript !== undefined) return;
    turn.transcript = transcript;
    turn.transcriptAt = now;
    if (!this.#judgeOverlap(now, turn, transcript)) return;
    if (!transcript.noSpeech && transcript.text !== '') {
      this.#outputs.push({ type: 'speculation', turnId: turn.id, ...wordsOf(transcript) });
    }
  }

  /**
   * Words of a caller who still speaks. Over the agent's voice they cut it, unless they say "go on"; and where they
   * already answer what was asked, the reply is prepared. Whether the turn is over is for the pause to say.
   */
  #partial(now: MonoMs, text: string, completeness: Completeness): void {
    const turn = this.#turn;
    if (turn?.speakingSince === undefined) return;
    if (this.#agent.overlap !== undefined) {
      const verdict = judgeOverlap(text, false, this.#listening, this.#options.bargeIn);
      if (verdict !== 'interrupts') return;
      this.#cut(now, 'words');
    }
    if (completeness !== 'complete' || turn.foreseen === text) return;
    turn.foreseen = text;
    this.#outputs.push({ type: 'speculation', turnId: turn.id, text });
  }

  /** Decides an open overlap by the caller's words. Returns false when they were none and the turn is dropped. */
  #judgeOverlap(now: MonoMs, turn: OpenTurn, transcript: Transcript): boolean {
    if (this.#agent.overlap === undefined) return true;
    const verdict = judgeOverlap(
      transcript.text,
      transcript.noSpeech,
      this.#listening,
      this.#options.bargeIn,
    );
    if (verdict === 'interrupts') {
      this.#cut(now, 'words');
      return true;
    }
    this.#agent.resume(verdict);
    this.#drop(turn);
    return false;
  }

  #transcriptFailed(now: MonoMs, id: RequestId, retry: boolean): void {
    const turn = this.#turn;
    if (turn === undefined || turn.request !== id) return;
    if (retry && !turn.promoted) {
      this.#request(turn, 'final');
    } else if (this.#agent.overlap !== undefined) {
      this.#agent.resume('no_words');
      this.#drop(turn);
    } else {
      this.#commit(now, turn, 'stt_net');
    }
  }

  #dtmf(now: MonoMs, digit: DtmfDigit): void {
    if (this.#held) return;
    this.#cut(now, 'dtmf');
    const id = this.#turn?.id ?? turnId(this.#turnIds.next());
    this.#closeTurn();
    this.#silence.stop();
    this.#silence.reset();
    this.#thinking = true;
    this.#outputs.push({ type: 'dtmf', turnId: id, digit, stamps: { committedAt: now, source: 'dtmf' } });
  }

  #text(now: MonoMs, text: string): void {
    this.#cut(now, 'words');
    this.#closeTurn();
    this.#silence.stop();
    this.#silence.reset();
    this.#thinking = true;
    const stamps: TurnStamps = { committedAt: now, source: 'text' };
    this.#outputs.push({
      type: 'turn_ended',
      turnId: turnId(this.#turnIds.next()),
      text,
      confidence: 1,
      stamps,
    });
  }

  #agentSay(now: MonoMs, say: Extract<TurnInput, { type: 'agent_say' }>): void {
    this.#agent.add(say.utteranceId, say.interruptible);
    this.#listening = say.listening;
    this.#silence.expect(say.listening, say.greeting);
    this.#silence.stop();
    const turn = this.#turn;
    if (turn === undefined || this.#agent.playing) return;
    // The caller has the floor: the agent's words wait until the caller's turn is judged.
    this.#agent.yield(now, turn.startedAt);
    if (turn.transcript !== undefined) this.#judgeOverlap(now, turn, turn.transcript);
  }

  /** What comes next of the agent ends it. */
  #standStill(now: MonoMs): void {
    this.#cut(now, 'interrupt');
    this.#silence.stop();
    this.#silence.reset();
    this.#thinking = true;
  }

  #hold(now: MonoMs, held: boolean): void {
    this.#held = held;
    if (held) {
      if (this.#turn !== undefined) this.#drop(this.#turn);
      this.#silence.stop();
      this.#agent.resume('no_words');
      return;
    }
    this.#rest(now);
  }

  /** Starts the silence wait if nobody has the floor. */
  #rest(now: MonoMs): void {
    if (!this.#connected || this.#held || this.#thinking) return;
    if (this.#turn !== undefined || this.#agent.busy) return;
    this.#silence.start(now);
  }

  #cut(now: MonoMs, reason: CutReason): void {
    this.#agent.cut(now, reason);
    this.#thinking = false;
  }

  #closeTurn(): void {
    if (this.#turn !== undefined) this.#forgetTranscript(this.#turn);
    this.#turn = undefined;
  }

  #drop(turn: OpenTurn): void {
    this.#closeTurn();
    this.#outputs.push({ type: 'turn_dropped', turnId: turn.id });
  }

  #turnDeadline(): MonoMs | undefined {
    const turn = this.#turn;
    if (turn === undefined) return undefined;
    const { endpointing } = this.#options;
    if (turn.speakingSince !== undefined) return addMs(turn.startedAt, endpointing.maxTurnMs);
    if (this.#agent.overlap !== undefined) return undefined;
    const { transcript } = turn;
    if (transcript === undefined) {
      const net = addMs(turn.endedAt, endpointing.sttNetMs);
      return turn.promoted ? net : earliest(net, addMs(turn.endedAt, endpointing.completeMs));
    }
    return addMs(turn.endedAt, this.#waitMs(transcript));
  }

  #waitMs(transcript: Transcript): number {
    const { endpointing } = this.#options;
    if (transcript.noSpeech || transcript.text === '') return endpointing.completeMs;
    return policyWaitMs(this.#listening, transcript.completeness, transcript.text, this.#pauses, endpointing);
  }

  #overlapDeadline(): MonoMs | undefined {
    const turn = this.#turn;
    if (this.#agent.overlap === undefined || turn === undefined) return undefined;
    const { confirmMs, falseAlarmMs } = this.#options.bargeIn;
    if (turn.speakingSince !== undefined) return addMs(turn.speakingSince, confirmMs - turn.speechMs);
    return addMs(turn.endedAt, falseAlarmMs);
  }

  /** Acts on every deadline that has come. */
  #expire(now: MonoMs): void {
    if (this.#held) return;
    const overlapDeadline = this.#overlapDeadline();
    const turn = this.#turn;
    if (overlapDeadline !== undefined && turn !== undefined && now >= overlapDeadline) {
      if (turn.speakingSince !== undefined) {
        this.#cut(now, 'duration');
      } else {
        this.#agent.resume('timeout');
        this.#drop(turn);
      }
    }
    const turnDeadline = this.#turnDeadline();
    if (turnDeadline !== undefined && this.#turn !== undefined && now >= turnDeadline) {
      this.#turnExpired(now, this.#turn);
    }
    const silenceDeadline = this.#silence.deadline;
    if (silenceDeadline !== undefined && now >= silenceDeadline) {
      this.#thinking = true;
      this.#outputs.push({ type: 'silence', count: this.#silence.expire() });
    }
    if (this.#silence.deadline === undefined) this.#rest(now);
  }

  #turnExpired(now: MonoMs, turn: OpenTurn): void {
    if (turn.speakingSince !== undefined) {
      this.#splitLongTurn(now, turn);
      return;
    }
    if (turn.transcript !== undefined) {
      this.#commit(now, turn, turn.transcript.completeness === 'complete' ? 'complete' : 'pause');
      return;
    }
    if (!turn.promoted && turn.request !== undefined) {
      turn.promoted = true;
      this.#outputs.push({ type: 'promote_transcript', requestId: turn.request });
      return;
    }
    this.#commit(now, turn, 'stt_net');
  }

  /** The caller has talked past the longest turn: what was said so far is transcribed as it stands. */
  #splitLongTurn(now: MonoMs, turn: OpenTurn): void {
    const elapsedMs = now - turn.startedAt;
    turn.speechMs += Math.max(0, now - (turn.speakingSince ?? now));
    turn.speakingSince = undefined;
    turn.endedAt = now;
    turn.vadEndAt = now;
    turn.endSample =
      turn.fromSample + Math.round((elapsedMs + this.#options.endpointing.prePadMs) * SAMPLES_PER_MS);
    this.#request(turn, 'final');
  }

  #commit(now: MonoMs, turn: OpenTurn, source: TurnEndSource): void {
    const { transcript } = turn;
    const { minConfidence, assumedConfidence, noiseMs } = this.#options.understanding;
    const stamps: TurnStamps = {
      speechStartedAt: turn.startedAt,
      speechEndedAt: turn.endedAt,
      ...(turn.vadEndAt === undefined ? {} : { vadEndAt: turn.vadEndAt }),
      ...(turn.transcriptAt === undefined ? {} : { transcriptAt: turn.transcriptAt }),
      committedAt: now,
      source,
    };
    const empty = transcript !== undefined && (transcript.noSpeech || transcript.text === '');
    if (empty && turn.speechMs < noiseMs) {
      this.#drop(turn);
      return;
    }
    this.#closeTurn();
    this.#silence.reset();
    this.#pauses.turnEnded(turn.endedAt);
    this.#thinking = true;
    if (transcript === undefined || empty || (transcript.confidence ?? assumedConfidence) < minConfidence) {
      this.#outputs.push({ type: 'not_understood', turnId: turn.id, stamps });
      return;
    }
    this.#outputs.push({ type: 'turn_ended', turnId: turn.id, ...wordsOf(transcript), stamps });
  }
}
