import { keyOf } from './keys.js';
import type { LineEvent } from '../../core/line.js';
import type { Termination } from '../../../kernel/vocab.js';

/** A verb for the exchange: its name and properties. */
export type Verb = readonly [name: string, properties: Readonly<Record<string, unknown>>];

/** Addresses and ways of one call. */
export interface JambonzCallOptions {
  /** Where the exchange opens the audio socket. */
  readonly audioUrl: string;
  /** Binds that socket to this call; works once. */
  readonly newKey: () => string;
  /** Where the exchange asks what comes next. */
  readonly hook: string;
  /** `refer` hands the call back to the carrier, `dial` bridges it through the exchange. */
  readonly transferBy: 'refer' | 'dial';
}

/** What the shell does. */
export type JambonzAction =
  /** What the exchange is to do next, in answer to its hook. */
  | { readonly type: 'reply'; readonly verbs: readonly Verb[] }
  /** Audio under this key belongs to this call. */
  | { readonly type: 'await_audio'; readonly key: string }
  /** Ends the `listen` verb: the exchange then asks its hook. */
  | { readonly type: 'disconnect_audio' }
  | { readonly type: 'emit'; readonly event: LineEvent };

/** States of a call that has ended. */
const OVER: ReadonlySet<string> = new Set(['completed', 'failed', 'busy', 'no-answer']);
/** How often the audio may break off before the call is given up. */
const MAX_AUDIO_LOSSES = 3;

/**
 * One call of a Jambonz application, over webhooks or a WebSocket alike: a `listen` verb carries the audio both ways,
 * and its action hook asks what comes next. Pure; the shell reports what came and does what is said.
 */
export class JambonzCall {
  #phase: 'new' | 'listening' | 'leaving' | 'transferring' | 'over' = 'new';
  #next: { readonly type: 'hangup' } | { readonly type: 'transfer'; readonly target: string } | undefined;
  #told = false;
  #audioLosses = 0;

  constructor(private readonly options: JambonzCallOptions) {}

  /** True once nothing more is to be said to the exchange. */
  get over(): boolean {
    return this.#phase === 'over';
  }

  /** The exchange offers the call. */
  begin(): JambonzAction[] {
    return this.#listen([['answer', {}]]);
  }

  /** We end the call. */
  hangup(reason: Termination): JambonzAction[] {
    if (this.#phase === 'over') return [];
    const ended = this.#ended(reason);
    this.#next = { type: 'hangup' };
    if (this.#phase !== 'listening') return ended;
    this.#phase = 'leaving';
    return [{ type: 'disconnect_audio' }, ...ended];
  }

  /** We hand the call over. */
  transfer(target: string): JambonzAction[] {
    if (this.#phase !== 'listening') return [transferred('failed')];
    this.#next = { type: 'transfer', target };
    this.#phase = 'leaving';
    return [transferred('trying'), { type: 'disconnect_audio' }];
  }

  /** The exchange asks what comes next; `data` is the result of the verb that ended. */
  hook(data: Readonly<Record<string, unknown>>): JambonzAction[] {
    if (this.#phase === 'over' || this.#next?.type === 'hangup') return this.#goodbye('caller_hangup');
    if (this.#phase === 'transferring') return this.#transferEnded(data);
    const next = this.#next;
    this.#next = undefined;
    if (next !== undefined) {
      this.#phase = 'transferring';
      return [{ type: 'reply', verbs: [this.#transferVerb(next.target)] }];
    }
    // The audio has broken off while the caller is still there.
    if (data['call_status'] === 'in-progress' && this.#audioLosses++ < MAX_AUDIO_LOSSES) {
      return this.#listen([]);
    }
    return this.#goodbye('caller_hangup');
  }

  /** The exchange reports on the call. */
  status(data: Readonly<Record<string, unknown>>): JambonzAction[] {
    if (typeof data['parent_call_sid'] === 'string') return this.#ofOtherLeg(data['call_status']);
    if (!OVER.has(String(data['call_status']))) return [];
    const reason = this.#phase === 'transferring' ? 'transferred' : 'caller_hangup';
    this.#phase = 'over';
    return this.#ended(reason);
  }

  /** The audio socket is open; what was decided meanwhile is told now. */
  audioOpened(): JambonzAction[] {
    return this.#phase === 'leaving' ? [{ type: 'disconnect_audio' }] : [];
  }

  /** A text frame of the audio socket. */
  audioText(message: Readonly<Record<string, unknown>>): JambonzAction[] {
    const digit = message['event'] === 'dtmf' ? keyOf(message['dtmf']) : undefined;
    return digit === undefined ? [] : [{ type: 'emit', event: { type: 'dtmf', digit } }];
  }

  /** The exchange has not said anything for too long, or is gone for good. */
  lost(): JambonzAction[] {
    const reason = this.#phase === 'transferring' ? 'transferred' : 'media_error';
    this.#phase = 'over';
    return this.#ended(reason);
  }

  /** The person's leg of a `dial`: the caller is with them once it is up, the verb itself ends much later. */
  #ofOtherLeg(status: unknown): JambonzAction[] {
    if (this.#phase !== 'transferring' || status !== 'in-progress') return [];
    return [transferred('accepted'), ...this.#ended('transferred')];
  }

  #transferEnded(data: Readonly<Record<string, unknown>>): JambonzAction[] {
    const final = Number(data['final_referred_call_status'] ?? 200);
    const accepted =
      data['dial_call_status'] === 'completed' || (data['refer_status'] === 202 && final < 300);
    if (accepted) return [transferred('accepted'), ...this.#goodbye('transferred')];
    return [...this.#listen([]), transferred('refused')];
  }

  #transferVerb(target: string): Verb {
    const actionHook = this.options.hook;
    if (this.options.transferBy === 'refer') return ['sip:refer', { referTo: target, actionHook }];
    const number = /^tel:(.+)$/i.exec(target)?.[1];
    const to = number === undefined ? { type: 'sip', sipUri: target } : { type: 'phone', number };
    return ['dial', { target: [to], answerOnBridge: true, actionHook }];
  }

  #listen(before: readonly Verb[]): JambonzAction[] {
    this.#phase = 'listening';
    const key = this.options.newKey();
    const listen: Verb = [
      'listen',
      {
        url: this.options.audioUrl,
        actionHook: this.options.hook,
        mixType: 'mono',
        sampleRate: 8000,
        passDtmf: true,
        metadata: { leibnizKey: key },
        bidirectionalAudio: { enabled: true, streaming: true, sampleRate: 8000 },
      },
    ];
    return [
      { type: 'await_audio', key },
      { type: 'reply', verbs: [...before, listen] },
    ];
  }

  #goodbye(reason: Termination): JambonzAction[] {
    this.#phase = 'over';
    return [{ type: 'reply', verbs: [['hangup', {}]] }, ...this.#ended(reason)];
  }

  #ended(reason: Termination): JambonzAction[] {
    if (this.#told) return [];
    this.#told = true;
    return [{ type: 'emit', event: { type: 'ended', reason } }];
  }
}

function transferred(state: 'trying' | 'accepted' | 'refused' | 'failed'): JambonzAction {
  return { type: 'emit', event: { type: 'transfer', state } };
}
