import type {
  DialogEffect,
  DialogInput,
  IntentContext,
  IntentResult,
  KnowledgeAnswer,
} from '../dialog/core/types.js';
import type { DialogState } from '../dialog/core/state.js';

/** Steps of the dialog that one speculation looks ahead. */
const DEPTH = 3;

/** What a speculation may use; nothing in it has an effect outside. */
export interface SpeculationPorts {
  step(
    state: DialogState,
    input: DialogInput,
  ): { readonly state: DialogState; readonly effects: readonly DialogEffect[] };
  classify(text: string, context: IntentContext): Promise<IntentResult>;
  query(text: string): Promise<KnowledgeAnswer>;
  prefetch(text: string): void;
}

/**
 * Prepares the reply to a turn that has not ended yet: the dialog is pure, so it is stepped on a copy, questions that
 * have no effect (intent, retrieval) are asked, and the words that would be said are synthesised into the cache. A caller
 * who goes on costs some CPU time and nothing else.
 */
export async function speculate(
  ports: SpeculationPorts,
  state: DialogState,
  input: DialogInput,
): Promise<void> {
  let current = state;
  let next: DialogInput | undefined = input;
  for (let depth = 0; depth < DEPTH && next !== undefined; depth++) {
    const stepped = ports.step(current, next);
    current = stepped.state;
    next = undefined;
    for (const effect of stepped.effects) {
      switch (effect.type) {
        case 'say': {
          ports.prefetch(effect.text);
          break;
        }
        case 'classify': {
          const result = await ports.classify(effect.text, effect.context);
          next = { type: 'intent', requestId: effect.requestId, result };
          break;
        }
        case 'query_knowledge': {
          const result = await ports.query(effect.text);
          next = { type: 'knowledge', requestId: effect.requestId, result };
          break;
        }
        case 'check_availability':
        case 'book':
        case 'resolve_booking':
        case 'transfer':
        case 'request_callback':
        case 'hangup': {
          // These wait for the real turn.
          break;
        }
      }
    }
  }
}
