import type { CallId, RequestId } from '../kernel/ids.js';
import type { DialogContext } from '../dialog/core/context.js';
import type { DialogEffect, DialogInput, DialogResult, SayEffect } from '../dialog/core/effects.js';
import type { DialogState } from '../dialog/core/machine/state.js';
import { defaultSessionOptions, type SessionOptions, type SessionPorts } from './ports.js';
import { ModelDesk, type ModelInput } from './model-desk.js';
import { RequestDesk } from './request-desk.js';

/** What one input of a text conversation came to. */
export interface TextReply {
  readonly state: DialogState;
  /** Said in order, fillers left out. */
  readonly said: readonly SayEffect[];
  /** Everything the dialog asked for, in order. */
  readonly effects: readonly DialogEffect[];
  /** The dialog hung up or passed the caller on. */
  readonly ended: boolean;
}

/** Requests that one input may lead to, one after the other. */
const MAX_ROUNDS = 32;

/**
 * The dialog without a voice: one input, everything that it leads to, and the words that answer it. Requests are
 * carried out as in a call; each text counts as read to its end.
 */
export class TextDialog {
  readonly #desk: RequestDesk;

  constructor(
    callId: CallId,
    private readonly ports: Pick<SessionPorts, 'dialog' | 'context'> &
      ConstructorParameters<typeof RequestDesk>[1],
    options: Partial<SessionOptions> = {},
    /** What becomes of a transfer; there is no line that could be passed on unless told. */
    private readonly transfer: 'accepted' | 'refused' | 'failed' = 'failed',
  ) {
    this.#desk = new RequestDesk(callId, ports, { ...defaultSessionOptions, ...options });
  }

  /** Takes one input to its end. Never rejects: what fails is answered as a call would answer it. */
  async run(state: DialogState, input: DialogInput): Promise<TextReply> {
    const said: SayEffect[] = [];
    const effects: DialogEffect[] = [];
    let current = state;
    const inputs: DialogInput[] = [input];
    for (let round = 0; round < MAX_ROUNDS; round++) {
      const next = inputs.shift();
      if (next === undefined) break;
      const step = this.ports.dialog.step(current, next, this.#context());
      current = step.state;
      effects.push(...step.effects);
      for (const effect of step.effects) {
        if (effect.type === 'say') {
          if (effect.text === '') continue;
          if (effect.filler !== true) said.push(effect);
          inputs.push({ type: 'heard', sayId: effect.sayId, text: effect.text, complete: true });
        } else if (effect.type === 'release_hold') {
          this.#desk.release(effect.holdKey);
        } else if (effect.type === 'model_open') {
          inputs.push(...(await this.#model(effect)));
        } else if ('requestId' in effect && effect.type !== 'abandon' && effect.type !== 'model_abort') {
          inputs.push(await this.#answer(effect.requestId, effect));
        }
      }
    }
    return { state: current, said, effects, ended: current.ended };
  }

  async #answer(
    requestId: RequestId,
    request: Parameters<RequestDesk['run']>[0] | { readonly type: 'transfer' },
  ): Promise<DialogInput> {
    const result: DialogResult =
      request.type === 'transfer'
        ? { type: 'transfer', outcome: this.transfer }
        : await this.#desk.run(request);
    return { type: 'result', requestId, result };
  }

  /** All that comes of a model; what the dialog has given up meanwhile is stale to it. */
  #model({ requestId, ...request }: Extract<DialogEffect, { type: 'model_open' }>): Promise<ModelInput[]> {
    return new Promise((resolve) => {
      const inputs: ModelInput[] = [];
      const desk = new ModelDesk(this.ports.model, (input) => {
        inputs.push(input);
        if (input.type === 'model_done' || input.type === 'model_failed') resolve(inputs);
      });
      desk.open(requestId, request);
    });
  }

  #context(): DialogContext {
    return { ...this.ports.context, wallMs: this.ports.scheduler.wall() };
  }
}
