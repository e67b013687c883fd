import { monoMs } from '../../../src/kernel/time.js';
import type { RecordingPolicy } from '../../../src/kernel/vocab.js';
import { policyOf } from '../../../src/recording/core/policy.js';
import { Recording, SECRET_TAIL_MS, type RecordingInput } from '../../../src/recording/core/recording.js';
import { SETTLE_MS } from '../../../src/recording/core/timeline.js';

const connected: RecordingInput = { type: 'connected' };
const consent = (state: 'announced' | 'asked' | 'given' | 'refused' | 'withdrawn'): RecordingInput => ({
  type: 'consent',
  state,
});
const command = (action: 'pause' | 'resume' | 'stop' | 'delete'): RecordingInput => ({
  type: 'command',
  action,
});
const ended: RecordingInput = { type: 'ended' };
const failed: RecordingInput = { type: 'failed' };

/** Runs inputs a second apart. */
function run(policy: RecordingPolicy, inputs: readonly RecordingInput[]): { state: string; did: string[] } {
  const recording = new Recording(policy);
  const did = inputs.flatMap((input, k) =>
    recording.handle(monoMs(1000 * k), input).flatMap((output) => {
      if (output.type === 'changed') return [];
      return [output.type === 'start' ? 'start' : `${output.type} ${output.why}`];
    }),
  );
  return { state: recording.state, did };
}

describe('when there is a recording', () => {
  test.each<[string, RecordingPolicy, RecordingInput[], string, string[]]>([
    ['off: never', 'off', [connected, consent('given'), ended], 'off', []],
    ['announce: from the first moment', 'announce', [connected], 'recording', ['start']],
    ['announce: to the end', 'announce', [connected, ended], 'stopped', ['start', 'finish ended']],
    ['ask: not before the yes', 'ask', [connected, consent('asked')], 'awaiting_consent', []],
    ['ask: from the yes on', 'ask', [connected, consent('asked'), consent('given')], 'recording', ['start']],
    ['ask: refused', 'ask', [connected, consent('asked'), consent('refused'), ended], 'off', []],
    ['ask: hung up on the question', 'ask', [connected, consent('asked'), ended], 'awaiting_consent', []],
    ['a yes after a withdrawal', 'ask', [connected, consent('withdrawn'), consent('given')], 'off', []],
    [
      'withdrawn: nothing is left',
      'announce',
      [connected, consent('announced'), consent('withdrawn'), ended],
      'deleted',
      ['start', 'discard withdrawn'],
    ],
    [
      'withdrawn after it was stopped: what was kept goes, too',
      'ask',
      [connected, consent('given'), command('stop'), consent('withdrawn')],
      'deleted',
      ['start', 'finish stopped', 'discard withdrawn'],
    ],
    [
      'a disk that is full ends it, and the call goes on',
      'announce',
      [connected, failed, command('resume')],
      'stopped',
      ['start', 'finish failed'],
    ],
    [
      'paused at the end',
      'announce',
      [connected, command('pause'), ended],
      'stopped',
      ['start', 'finish ended'],
    ],
    [
      'deleted by a person',
      'announce',
      [connected, command('delete')],
      'deleted',
      ['start', 'discard deleted'],
    ],
  ])('%s', (_what, policy, inputs, state, did) => {
    expect(run(policy, inputs)).toEqual({ state, did });
  });

  test('nobody begins one, or begins it again', () => {
    const recording = new Recording('announce');
    const allowed = (): string[] =>
      (['pause', 'resume', 'stop', 'delete'] as const).filter((action) => recording.allows(action));
    expect(allowed()).toEqual([]);
    recording.handle(monoMs(0), connected);
    expect(allowed()).toEqual(['pause', 'stop', 'delete']);
    recording.handle(monoMs(1), command('pause'));
    expect(allowed()).toEqual(['resume', 'stop', 'delete']);
    recording.handle(monoMs(2), command('stop'));
    expect(allowed()).toEqual(['delete']);
    recording.handle(monoMs(3), command('delete'));
    expect(allowed()).toEqual([]);
  });

  test('pauses and secrets are in the metadata, on the clock of the recording', () => {
    const recording = new Recording('ask');
    const at = (ms: number, input: RecordingInput): void => void recording.handle(monoMs(ms), input);
    at(0, connected);
    // A secret that is open when the recording begins is none of its beginning.
    at(100, { type: 'secret', on: true });
    at(1000, consent('given'));
    at(1500, { type: 'secret', on: false });
    at(3000, command('pause'));
    at(5000, command('resume'));
    at(6000, { type: 'secret', on: true });
    at(7000, ended);
    expect(recording.intervals.until(6000)).toEqual([
      { why: 'secret', fromMs: 0, toMs: 500 + SECRET_TAIL_MS },
      { why: 'paused', fromMs: 2000, toMs: 4000 },
      { why: 'secret', fromMs: 5000, toMs: 6000 },
    ]);
    // The tail is known before anything of it is written.
    expect(SECRET_TAIL_MS).toBeLessThan(SETTLE_MS);
  });
});

test.each([
  ['+15550100', 'ask'],
  ['15550100', 'ask'],
  ['+15550199', 'announce'],
  ['100', 'off'],
  [undefined, 'off'],
])('the policy of %s is %s', (called, policy) => {
  const policies = {
    usual: 'off',
    lines: [
      { line: '+15550100', policy: 'ask' },
      { line: '1555*', policy: 'announce' },
    ],
  } as const;
  expect(policyOf(policies, called)).toBe(policy);
});
