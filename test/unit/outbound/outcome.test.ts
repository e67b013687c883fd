import {
  outcomeOfAnswered,
  outcomeOfUnanswered,
  type AnsweredFacts,
  type GivenReason,
  type Outcome,
  type UnansweredFacts,
} from '../../../src/outbound/core/outcome.js';
import { nextAttemptIn, RETRY_RULES, type RetryFacts } from '../../../src/outbound/core/retry.js';
import { seededRng } from '../../../src/kernel/rng.js';

const q850 = (cause: number): GivenReason => ({ protocol: 'Q.850', cause, text: undefined });
const sip = (cause: number, text: string): GivenReason => ({ protocol: 'SIP', cause, text });

const unanswered = (over: Partial<UnansweredFacts>): UnansweredFacts => ({
  reasons: [],
  rang: false,
  ...over,
});

describe('what an unanswered call has come to', () => {
  test.each<[string, Partial<UnansweredFacts>, Outcome, string]>([
    ['486', { status: 486 }, 'busy', 'status'],
    ['600', { status: 600 }, 'busy', 'status'],
    ['480', { status: 480 }, 'no_answer', 'status'],
    ['480 of a phone that is switched off', { status: 480, reasons: [q850(20)] }, 'unreachable', 'q850'],
    ['408 before anything rang', { status: 408 }, 'unreachable', 'status'],
    ['408 after it rang', { status: 408, rang: true }, 'no_answer', 'status'],
    ['our own ring time', { status: 487, rang: true, gaveUp: 'no_answer' }, 'no_answer', 'local'],
    ['stopped before it rang', { gaveUp: 'stopped' }, 'network', 'local'],
    ['503 whose cause is busy', { status: 503, reasons: [q850(17)] }, 'busy', 'q850'],
    ['503', { status: 503 }, 'network', 'status'],
    ['503, no circuit', { status: 503, reasons: [q850(34)] }, 'network', 'q850'],
    ['404', { status: 404 }, 'invalid', 'status'],
    ['403 of the trunk', { status: 403 }, 'account', 'status'],
    ['403 of a phone that rang', { status: 403, rang: true }, 'declined', 'status'],
    ['403, call rejected', { status: 403, reasons: [q850(21)] }, 'declined', 'q850'],
    ['407 after credentials', { status: 407 }, 'account', 'status'],
    ['488', { status: 488 }, 'media', 'status'],
    ['301, moved for good', { status: 301 }, 'invalid', 'status'],
    ['never sent', {}, 'network', 'local'],
    ['a cause that says nothing', { status: 480, reasons: [q850(16)] }, 'no_answer', 'status'],
  ])('%s', (_name, facts, outcome, source) => {
    expect(outcomeOfUnanswered(unanswered(facts))).toEqual({ outcome, source, final: false });
  });

  test.each<[string, Partial<UnansweredFacts>, Outcome]>([
    ['603', { status: 603 }, 'declined'],
    ['603 with a softer cause', { status: 603, reasons: [q850(17)] }, 'declined'],
    ['607', { status: 607, reasons: [q850(21)] }, 'unwanted'],
    ['608', { status: 608 }, 'blocked'],
    ['603 of a network', { status: 603, reasons: [sip(603, 'Network Blocked')] }, 'blocked'],
    ['608 behind another status', { status: 480, reasons: [q850(19), sip(608, 'Rejected')] }, 'blocked'],
  ])('%s: nobody dials again, whatever a campaign says', (_name, facts, outcome) => {
    const decided = outcomeOfUnanswered(unanswered(facts));
    expect(decided).toMatchObject({ outcome, final: true });
    const overrides = { [outcome]: { counts: true, steps: [[1, 1]] as const } };
    expect(nextAttemptIn(retry({ decided, history: [outcome], overrides }))).toBeUndefined();
  });
});

describe('what an answered call has come to', () => {
  const answered = (over: Partial<AnsweredFacts>): Outcome =>
    outcomeOfAnswered({
      ...{ durationMs: 20_000, ended: 'agent_goodbye', verdict: 'unsure', messageLeft: false, heard: true },
      ...over,
    }).outcome;

  test.each<[string, Partial<AnsweredFacts>, Outcome]>([
    ['a talk', {}, 'completed'],
    [
      'opted out, and hung up at once',
      { result: 'opted_out', durationMs: 2000, ended: 'caller_hangup' },
      'opted_out',
    ],
    ['hung up at once', { durationMs: 5999, ended: 'caller_hangup', heard: false }, 'human_short'],
    ['confirmed at once', { result: 'confirmed', durationMs: 5000, ended: 'caller_hangup' }, 'completed'],
    ['nothing came through', { ended: 'rtp_inactive', heard: false }, 'media'],
    ['the line died after a talk', { ended: 'rtp_inactive' }, 'completed'],
    ['a machine', { verdict: 'machine' }, 'machine_not_left'],
    ['a machine with a message', { verdict: 'machine', messageLeft: true }, 'machine_left'],
    ['nobody said that they are there', { result: 'nobody' }, 'machine_not_left'],
    ['this side broke off', { ended: 'server_shutdown' }, 'human_short'],
  ])('%s', (_name, facts, outcome) => expect(answered(facts)).toBe(outcome));
});

const retry = (over: Partial<RetryFacts>): RetryFacts => ({
  history: ['busy'],
  decided: { outcome: 'busy', source: 'status', final: false },
  maxAttempts: 10,
  random: () => 0.5,
  ...over,
});

describe('the next attempt', () => {
  const minutes = (history: readonly Outcome[], over: Partial<RetryFacts> = {}): number | undefined => {
    const decided = { outcome: history.at(-1) ?? 'busy', source: 'status', final: false } as const;
    const ms = nextAttemptIn(retry({ history, decided, ...over }));
    return ms === undefined ? undefined : ms / 60_000;
  };

  test.each<[readonly Outcome[], number | undefined]>([
    [['busy'], 20],
    [['busy', 'busy', 'busy'], 20],
    [['busy', 'busy', 'busy', 'busy'], undefined],
    [['no_answer'], 90],
    [['unreachable'], 180],
    [['declined'], 1440],
    [['declined', 'declined'], undefined],
    [['network'], 1],
    [['network', 'network', 'network'], 5],
    [['network', 'network', 'network', 'network'], undefined],
    [['account', 'account', 'account', 'account'], 1],
    [['human_short'], 1440],
    [['completed'], undefined],
    [['opted_out'], undefined],
    [['invalid'], undefined],
    [['machine_left'], undefined],
  ])('after %j', (history, expected) => expect(minutes(history)).toBe(expected));

  test('varies within a fifth around its stretch', () => {
    const rng = seededRng(7);
    const waits = Array.from({ length: 500 }, () => minutes(['busy'], { random: () => rng.float() }) ?? 0);
    expect(Math.min(...waits)).toBeGreaterThanOrEqual(8);
    expect(Math.max(...waits)).toBeLessThanOrEqual(36);
    expect(new Set(waits.map(Math.round)).size).toBeGreaterThan(15);
  });

  test('what never reached them is no attempt; what did is bounded over all outcomes', () => {
    const history: Outcome[] = ['network', 'network', 'busy', 'no_answer'];
    expect(minutes(history, { maxAttempts: 3 })).toBe(90);
    expect(minutes([...history, 'unreachable'], { maxAttempts: 3 })).toBeUndefined();
  });

  test('a campaign may have its own waits', () => {
    expect(minutes(['busy'], { overrides: { busy: { counts: true, steps: [[5, 5]] } } })).toBe(5);
    expect(RETRY_RULES.busy.steps).toHaveLength(3);
  });
});
