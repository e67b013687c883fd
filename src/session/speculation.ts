import type { DialogEffect, DialogInput, DialogRequest, DialogResult } from '../dialog/core/effects.js';
import type { DialogState } from '../dialog/core/machine/state.js';

/** Steps of the dialog that one speculation looks ahead. */
const DEPTH = 3;

/** Requests without an effect outside: only these are made before the turn has ended. */
type Harmless = Extract<DialogRequest, { type: 'classify' | 'query_knowledge' }>;

/** A model may be asked ahead, within bounds of its own: what it says is not acted on before the turn has ended. */
type Dear = Extract<DialogRequest, { type: 'model_open' }>;

/** What a speculation may use; nothing in it has an effect outside. */
export interface SpeculationPorts {
  step(
    state: DialogState,
    input: DialogInput,
  ): { readonly state: DialogState; readonly effects: readonly DialogEffect[] };
  ask(request: Harmless): Promise<DialogResult>;
  prepare(request: Dear): void;
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
      if (effect.type === 'say') ports.prefetch(effect.text);
      if (effect.type === 'model_open') {
        const { requestId: _id, ...request } = effect;
        ports.prepare(request);
      }
      if (effect.type !== 'classify' && effect.type !== 'query_knowledge') continue;
      const { requestId, ...request } = effect;
      next = { type: 'result', requestId, result: await ports.ask(request) };
    }
  }
}
