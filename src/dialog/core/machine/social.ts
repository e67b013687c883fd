import type { Interpretation } from '../nlu/types.js';
import { line } from '../render.js';
import type { Draft } from './draft.js';
import { askAgain, push } from './stack.js';

/** Small talk is answered in a sentence, and the open question stands. False for what is none. */
export function socialTalk(draft: Draft, said: Interpretation): boolean {
  const { persona, business } = draft.ctx;
  switch (said.social) {
    case 'thanks': {
      draft.say(line('social.thanks'));
      break;
    }
    case 'greeting': {
      if (draft.top === undefined) {
        draft.say(line('greeting.again'));
        return true;
      }
      break;
    }
    case 'about_agent': {
      draft.say(line('social.about_agent', { persona: persona.name, business: business.name }));
      break;
    }
    case 'anger': {
      draft.say(line('social.anger'));
      push(draft, 'handoff', { args: { reason: 'The caller is not content.' } });
      return true;
    }
    case 'praise':
    case 'apology':
    case 'chat': {
      draft.say(line('social.chat'));
      break;
    }
    case undefined: {
      return false;
    }
  }
  askAgain(draft);
  return true;
}
