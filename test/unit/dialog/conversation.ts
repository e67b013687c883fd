import { join } from 'node:path';
import { callId, turnId, type RequestId } from '../../../src/kernel/ids.js';
import { wallMs } from '../../../src/kernel/time.js';
import type { DtmfDigit } from '../../../src/kernel/vocab.js';
import { loadBusiness } from '../../../src/dialog/business.js';
import type { Business } from '../../../src/dialog/core/business.js';
import { step } from '../../../src/dialog/core/dialog-machine.js';
import { initialDialog, type DialogState } from '../../../src/dialog/core/state.js';
import type {
  Availability,
  BookingDraft,
  BookingResult,
  BusySpan,
  DialogEffect,
  DialogInput,
  IntentName,
  KnowledgeAnswer,
  SayEffect,
} from '../../../src/dialog/core/types.js';
import { loadPrompts } from '../../../src/dialog/prompts.js';

export const ROOT = process.cwd();
export const { prompts, personas } = await loadPrompts(join(ROOT, 'prompts'));
export const office = await loadBusiness(join(ROOT, 'business.yaml'));
export const withPerson: Business = {
  ...office,
  person: { name: 'an advisor', sipUri: 'sip:desk@example.org' },
};

/** Monday, 2026-11-23, 09:00 in New York. */
export const MONDAY_9 = Date.UTC(2026, 10, 23, 14, 0, 0);

export interface TalkOptions {
  readonly nowMs?: number;
  readonly business?: Business;
  readonly callerNumber?: string | null;
  readonly busy?: readonly BusySpan[];
  /** Answers to the bookings and their resolution, in order; 'booked' after the last one. */
  readonly bookings?: readonly BookingResult[];
  readonly storeDown?: boolean;
  readonly transfer?: 'accepted' | 'refused' | 'failed';
  /** Leaves requests unanswered, for tests that answer them themselves. */
  readonly manual?: boolean;
}

/** A text conversation with the real machine, and simple stand-ins for classifier, knowledge and store. */
export class Talk {
  state: DialogState;
  readonly booked: BookingDraft[] = [];
  readonly keys: string[] = [];
  readonly effects: DialogEffect[] = [];
  readonly said: SayEffect[] = [];
  #turns = 0;
  readonly #bookings: BookingResult[];

  constructor(readonly options: TalkOptions = {}) {
    this.#bookings = [...(options.bookings ?? [])];
    const number = options.callerNumber === undefined ? '+12025550142' : options.callerNumber;
    this.state = initialDialog({
      callId: callId('c1'),
      ...(number === null ? {} : { callerNumber: number }),
    });
  }

  start(): string {
    return this.input({ type: 'start' });
  }

  say(text: string, confidence = 0.95): string {
    return this.input({ type: 'turn', turnId: turnId(`t${++this.#turns}`), text, confidence });
  }

  press(digit: DtmfDigit): string {
    return this.input({ type: 'dtmf', digit, turnId: turnId(`t${++this.#turns}`) });
  }

  get last(): SayEffect | undefined {
    return this.said.at(-1);
  }

  get hangup(): string | undefined {
    const effect = this.effects.find((one) => one.type === 'hangup');
    return effect?.type === 'hangup' ? effect.reason : undefined;
  }

  of<T extends DialogEffect['type']>(type: T): Extract<DialogEffect, { type: T }>[] {
    return this.effects.filter((one): one is Extract<DialogEffect, { type: T }> => one.type === type);
  }

  /** Feeds one input, answers what it asks for, and gives everything that was said, joined. */
  input(input: DialogInput): string {
    const queue: DialogInput[] = [input];
    const words: string[] = [];
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      const nowMs = this.options.nowMs ?? MONDAY_9;
      const ctx = {
        wallMs: wallMs(nowMs),
        business: this.options.business ?? withPerson,
        prompts,
        persona: personas['robin'] ?? { id: 'robin', name: 'Robin' },
      };
      const before = JSON.stringify(this.state);
      // Every state must survive being saved and loaded.
      const result = step(JSON.parse(before) as DialogState, next, ctx);
      if (JSON.stringify(this.state) !== before) throw new Error('the step changed its input');
      this.state = JSON.parse(JSON.stringify(result.state)) as DialogState;
      for (const effect of result.effects) {
        this.effects.push(effect);
        if (effect.type === 'say') {
          this.said.push(effect);
          words.push(effect.text);
        } else if (this.options.manual !== true) {
          const answer = this.#answer(effect);
          if (answer !== undefined) queue.push(answer);
        }
      }
    }
    return words.join(' ');
  }

  #answer(effect: DialogEffect): DialogInput | undefined {
    switch (effect.type) {
      case 'classify': {
        return {
          type: 'intent',
          requestId: effect.requestId,
          result: { intent: classify(effect.text), confidence: 0.9, method: 'pattern', entities: {} },
        };
      }
      case 'query_knowledge': {
        return { type: 'knowledge', requestId: effect.requestId, result: answerOf(effect.text) };
      }
      case 'check_availability': {
        const result: Availability =
          this.options.storeDown === true
            ? { status: 'unavailable' }
            : { status: 'ok', busy: this.options.busy ?? [] };
        return { type: 'availability', requestId: effect.requestId, result };
      }
      case 'book': {
        this.keys.push(effect.idempotencyKey);
        const outcome = this.#bookings.shift() ?? 'booked';
        if (outcome === 'booked') this.booked.push(effect.booking);
        return { type: 'booking', requestId: effect.requestId, outcome };
      }
      case 'resolve_booking': {
        return { type: 'booking', requestId: effect.requestId, outcome: this.#bookings.shift() ?? 'booked' };
      }
      case 'transfer': {
        const outcome = this.options.transfer;
        return outcome === undefined ? undefined : { type: 'transfer', requestId: effect.requestId, outcome };
      }
      default: {
        return undefined;
      }
    }
  }

  get pendingId(): RequestId {
    const id = this.state.pending?.requestId;
    if (id === undefined) throw new Error('nothing is pending');
    return id;
  }
}

/** A taken time in New York local terms, given as UTC offset -5 (winter). */
export function taken(date: string, from: string, to: string): BusySpan {
  return {
    startMs: wallMs(Date.parse(`${date}T${from}:00-05:00`)),
    endMs: wallMs(Date.parse(`${date}T${to}:00-05:00`)),
  };
}

const RULES: readonly (readonly [RegExp, IntentName])[] = [
  [/\b(?:move|reschedule|change) (?:my|an|the) appointment/i, 'APPOINTMENT_CHANGE'],
  [/\bcancel (?:my|an|the) appointment/i, 'APPOINTMENT_CANCEL'],
  [/\b(?:where|how|what|when|who|do i|is there|are you open|can i bring)\b/i, 'RAG_QUERY'],
  [/\b(?:book|appointment|schedule|see an advisor|meet|come in)\b/i, 'APPOINTMENT_SCHEDULING'],
  [/\b(?:human|person|somebody)\b/i, 'HUMAN_HANDOFF'],
  [/^(?:hello|hi|good morning)\b/i, 'GREETING'],
];

function classify(text: string): IntentName {
  return RULES.find(([pattern]) => pattern.test(text))?.[1] ?? 'OUT_OF_SCOPE';
}

function answerOf(text: string): KnowledgeAnswer {
  if (/office|where/i.test(text)) {
    return {
      found: true,
      answer: 'Our office is in Hall B, room 12.',
      sources: [{ id: 'location#1', title: 'Where we are' }],
      confidence: 0.8,
    };
  }
  if (/bring/i.test(text)) {
    return {
      found: true,
      answer: 'Please bring your student ID.',
      sources: [{ id: 'bring', title: 'Bring' }],
      confidence: 0.7,
    };
  }
  return { found: false, answer: '', sources: [], confidence: 0.1 };
}

/** Matches an error by its code. */
export const withCode = (code: string): Error => expect.objectContaining({ code }) as Error;
