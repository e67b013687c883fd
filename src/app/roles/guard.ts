import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { DialogContext } from '../../dialog/core/context.js';
import { judgeInput, judgeOutput, type Guardrails } from '../../dialog/guard/core/judge.js';
import { loadGuardHeads } from '../../dialog/guard/load-guard-head.js';
import type { GuardPort } from '../../dialog/guard/core/types.js';
import { projectRoot } from '../../threads/project-root.js';
import { realScheduler } from '../../threads/real-scheduler.js';
import type { Metrics } from '../../telemetry/index.js';
import type { Config } from '../config/index.js';
import { measuredGuard } from '../measure/guard.js';
import { reachGuard } from '../services/guard-service.js';
import type { Breaker } from '../services/reach.js';
import type { Role } from './role.js';

/** Judges texts of callers and of the agent, here or in a role of its own. */
export interface GuardRole extends Role<GuardPort> {
  /** Another process is asked: the verdict comes beside the classifier's answer. */
  readonly isElsewhere: boolean;
  breakers(): readonly Breaker[];
}

/**
 * What is judged, as the settings have it. A language without a trained head is judged by its words alone.
 *
 * @throws LeibnizError MODEL_MISSING or MODEL_BROKEN, naming the file
 */
export function guardrailsOf({ guard }: Pick<Config, 'guard'>, localeId: string): Guardrails {
  const file = join(projectRoot(), 'locales', localeId, 'guard.json');
  return {
    ...(existsSync(file) ? { head: loadGuardHeads(file).pieces } : {}),
    toxicity: guard.toxicity,
    pii: guard.pii,
  };
}

/** The guard of this process. */
export function embeddedGuard(
  office: Pick<DialogContext, 'lexicon' | 'guard'>,
  rails: Guardrails,
): GuardPort {
  return {
    input: async (text) => judgeInput(text, rails, office),
    output: async (text) => judgeOutput(text, rails, office),
  };
}

/** The guard, as the settings have it. */
export function startGuardRole(
  config: Config,
  office: Pick<DialogContext, 'lexicon' | 'guard' | 'guardrails'>,
  metrics: Metrics,
): GuardRole {
  const rails = office.guardrails ?? guardrailsOf(config, office.lexicon.locale.id);
  const { services, http } = config;
  const reached = reachGuard(services.guard, http.adminToken, embeddedGuard(office, rails), realScheduler);
  return {
    ports: measuredGuard(reached.port, metrics, realScheduler),
    health: async () => ({ status: await reached.health(), details: { trained: rails.head !== undefined } }),
    isElsewhere: services.guard.length > 0,
    breakers: () => reached.breakers(),
    stop: () => reached.close(),
  };
}
