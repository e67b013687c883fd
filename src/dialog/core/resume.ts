import { question, retry, withKeys } from './appointment/questions.js';
import type { Draft } from './draft.js';
import { line, type Line } from './render.js';

/** The open question as it was first asked. */
export function askQuestion(draft: Draft): readonly Line[] {
  switch (draft.state.ask) {
    case 'appointment': {
      const { appointment } = draft.state;
      return appointment === undefined ? [line('open.ask')] : question(appointment, draft.appointmentContext);
    }
    case 'open': {
      return [line('open.ask')];
    }
    case 'anything_else': {
      return [line('anything_else.ask')];
    }
    case 'person': {
      return [line('person.offer')];
    }
    case 'callback': {
      return [line('callback.offer', { within: draft.ctx.business.callback.within })];
    }
    case 'callback_number': {
      return [line('callback.number')];
    }
    default: {
      return draft.state.ask;
    }
  }
}

/** The open question in other words. */
export function retryQuestion(draft: Draft): readonly Line[] {
  switch (draft.state.ask) {
    case 'appointment': {
      const { appointment } = draft.state;
      return appointment === undefined ? [line('open.retry')] : retry(appointment, draft.appointmentContext);
    }
    case 'open': {
      return [line('open.retry')];
    }
    case 'anything_else': {
      return [line('anything_else.retry')];
    }
    case 'person': {
      return [line('person.retry')];
    }
    case 'callback': {
      return [line('callback.retry')];
    }
    case 'callback_number': {
      return [line('callback.number_retry')];
    }
    default: {
      return draft.state.ask;
    }
  }
}

/** The open question as a choice of keys; notes in the state what the keys stand for. */
export function keypadQuestion(draft: Draft): readonly Line[] {
  switch (draft.state.ask) {
    case 'appointment': {
      const { appointment } = draft.state;
      if (appointment === undefined) return [line('open.keypad')];
      const keyed = withKeys(appointment, draft.appointmentContext);
      draft.set({ appointment: keyed.state });
      return keyed.lines;
    }
    case 'open': {
      return [line('open.keypad')];
    }
    case 'anything_else': {
      return [line('anything_else.keypad')];
    }
    case 'person': {
      return [line('person.keypad')];
    }
    case 'callback': {
      return [line('callback.keypad')];
    }
    case 'callback_number': {
      return [line('callback.number')];
    }
    default: {
      return draft.state.ask;
    }
  }
}
