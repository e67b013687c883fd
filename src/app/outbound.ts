import type { OutboundPorts } from '../api/ports.js';
import { LeibnizError } from '../kernel/errors.js';
import type { HouseLimits } from '../outbound/core/dispatch.js';
import { DEFAULT_RULES, type CampaignRules } from '../outbound/core/rules.js';
import { OutboundDispatcher } from '../session/outbound/dispatcher.js';
import type { OutboundLine } from '../session/outbound/ports.js';
import type { Store } from '../store/types.js';
import { realScheduler } from '../threads/real-scheduler.js';
import type { Config } from './config/index.js';
import type { AppLog } from './log.js';

/** Calls that the agent makes: who dials, and how others ask for it. */
export interface OutboundSide {
  readonly ports: OutboundPorts;
  /** Dials nobody any more; calls in progress go on. */
  stop(): void;
}

/** Why nobody is called with these settings; `undefined` when they allow it. */
export function whyNobodyIsCalled({ trunk, prefixes, maxCalls }: Config['outbound']): string | undefined {
  if (trunk === undefined) return 'Nobody is called: OUTBOUND_TRUNK and OUTBOUND_CALLER_ID are not set.';
  if (prefixes.length === 0) {
    return 'Nobody is called: OUTBOUND_PREFIXES names no numbers that may be called.';
  }
  return maxCalls === 0 ? 'Nobody is called: OUTBOUND_MAX_CALLS is 0.' : undefined;
}

/** Starts to dial where the settings allow it. */
export function openOutbound(
  config: Config,
  { line, outbound }: { readonly line: OutboundLine | undefined; readonly outbound: Store['outbound'] },
  holidays: readonly string[],
  log: AppLog,
): OutboundSide {
  const { prefixes, maxCalls, callsPerSecond, hours, ringMs, remindBeforeMin } = config.outbound;
  const limits: HouseLimits = { prefixes, maxCalls, callsPerSecond, hours: { ...hours, holidays } };
  const rules: CampaignRules = { ...DEFAULT_RULES, hours: limits.hours, ringMs };
  const refusal = whyNobodyIsCalled(config.outbound);
  const dispatcher =
    refusal !== undefined || line === undefined
      ? undefined
      : new OutboundDispatcher({
          ...{ scheduler: realScheduler, outbound, line, limits, log },
          reminders: { beforeMin: remindBeforeMin, rules },
        });
  dispatcher?.start();
  return {
    ports: {
      ...outbound,
      rules: async () => rules,
      create: async (campaign) => {
        if (refusal !== undefined) throw new LeibnizError('NOT_ALLOWED_NOW', refusal);
        campaign.contacts.forEach(({ pii }, n) => {
          if (prefixes.some((prefix) => pii.number.startsWith(prefix))) return;
          throw new LeibnizError('BAD_REQUEST', 'OUTBOUND_PREFIXES does not allow to call this number.', {
            field: `contacts.${n}.number`,
          });
        });
        const made = await outbound.create(campaign);
        dispatcher?.poke();
        return made;
      },
    },
    stop: () => dispatcher?.stop(),
  };
}
