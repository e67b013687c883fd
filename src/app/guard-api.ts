import { randomUUID } from 'node:crypto';
import type { ApiPorts } from '../api/ports.js';
import type { GuardPort } from '../dialog/guard/core/types.js';
import type { Callbacks } from '../store/types.js';
import type { AppLog } from './log.js';

/** Wait for the commit. */
const DEADLINE_MS = 2000;

/** The guard for programs. What is passed on to a person is an escalation among the call-backs, with its job and its alert. */
export function guardApi(
  guard: GuardPort,
  callbacks: Pick<Callbacks, 'request'>,
  log: AppLog,
): ApiPorts['guard'] {
  return {
    input: (text) => guard.input(text),
    output: (text) => guard.output(text),
    escalate: async (context) => {
      await callbacks.request({
        idempotencyKey: `guard-${randomUUID()}`,
        kind: 'escalation',
        reason: 'guard_escalation',
        deadlineMs: DEADLINE_MS,
        pii: { message: context },
      });
      log.warn({}, 'a request was passed on to a person for review');
    },
  };
}
