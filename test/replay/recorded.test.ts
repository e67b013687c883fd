import { LeibnizError } from '../../src/kernel/errors.js';
import { parseWav } from '../../src/kernel/wav.js';
import type { LiveFact } from '../../src/live/core/types.js';
import type { RecordingAction } from '../../src/recording/core/recording.js';
import type { RecordingRecord } from '../../src/store/types.js';
import { ReplayCall, type ReplayOptions } from './harness.js';

const SUE = { actorId: 'u1', actorKind: 'user', action: 'call.recording', outcome: 'ok' } as const;

const dial = (options: ReplayOptions): Promise<ReplayCall> => ReplayCall.dial(options);

/** The end of the call, and what is kept of it. */
async function hangUp(call: ReplayCall): Promise<RecordingRecord | undefined> {
  call.leg.hangup('caller_hangup');
  await call.time.advance(100);
  await call.recordings.close();
  return call.store.recordings.ofCall('call-1');
}

/** Both sides of the file by 20 ms: the loudest sample. */
function sides(call: ReplayCall): { left: number[]; right: number[]; ms: number } {
  const [bytes] = call.files.finished.values();
  const wav = parseWav(bytes ?? new Uint8Array(0));
  if (!wav.ok) throw new Error(wav.error);
  const [left, right] = wav.value.channels as readonly [Int16Array, Int16Array];
  const loudest = (side: Int16Array): number[] =>
    Array.from({ length: Math.ceil(side.length / 160) }, (_none, k) =>
      side.subarray(160 * k, 160 * k + 160).reduce((most, s) => Math.max(most, Math.abs(s)), 0),
    );
  return { left: loudest(left), right: loudest(right), ms: left.length / 8 };
}

const loud = (side: number[], fromMs: number, toMs: number): boolean =>
  side.slice(Math.floor(fromMs / 20), Math.ceil(toMs / 20)).some((peak) => peak > 1000);

const trail = async (call: ReplayCall): Promise<unknown[]> => {
  const { items } = await call.store.accounts.trail({});
  return items.map(({ action, detail, actorKind }) => ({ action, actorKind, reason: detail?.['reason'] }));
};

const turnsOf = (call: ReplayCall): { role: string; startMs: number; endMs: number }[] =>
  call.store.appended.flatMap((event) =>
    event.kind === 'turn' && event.startMs !== undefined && event.endMs !== undefined
      ? [{ role: event.role, startMs: event.startMs, endMs: event.endMs }]
      : [],
  );

describe('a call that is recorded', () => {
  test('announce: the caller is told first; both sides lie where the transcript says', async () => {
    const call = await dial({ recording: 'announce' });
    expect(call.agentTexts[0]).toBe('This call is recorded.');
    await call.ask('What are your opening hours?');
    const startedMs = call.time.now();
    const record = await hangUp(call);
    const { left, right, ms } = sides(call);
    expect(record).toMatchObject({ state: 'saved', consent: 'announced', callId: 'call-1', latePackets: 0 });
    expect(Math.abs(ms - startedMs)).toBeLessThan(50);
    expect(record?.durationMs).toBe(ms);
    const lines = turnsOf(call);
    expect(lines.map(({ role }) => role)).toEqual(['agent', 'agent', 'user', 'agent', 'agent']);
    for (const { role, startMs, endMs } of lines) {
      const [own, other] = role === 'user' ? [left, right] : [right, left];
      expect(loud(own, startMs, startMs + 150)).toBe(true);
      expect(loud(own, endMs - 300, endMs + 40)).toBe(true);
      expect(loud(other, startMs + 100, endMs - 100)).toBe(false);
    }
  });

  test('a bad line: what comes late or out of order is in its place', async () => {
    const net = { latencyMs: 60, jitterMs: 80, loss: 0.02, reorder: 0.05 };
    const call = await dial({ recording: 'announce', net, seed: 3 });
    await call.ask('What are your opening hours?');
    const record = await hangUp(call);
    const { ms } = sides(call);
    expect(Math.abs(ms - call.time.now() + 100)).toBeLessThan(50);
    expect(record?.latePackets).toBe(0);
  });

  test('it costs nothing where it is off', async () => {
    const call = await dial({});
    expect(await hangUp(call)).toBeUndefined();
    expect(call.files.finished.size + call.files.unfinished.size).toBe(0);
  });

  test('what is paused is silence of equal length, and stands in the metadata and in the events', async () => {
    const call = await dial({ recording: 'announce' });
    const from = call.time.now();
    expect(call.recordings.command('call-1', 'pause', SUE)).toBe('paused');
    await call.ask('What are your opening hours?');
    const to = call.time.now();
    expect(call.recordings.command('call-1', 'resume', SUE)).toBe('recording');
    await call.ask('What are your opening hours?');
    const end = call.time.now();
    const record = await hangUp(call);
    const { left, right, ms } = sides(call);
    expect(Math.abs(ms - end)).toBeLessThan(50);
    expect(record?.intervals).toEqual([{ fromMs: from, toMs: to, why: 'paused' }]);
    for (const side of [left, right]) {
      expect(loud(side, from + 20, to - 20)).toBe(false);
      expect(loud(side, to, end)).toBe(true);
    }
    const states = call.store.appended.flatMap((event) =>
      event.kind === 'event' && event.type === 'recording' ? [event.payload] : [],
    );
    expect(states).toContainEqual({ state: 'paused' });
  });

  test.each<[RecordingAction, string, number]>([
    ['stop', 'saved', 1],
    ['delete', 'deleted', 0],
  ])('a person can %s it while the call goes on', async (action, state, files) => {
    const call = await dial({ recording: 'announce' });
    call.recordings.command('call-1', action, SUE);
    await call.ask('What are your opening hours?');
    const end = call.time.now();
    const record = await hangUp(call);
    expect(record?.state).toBe(state);
    expect(call.files.finished.size + call.files.unfinished.size).toBe(files);
    if (action === 'stop') expect(sides(call).ms).toBeLessThan(end - 2000);
    else {
      expect(await trail(call)).toEqual([
        { action: 'recording.delete', actorKind: 'user', reason: 'deleted' },
      ]);
    }
    expect(() => call.recordings.command('call-1', 'resume', SUE)).toThrow(LeibnizError);
  });

  test('a disk that is full ends the recording and not the call; health says so', async () => {
    const call = await dial({ recording: 'announce' });
    call.files.full = true;
    const answer = await call.ask('What are your opening hours?');
    expect(answer).toMatch(/9 AM to 5 PM/);
    expect(call.leg.ended).toBeUndefined();
    expect(call.recordings.health()).toMatchObject({ isWell: false, failed: 1, active: 0 });
    expect(call.live.find('call-1')).toBeDefined();
    const record = await hangUp(call);
    expect(record?.state).toBe('failed');
  });

  test('a store that does not answer costs no recording: its row is written when it does', async () => {
    const call = await dial({ recording: 'announce' });
    const { save } = call.store.recordings;
    call.store.recordings.save = () => Promise.reject(new LeibnizError('STORE_UNAVAILABLE', 'down'));
    await call.ask('What are your opening hours?');
    call.leg.hangup('caller_hangup');
    await call.time.advance(6000);
    expect(call.recordings.health().waiting).toBe(1);
    call.store.recordings.save = save;
    await call.time.advance(6000);
    expect(call.recordings.health().waiting).toBe(0);
    expect((await call.store.recordings.ofCall('call-1'))?.state).toBe('saved');
  });
});

describe('the consent of the caller', () => {
  test('ask: nothing is recorded before the yes; the call goes on with what the caller wants', async () => {
    const facts: LiveFact[] = [];
    const call = await ReplayCall.ring({ recording: 'ask' });
    call.live.subscribe((batch) => void (batch.kind === 'facts' && facts.push(...batch.facts)));
    await call.listen();
    expect(call.agentTexts.join(' ')).toMatch(/^Hello, this is .* May I record this call\?$/);
    expect(call.files.unfinished.size).toBe(0);
    const answer = await call.ask('yes please');
    expect(answer).toMatch(/^Thank you\. .*(help|do for you)\?$/);
    expect(call.files.unfinished.size).toBe(1);
    await call.ask('What are your opening hours?');
    const record = await hangUp(call);
    expect(record).toMatchObject({ state: 'saved', consent: 'given' });
    expect(record?.offsetMs).toBeGreaterThan(3000);
    expect(record?.durationMs).toBeGreaterThan(2000);
    const told = facts.flatMap((fact) =>
      fact.type === 'recording' || fact.type === 'consent' ? [`${fact.type} ${fact.state}`] : [],
    );
    expect(told).toEqual(['consent asked', 'consent given', 'recording recording', 'recording stopped']);
  });

  test.each([
    ['no thank you', /not recorded/i],
    ['I would rather not', /not recorded/i],
    // Whoever comes to the point at once has not agreed, and is not asked again.
    ['What are your opening hours?', /9 AM to 5 PM/],
  ])('ask: "%s" is no yes', async (words, answer) => {
    const call = await dial({ recording: 'ask' });
    expect(await call.ask(words)).toMatch(answer);
    await call.ask('What are your opening hours?');
    expect(call.agentTexts.filter((text) => /may I record/i.test(text))).toHaveLength(1);
    expect(await hangUp(call)).toBeUndefined();
    expect(call.files.finished.size + call.files.unfinished.size).toBe(0);
  });

  test('ask: silence and words that say nothing are asked once more, and then taken for a no', async () => {
    const call = await dial({ recording: 'ask' });
    expect(await call.ask('maybe')).toMatch(/yes if I may record/);
    expect(await call.ask('maybe')).toMatch(/not recorded.*\?$/);
    expect(await hangUp(call)).toBeUndefined();
  });

  test('ask: who wants a person at once has not agreed, and is not asked again after the detour', async () => {
    const call = await dial({ recording: 'ask' });
    await call.ask('I want to talk to a person');
    await call.ask('no thank you');
    expect(call.agentTexts.filter((text) => /may I record/i.test(text))).toHaveLength(1);
    expect(await hangUp(call)).toBeUndefined();
  });

  test('ask: key 1 agrees', async () => {
    const call = await dial({ recording: 'ask' });
    call.session.dtmf('1');
    await call.listen();
    expect((await hangUp(call))?.consent).toBe('given');
  });

  test.each(['announce', 'ask'] as const)('%s: "stop recording" deletes what there is', async (recording) => {
    const call = await dial({ recording });
    if (recording === 'ask') await call.ask('yes please');
    expect(call.files.unfinished.size).toBe(1);
    expect(await call.ask('please stop recording')).toMatch(/stopped the recording and deleted it/);
    expect(call.files.unfinished.size).toBe(0);
    const record = await hangUp(call);
    expect(record?.state).toBe('deleted');
    expect(await trail(call)).toEqual([
      { action: 'recording.delete', actorKind: 'system', reason: 'withdrawn' },
    ]);
    expect(await call.store.recordings.peaks(record?.id ?? '')).toBeUndefined();
  });

  test('who is not recorded is told so', async () => {
    const call = await dial({});
    expect(await call.ask('stop recording me')).toMatch(/not recorded/);
  });
});
