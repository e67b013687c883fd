import { appointmentProgress } from '../../dialog/core/tasks/appointments/progress.js';
import type { DialogState } from '../../dialog/core/machine/state.js';
import type { MonoMs, Scheduler } from '../../kernel/time.js';
import { qualityOf } from '../../live/core/quality.js';
import type { AlertCode, LiveCall, LiveFact, LivePatch, LiveState } from '../../live/core/types.js';
import type { MediaStats } from '../../media/ports.js';
import type { JournalEvent, TurnEvent } from '../../store/journal-event.js';
import type { SessionEvent } from '../ports.js';

/** A reply that takes longer than this is felt, ms. */
const LONG_GAP_MS = 3000;
/** Gaps that the 95th percentile is taken of. */
const MAX_GAPS = 200;

const ALERTS: Readonly<
  Record<
    AlertCode,
    {
      readonly attention: number;
      readonly severity: 'info' | 'warning' | 'error';
      readonly text: string;
    }
  >
> = {
  HANDOFF_WANTED: { attention: 80, severity: 'error', text: 'The caller wants a person.' },
  NOT_UNDERSTOOD_TWICE: {
    attention: 60,
    severity: 'warning',
    text: 'The caller was not understood twice in a row.',
  },
  LONG_GAP: { attention: 40, severity: 'warning', text: 'The agent took long to answer.' },
};

type Body<F = LiveFact> = F extends LiveFact ? Omit<F, 'call_id'> : never;

/** What is told of one call: facts at once, changes of its row gathered until they are asked for. */
export class CallFeed {
  readonly #startedAt: MonoMs;
  #call: LiveCall;
  #patch: LivePatch = {};
  #greeted = false;
  #missed = 0;
  #turn = '';
  #gaps: number[] = [];
  #speakingSince: Partial<Record<'user' | 'agent', number>> = {};
  #counted: MediaStats['received'] | undefined;

  constructor(
    call: LiveCall,
    private readonly clock: Scheduler,
    private readonly emit: (fact: LiveFact) => void,
  ) {
    this.#call = call;
    this.#startedAt = clock.now();
    emit({ type: 'call_started', call_id: call.id, call });
  }

  /** The call as it stands. */
  get call(): LiveCall {
    return this.#call;
  }

  /** The last turn of the caller. */
  get turnId(): string | null {
    return this.#turn === '' ? null : this.#turn;
  }

  /** Whether its row has changed since {@link flush}. */
  get changed(): boolean {
    return Object.keys(this.#patch).length > 0;
  }

  /** Tells of something. */
  tell(fact: Body): void {
    this.emit({ ...fact, call_id: this.#call.id });
  }

  /** Changes the call's row. */
  patch(change: LivePatch): void {
    this.#call = { ...this.#call, ...change };
    this.#patch = { ...this.#patch, ...change };
  }

  /** Tells the changes of the row, if there are any. */
  flush(): void {
    if (!this.changed) return;
    const patch = this.#patch;
    this.#patch = {};
    this.tell({ type: 'call_updated', patch });
  }

  /** Takes an event of the session. */
  event(event: SessionEvent): void {
    switch (event.type) {
      case 'speech_started': {
        this.#speakingSince.user ??= this.#elapsedMs();
        this.tell({ type: 'speaking', role: 'user', on: true });
        return;
      }
      case 'speech_ended': {
        this.tell({ type: 'speaking', role: 'user', on: false });
        return;
      }
      case 'heard_words': {
        if (event.final) this.#state('thinking');
        else this.tell({ type: 'partial', role: 'user', text: event.pii.text });
        return;
      }
      case 'agent_started': {
        this.#speakingSince.agent ??= this.#elapsedMs();
        this.#state(this.#greeted ? 'speaking' : 'greeting');
        this.tell({ type: 'speaking', role: 'agent', on: true });
        return;
      }
      case 'agent_finished': {
        this.#greeted = true;
        this.#state('listening');
        this.tell({ type: 'speaking', role: 'agent', on: false });
        return;
      }
      case 'latency': {
        this.#gap(event.latency.responseGapMs, { ...event.latency.segments });
        return;
      }
      case 'change': {
        this.tell({ type: 'booking', outcome: `${event.request} ${event.status}`, appointment_id: null });
        return;
      }
      case 'counted': {
        if (event.what !== 'not_understood') return;
        this.#missed++;
        if (this.#missed === 2) this.alert('NOT_UNDERSTOOD_TWICE');
        return;
      }
      default: {
        return;
      }
    }
  }

  /** Takes what is written down of the call. */
  written(event: JournalEvent): void {
    if (event.kind === 'turn') this.#line(event);
    else if (event.kind === 'event' && event.type === 'transfer') this.#state('transferring');
  }

  /** Takes a look at the dialog, after a step. */
  dialog(state: DialogState): void {
    const top = state.stack.at(-1)?.task;
    const isBooking =
      state.stack.some(({ task }) => task === 'book') || state.known.appointment !== undefined;
    const { current_state, slots_filled, slots_remaining } = appointmentProgress(state);
    const next: LivePatch = {
      intent: state.previousIntent ?? null,
      dialog_state: isBooking ? current_state : (top ?? state.base).toUpperCase(),
      slots_filled: isBooking ? { ...slots_filled } : {},
      slots_remaining: isBooking ? slots_remaining : [],
    };
    const before = this.#call;
    const keys = Object.keys(next) as (keyof typeof next)[];
    const changed = keys.filter((key) => JSON.stringify(next[key]) !== JSON.stringify(before[key]));
    if (changed.length > 0) this.patch(Object.fromEntries(changed.map((key) => [key, next[key]])));
    if (top === 'handoff') this.alert('HANDOFF_WANTED');
    else this.calm('HANDOFF_WANTED');
  }

  /** Takes a look at the media. */
  quality(stats: MediaStats): void {
    const { packets, lost, jitterMs } = stats.received;
    const before = this.#counted ?? { packets: 0, lost: 0 };
    this.#counted = stats.received;
    const [came, gone] = [packets - before.packets, Math.max(0, lost - before.lost)];
    if (came + gone <= 0) return;
    const lossPercent = Math.round((1000 * gone) / (came + gone)) / 10;
    const quality = qualityOf({ lossPercent, jitterMs, roundTripMs: stats.sent.roundTripMs });
    const { mos } = quality;
    this.tell({
      type: 'quality',
      ...quality,
      loss_percent: lossPercent,
      jitter_ms: Math.round(jitterMs * 10) / 10,
    });
    if (mos !== this.#call.mos || lossPercent !== this.#call.loss_percent) {
      this.patch({ mos, loss_percent: lossPercent });
    }
  }

  /** Something calls for somebody. */
  alert(code: AlertCode): void {
    const { alerts } = this.#call;
    if (alerts.some((one) => one.code === code)) return;
    const { severity, text } = ALERTS[code];
    this.#alerts([...alerts, { code, since: new Date(this.clock.wall()).toISOString() }]);
    this.tell({ type: 'alert', code, severity, text });
  }

  /** It does not any more. */
  calm(...codes: readonly AlertCode[]): void {
    const left = this.#call.alerts.filter(({ code }) => !codes.includes(code));
    if (left.length < this.#call.alerts.length) this.#alerts(left);
  }

  #alerts(alerts: LiveCall['alerts']): void {
    this.patch({ alerts, attention: Math.max(0, ...alerts.map(({ code }) => ALERTS[code].attention)) });
  }

  #state(state: LiveState): void {
    const shown = this.#call.controller === 'human' ? 'human' : state;
    if (shown !== this.#call.state) this.patch({ state: shown });
  }

  #line({ index, turnId, role, confidence, sources, pii }: TurnEvent): void {
    const { text, heard } = pii;
    if (role === 'user') {
      this.#turn = turnId;
      this.#missed = 0;
      this.calm('NOT_UNDERSTOOD_TWICE');
    }
    const side = role === 'agent' ? 'agent' : 'user';
    this.tell({
      type: 'line',
      index,
      turn_id: turnId,
      role,
      text,
      heard: heard ?? text,
      start_ms: this.#speakingSince[side] ?? null,
      end_ms: this.#elapsedMs(),
      confidence: confidence ?? null,
      sources: sources ?? [],
    });
    this.#speakingSince = { ...this.#speakingSince, [side]: undefined };
    if (role === 'agent' && heard !== undefined) this.tell({ type: 'interrupted', turn_id: turnId, heard });
    const { turns } = this.#call;
    this.patch({ last_line: { role, text }, ...(role === 'user' ? { turns: turns + 1 } : {}) });
  }

  #gap(ms: number, segments: Readonly<Record<string, number>>): void {
    const gap = Math.round(ms);
    this.#gaps = [...this.#gaps, gap].slice(-MAX_GAPS);
    const sorted = [...this.#gaps].sort((a, b) => a - b);
    const p95 = sorted[Math.ceil(0.95 * sorted.length) - 1] ?? gap;
    this.tell({
      type: 'latency',
      turn_id: this.#turn,
      response_gap_ms: gap,
      segments: Object.fromEntries(
        Object.entries(segments).map(([name, value]) => [snake(name), Math.round(value)]),
      ),
    });
    this.patch({ gap_last_ms: gap, gap_p95_ms: p95 });
    if (gap > LONG_GAP_MS) this.alert('LONG_GAP');
    else this.calm('LONG_GAP');
  }

  /** Milliseconds since the call was opened. */
  #elapsedMs(): number {
    return Math.round(this.clock.now() - this.#startedAt);
  }
}

const snake = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
