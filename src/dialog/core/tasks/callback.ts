import type { DtmfDigit } from '../../../kernel/vocab.js';
import {
  consentByKey,
  consentByRequest,
  consentFrom,
  type Asked,
  type Consent,
  type Verdict,
} from '../consent.js';
import type { DialogRequest } from '../effects.js';
import { timeNow } from '../nlu/time/reference.js';
import type { Interpretation, OpenQuestion } from '../nlu/types.js';
import { line, type Line } from '../render.js';
import type { Task, TaskContext, TaskStep } from './task.js';

/** Fewest and most digits of a telephone number (E.164 allows 15). */
const NUMBER_DIGITS = { min: 7, max: 15 } as const;
/** Longest message that is taken down, in characters. */
const MAX_MESSAGE = 1000;

/** What is promised, and what is known of it so far. */
interface Promised {
  readonly kind: 'callback' | 'message' | 'emergency';
  /** A constant sentence for whoever reads it. */
  readonly reason: string;
  readonly message?: string;
  /** Digits so far. */
  readonly digits: string;
  readonly attempt: number;
}

/** A call-back or message: a promise that is committed before it is spoken. */
export type CallbackState =
  | (Promised & { readonly ask: 'offer' | 'message' })
  /** The number, after the caller agreed. */
  | (Promised & { readonly ask: 'number'; readonly consent?: Consent })
  /** The number was read back. */
  | (Promised & { readonly ask: 'check' })
  | (Promised & { readonly ask: 'saving'; readonly consent: Consent });

type Step = TaskStep<CallbackState>;

export const callbackTask: Task<CallbackState> = {
  id: 'callback',
  version: 1,

  begin({ args = {}, consent, said }, ctx): Step {
    const kind = args['kind'] === 'message' || args['kind'] === 'emergency' ? args['kind'] : 'callback';
    const { reason = 'The caller wants to be called back.' } = args;
    const digits = said === undefined ? '' : (numberIn(said) ?? '');
    const promised: Promised = { kind, reason, digits, attempt: 1 };
    if (kind === 'callback' && !ctx.business.callback.offered) {
      return {
        state: { ...promised, ask: 'offer' },
        say: [line('callback.none')],
        next: { type: 'cancelled' },
      };
    }
    if (kind === 'message') {
      // With a consent the reason says all that there is to pass on.
      return consent === undefined
        ? asking({ ...promised, ask: 'message' }, ctx)
        : agreed(promised, consent, ctx);
    }
    if (consent !== undefined) return agreed(promised, consent, ctx);
    // Who names a number wants to be called on it: it is read back, and that is what is agreed to.
    return asking({ ...promised, ask: digits === '' ? 'offer' : 'check' }, ctx);
  },

  question(state, ctx): OpenQuestion {
    const time = timeNow(ctx);
    switch (state.ask) {
      case 'offer':
      case 'saving': {
        return { id: 'callback.offer', expects: 'yes_no', time };
      }
      case 'check': {
        return { id: 'callback.check', expects: 'yes_no', time, asked: { digits: state.digits } };
      }
      case 'message': {
        return { id: 'callback.message', expects: 'words', time };
      }
      case 'number': {
        return { id: 'callback.number', expects: 'phone', time };
      }
    }
  },

  listening(state) {
    switch (state.ask) {
      case 'offer':
      case 'check':
      case 'saving': {
        return { pace: 'consent', decision: true, keypad: { '1': 'yes', '2': 'no' } };
      }
      case 'message': {
        return { pace: 'open', decision: false };
      }
      case 'number': {
        return { pace: 'digits', decision: false };
      }
    }
  },

  answer(state, said, ctx): Step | undefined {
    const person = consentByRequest(said, 'person');
    if (person !== undefined && state.ask !== 'saving') return personWanted(state, person, ctx);
    switch (state.ask) {
      case 'offer': {
        const digits = said.polarity === 'deny' ? undefined : numberIn(said);
        if (digits !== undefined) return asking({ ...state, ask: 'check', digits }, ctx);
        return answered(state, consentFrom(said, asked(state, ctx)), said, ctx);
      }
      case 'check': {
        return answered(state, consentFrom(said, asked(state, ctx)), said, ctx);
      }
      case 'message': {
        if (said.polarity === 'deny' && said.unread.length === 0) return given(state);
        return toNumber({ ...state, message: said.text.slice(0, MAX_MESSAGE) }, undefined, ctx);
      }
      case 'number': {
        return numberSaid(state, said, ctx);
      }
      case 'saving': {
        return undefined;
      }
    }
  },

  press(state, digit, ctx): Step | undefined {
    switch (state.ask) {
      case 'offer':
      case 'check': {
        if (digit !== '1' && digit !== '2') return undefined;
        return answered(state, consentByKey(digit, asked(state, ctx)), undefined, ctx);
      }
      case 'number': {
        return numberKey(state, digit, ctx);
      }
      case 'message':
      case 'saving': {
        return undefined;
      }
    }
  },

  result(state, request, result, ctx): Step {
    if (request.type !== 'request_callback' || state.ask !== 'saving') return { state, say: [] };
    if (result.type === 'change' && result.status === 'done') {
      const done = state.kind === 'message' ? line('callback.noted') : promisedLine(state, ctx);
      const number = state.digits === '' ? {} : { known: { number: state.digits } };
      return { state, say: [done], next: { type: 'done', ...number } };
    }
    // Sent once more under the same key: it cannot be promised twice.
    if (state.attempt < 2) {
      const again = { ...state, attempt: state.attempt + 1 };
      return { state: again, say: [], requests: [request] };
    }
    return { state, say: [line('callback.failed')], next: { type: 'cancelled' } };
  },

  ask: (state, ctx) => questionLines(state, ctx),

  retry(state, way, ctx): Step {
    switch (state.ask) {
      case 'offer': {
        return { state, say: [line(way === 'keys' ? 'callback.keypad' : 'callback.retry')] };
      }
      case 'number': {
        return { state: { ...state, digits: '' }, say: [line('callback.number_retry')] };
      }
      case 'message':
      case 'check':
      case 'saving': {
        return { state, say: questionLines(state, ctx) };
      }
    }
  },

  abandon: (state): Step => given(state),
};

const promisedLine = (state: Promised, ctx: TaskContext): Line =>
  state.kind === 'emergency'
    ? line('callback.emergency')
    : line('callback.done', { within: ctx.business.callback.within });

const given = (state: CallbackState): Step => ({
  state,
  say: [line('callback.dropped')],
  next: { type: 'cancelled' },
});

const asking = (state: CallbackState, ctx: TaskContext): Step => ({ state, say: questionLines(state, ctx) });

const spokenDigits = (digits: string): string => [...digits].join(' ');

function questionLines(state: CallbackState, ctx: TaskContext): readonly Line[] {
  switch (state.ask) {
    case 'offer': {
      return [line('callback.offer', { within: ctx.business.callback.within })];
    }
    case 'message': {
      return [line('callback.message')];
    }
    case 'number': {
      return [line('callback.number')];
    }
    case 'check': {
      return [line('callback.check', { number: spokenDigits(state.digits) })];
    }
    case 'saving': {
      return [];
    }
  }
}

const asked = (state: CallbackState, ctx: TaskContext): Asked => ({
  questionId: `callback.${state.ask}`,
  heardToEnd: ctx.heardToEnd,
  ...(state.ask === 'check' ? { values: { digits: state.digits } } : {}),
});

function answered(
  state: CallbackState,
  verdict: Verdict,
  said: Interpretation | undefined,
  ctx: TaskContext,
): Step | undefined {
  switch (verdict.kind) {
    case 'agreed': {
      return state.ask === 'check' ? save(state, verdict.consent, ctx) : agreed(state, verdict.consent, ctx);
    }
    case 'refused': {
      if (state.ask === 'check') return asking({ ...state, ask: 'number', digits: '' }, ctx);
      return { state, say: [], next: { type: 'cancelled' } };
    }
    case 'corrected': {
      return state.ask === 'check' && said !== undefined ? numberSaid(state, said, ctx) : undefined;
    }
    case 'unclear': {
      const isElsewhere = said?.act === 'question' || (said?.unread.length ?? 0) > 0;
      return isElsewhere ? undefined : { state, say: [], missed: true };
    }
  }
}

/** The caller agrees to be called: on the number they call from, or one that they give. */
function agreed(state: Promised, consent: Consent, ctx: TaskContext): Step {
  return toNumber(state, consent, ctx);
}

function toNumber(state: Promised, consent: Consent | undefined, ctx: TaskContext): Step {
  if (state.digits !== '') return asking({ ...state, ask: 'check' }, ctx);
  const digits = ctx.callerNumber ?? ctx.known.number;
  if (digits === undefined) {
    return asking({ ...state, ask: 'number', ...(consent === undefined ? {} : { consent }) }, ctx);
  }
  const known = { ...state, digits };
  return consent === undefined ? asking({ ...known, ask: 'check' }, ctx) : save(known, consent, ctx);
}

/** A person is asked for in place of the call-back: put through where there is one. */
function personWanted(state: CallbackState, consent: Consent, ctx: TaskContext): Step {
  if (ctx.business.person === undefined) {
    return { state, say: [line('transfer.none'), ...questionLines(state, ctx)] };
  }
  const start = { args: { reason: 'The caller asked for a person.' }, consent };
  return { state, say: [], next: { type: 'replace', task: 'handoff', start } };
}

/** A whole telephone number in a turn. */
function numberIn({ mentions }: Interpretation): string | undefined {
  const digits = mentions
    .map((one) => ((one.type === 'phone' || one.type === 'digits') && !one.excluded ? one.digits : ''))
    .join('');
  return digits.length >= NUMBER_DIGITS.min && digits.length <= NUMBER_DIGITS.max ? digits : undefined;
}

function numberSaid(state: Promised, said: Interpretation, ctx: TaskContext): Step | undefined {
  const parts = said.mentions.flatMap((mention) =>
    (mention.type === 'phone' || mention.type === 'digits') && !mention.excluded ? [mention.digits] : [],
  );
  if (parts.length === 0) {
    return said.polarity === 'deny' && said.unread.length === 0
      ? given({ ...state, ask: 'number' })
      : undefined;
  }
  const whole = parts.join('').length >= NUMBER_DIGITS.min ? parts.join('') : state.digits + parts.join('');
  if (whole.length > NUMBER_DIGITS.max) {
    return { state: { ...state, ask: 'number', digits: '' }, say: [], missed: true };
  }
  if (whole.length < NUMBER_DIGITS.min) {
    return { state: { ...state, ask: 'number', digits: whole }, say: [line('callback.number_more')] };
  }
  return asking({ ...state, ask: 'check', digits: whole }, ctx);
}

function numberKey(
  state: Extract<CallbackState, { ask: 'number' }>,
  digit: DtmfDigit,
  ctx: TaskContext,
): Step | undefined {
  if (digit === '#') {
    if (state.digits.length < NUMBER_DIGITS.min) {
      return { state: { ...state, digits: '' }, say: [], missed: true };
    }
    return state.consent === undefined
      ? asking({ ...state, ask: 'check' }, ctx)
      : save(state, state.consent, ctx);
  }
  if (!/^\d$/.test(digit)) return undefined;
  const digits = state.digits.length < NUMBER_DIGITS.max ? state.digits + digit : state.digits;
  return { state: { ...state, digits }, say: [] };
}

function save(state: Promised, consent: Consent, ctx: TaskContext): Step {
  const { kind, reason, message, digits } = state;
  const { name } = ctx.known;
  const request: DialogRequest = {
    type: 'request_callback',
    consent,
    idempotencyKey: `${ctx.callId}:${ctx.frame}:callback`,
    kind,
    reason,
    pii: {
      ...(name === undefined ? {} : { name }),
      ...(digits === '' ? {} : { number: digits }),
      ...(message === undefined ? {} : { message }),
    },
  };
  return { state: { ...state, ask: 'saving', consent }, say: [], requests: [request] };
}
