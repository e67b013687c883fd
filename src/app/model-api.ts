import { randomUUID } from 'node:crypto';
import type { ModelPorts } from '../api/ports.js';
import type { DialogEffect } from '../dialog/core/effects.js';
import type { LanguageModel } from '../dialog/llm/types.js';
import { LeibnizError } from '../kernel/errors.js';
import { callId, turnId } from '../kernel/ids.js';
import type { Result } from '../kernel/result.js';
import type { Failure } from '../net/failure.js';
import type { SessionPorts } from '../session/ports.js';
import { TextDialog } from '../session/text-dialog.js';

/** The language models for programs, and the agent's answer to a single sentence. */
export function modelApi(model: LanguageModel | undefined, sessionPorts: SessionPorts): ModelPorts {
  return {
    list: async () => {
      if (model === undefined) return { models: [], adapters: [] };
      const known = await model.models();
      const models = known.ok ? known.value : [{ id: model.capabilities.model }];
      const adapters = models.flatMap(({ id, parent }) => (parent === undefined ? [] : [id]));
      return { models, adapters };
    },
    open: (request, onEvent, signal) => {
      if (model !== undefined) {
        model.open(request, onEvent, signal);
        return;
      }
      const failure: Failure = { kind: 'overloaded', message: 'no language model is configured' };
      void Promise.resolve().then(() => onEvent({ type: 'failed', failure }));
    },
    loadAdapter: async (name, path) => done(await adaptersOf(model).load(name, path)),
    unloadAdapter: async (name) => done(await adaptersOf(model).unload(name)),
    transcript: (text) => answerTo(text, sessionPorts),
  };
}

function adaptersOf(model: LanguageModel | undefined): NonNullable<LanguageModel['adapters']> {
  if (model?.adapters !== undefined) return model.adapters;
  throw new LeibnizError('NOT_FOUND', 'The first language model has no adapters; vLLM servers do.');
}

function done(result: Result<undefined, Failure>): void {
  if (result.ok) return;
  const { kind, status } = result.error;
  if (status === 404) throw new LeibnizError('NOT_FOUND', 'The server has no such adapter.');
  throw kind === 'bad_request'
    ? new LeibnizError('BAD_REQUEST', 'The server does not take the adapter; it may be loaded already.')
    : new LeibnizError('MODEL_UNAVAILABLE', 'The server of the language model does not answer.');
}

/** The guard does not let the words be dealt with as they are. */
const isUnsafe = (effect: DialogEffect): boolean =>
  effect.type === 'note' &&
  effect.note.kind === 'guard' &&
  effect.note.stage === 'input' &&
  effect.note.action === 'block';

/** What a caller would be answered, with the guards on both sides. Whoever is unsafe is passed to a person. */
async function answerTo(text: string, ports: SessionPorts): ReturnType<ModelPorts['transcript']> {
  const id = callId(`transcript-${randomUUID()}`);
  const dialog = new TextDialog(id, ports, {});
  const { state } = await dialog.run(ports.dialog.initial({ callId: id }), { type: 'resumed' });
  const turn = { type: 'turn', turnId: turnId('t1'), text, confidence: 1, typed: true } as const;
  const reply = await dialog.run(state, turn);
  return {
    response: reply.said.map((said) => said.text).join(' '),
    escalate:
      reply.state.stack.some(({ task }) => task === 'handoff' || task === 'callback') ||
      reply.effects.some(isUnsafe),
  };
}
