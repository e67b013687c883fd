import {
  applyLive,
  byAttention,
  EMPTY_LIVE,
  MAX_ENDED,
  MAX_LINES,
  type LiveModel,
} from '../../../src/client/live/live-model.js';
import type { LiveCall, LiveMessage } from '../../../src/client/live/live-types.js';

const at = '2026-11-24T15:00:00.000Z';
const hello = (bootId = 'b1'): LiveMessage => ({
  ...{ type: 'hello', seq: 0, at, protocol: 'leibniz.live.v1', boot_id: bootId },
  ...{ server_time: at, heartbeat_ms: 15_000 },
});
const call = (id: string, more: Partial<LiveCall> = {}): LiveCall => ({
  ...{ id, direction: 'inbound', from: '+15550100', to: '+15550199', started_at: at },
  ...{ state: 'listening', controller: 'agent', turns: 0, attention: 0, ...more },
});
const snapshot = (seq: number, ...calls: LiveCall[]): LiveMessage => ({
  ...{ type: 'snapshot', seq, at, calls, counters: { active: calls.length, human: 0, waiting: 0 } },
});
const line = (seq: number, index: number, text: string, role = 'user'): LiveMessage => ({
  ...{ type: 'line', seq, at, call_id: 'c1', index, role, text },
});
const after = (...messages: readonly LiveMessage[]): LiveModel => messages.reduce(applyLive, EMPTY_LIVE);
const textsOf = (model: LiveModel, id = 'c1'): readonly string[] | undefined =>
  model.calls.get(id)?.lines.map(({ text }) => text);

test('nothing counts before the first snapshot', () => {
  const model = after(hello(), { type: 'call_started', seq: 3, at, call: call('c1') });
  expect([model.synced, model.calls.size]).toEqual([false, 0]);
});

test('a snapshot is the whole picture, and what follows changes it', () => {
  const model = after(hello(), snapshot(7, call('c1')), {
    ...{ type: 'call_updated', seq: 9, at, call_id: 'c1' },
    patch: { state: 'speaking', attention: 60 },
  });
  expect(model.calls.get('c1')?.call).toMatchObject({ state: 'speaking', attention: 60, from: '+15550100' });
  expect([model.seq, model.counters.active]).toEqual([9, 1]);
});

test('what was seen before changes nothing, whatever order it comes in', () => {
  const once = after(hello(), snapshot(7, call('c1')), line(8, 0, 'hello'), line(9, 1, 'a room'));
  expect([line(8, 0, 'changed'), line(7, 2, 'old')].reduce(applyLive, once)).toBe(once);
});

test('numbers have gaps, since others are told of other calls', () => {
  expect(textsOf(after(hello(), snapshot(7, call('c1')), line(20, 0, 'hello')))).toEqual(['hello']);
});

test('the same stream goes on after a break; another one begins anew', () => {
  const before = after(hello(), snapshot(7, call('c1')), line(8, 0, 'hello'));
  expect(applyLive(before, hello())).toBe(before);
  const restarted = applyLive(before, hello('b2'));
  expect([restarted.synced, restarted.seq]).toEqual([false, 0]);
  // Low numbers of the new stream are not taken for old ones.
  expect(textsOf([snapshot(1, call('c1')), line(2, 1, 'again')].reduce(applyLive, restarted))).toEqual([
    'hello',
    'again',
  ]);
});

test('a reader that fell behind waits for the snapshot, in which calls that ended meanwhile are gone', () => {
  const behind = after(hello(), snapshot(7, call('c1'), call('c2')), {
    ...{ type: 'resync_required', seq: 8, at, reason: 'slow' },
  });
  const ignored = applyLive(behind, { type: 'call_started', seq: 9, at, call: call('c3') });
  expect([...applyLive(ignored, snapshot(30, call('c2'))).calls.keys()]).toEqual(['c2']);
});

test('words that may change give way to the line', () => {
  const partial: LiveMessage = { type: 'partial', seq: 8, at, call_id: 'c1', role: 'user', text: 'I would' };
  const during = after(hello(), snapshot(7, call('c1')), partial);
  expect(during.calls.get('c1')?.partials).toEqual({ user: 'I would' });
  const done = applyLive(during, line(9, 0, 'I would like to book'));
  expect(done.calls.get('c1')?.partials).toEqual({ user: '' });
  expect(textsOf(done)).toEqual(['I would like to book']);
});

test('lines stand in their order, are corrected in place, and are bounded', () => {
  const model = after(
    hello(),
    snapshot(7, call('c1')),
    line(8, 1, 'two'),
    line(9, 0, 'one'),
    line(10, 1, 'TWO'),
  );
  expect(textsOf(model)).toEqual(['one', 'TWO']);
  const many = Array.from({ length: MAX_LINES + 5 }, (_, n) => line(20 + n, n, String(n)));
  expect(textsOf(many.reduce(applyLive, model))).toHaveLength(MAX_LINES);
});

test('what the caller did not hear is told apart', () => {
  const cut: LiveMessage = { ...line(8, 0, 'We open at nine', 'agent'), heard: 'We open' } as LiveMessage;
  expect(after(hello(), snapshot(7, call('c1')), cut).calls.get('c1')?.lines[0]).toMatchObject({
    heard: 'We open',
  });
});

test('what was whispered has one state, the last', () => {
  const told = (seq: number, state: 'queued' | 'used'): LiveMessage => ({
    ...{ type: 'instruction', seq, at, call_id: 'c1', id: 'i1', kind: 'say', state },
  });
  const model = after(hello(), snapshot(7, call('c1')), told(8, 'queued'), told(9, 'used'));
  expect(model.calls.get('c1')?.instructions).toEqual([expect.objectContaining({ state: 'used' })]);
});

test('who holds the call and who listens is part of it', () => {
  const ada = { id: 'u1', name: 'Ada' };
  const supervisor = (seq: number, on: boolean): LiveMessage => ({
    ...{ type: 'supervisor', seq, at, call_id: 'c1', user: ada, mode: 'listen', on },
  });
  const taken: LiveMessage = {
    ...{ type: 'control', seq: 9, at, call_id: 'c1', controller: 'human', user: ada, reason: 'taken' },
  };
  const during = after(hello(), snapshot(7, call('c1')), supervisor(8, true), taken);
  expect(during.calls.get('c1')?.call).toMatchObject({
    controller: 'human',
    controlled_by: ada,
    supervisors: [{ ...ada, mode: 'listen' }],
  });
  expect(applyLive(during, supervisor(10, false)).calls.get('c1')?.call.supervisors).toEqual([]);
});

test('whoever needs somebody comes first; calls that are over are kept for a while beside the wall', () => {
  let model = after(
    hello(),
    snapshot(7, call('c1'), call('c2', { attention: 80 }), call('c3', { attention: 10 })),
  );
  expect(byAttention(model).map((view) => view.call.id)).toEqual(['c2', 'c3', 'c1']);
  for (let n = 0; n < MAX_ENDED + 5; n++) {
    const id = `e${n}`;
    model = [
      { type: 'call_started', seq: 100 + 2 * n, at, call: call(id) } as const,
      {
        type: 'call_ended',
        seq: 101 + 2 * n,
        at,
        call_id: id,
        reason: 'caller_hangup',
        duration_ms: 5,
      } as const,
    ].reduce(applyLive, model);
  }
  expect(byAttention(model)).toHaveLength(3);
  expect(model.calls.size).toBe(3 + MAX_ENDED);
  expect(model.calls.get(`e${MAX_ENDED}`)?.ended?.reason).toBe('caller_hangup');
});

test('kinds of a newer server change nothing', () => {
  const model = after(hello(), snapshot(7, call('c1')));
  const unknown = { type: 'mood', seq: 8, at, call_id: 'c1' } as unknown as LiveMessage;
  expect(applyLive(model, unknown).calls).toBe(model.calls);
});
