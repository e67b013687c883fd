import { seededRng } from '../../../src/kernel/rng.js';
import { applyFact, newLiveCall, type LiveCalls } from '../../../src/live/core/calls.js';
import { LiveHub, RESUME_ENTRIES, type LiveReader, type Viewer } from '../../../src/live/core/hub.js';
import type { LiveCall, LiveEntry, LiveFact } from '../../../src/live/core/types.js';

const AT = '2026-11-23T09:00:00.000Z';
const EVERYTHING: Viewer = { lines: [], pii: true };

const callOf = (id: string, line: string): LiveCall =>
  newLiveCall({
    id,
    instance_id: 'i1',
    direction: 'inbound',
    line,
    from: '+15550100',
    to: line,
    display_name: null,
    started_at: AT,
    persona: 'p',
  });

const started = (id: string, line = '700'): LiveFact => ({
  type: 'call_started',
  call_id: id,
  call: callOf(id, line),
});
const updated = (id: string, turns: number): LiveFact => ({
  type: 'call_updated',
  call_id: id,
  patch: { turns },
});
const ended = (id: string): LiveFact => ({
  type: 'call_ended',
  call_id: id,
  reason: 'caller_hangup',
  duration_ms: 1,
  outcome: null,
});
const partial = (id: string, text: string): LiveFact => ({
  type: 'partial',
  call_id: id,
  role: 'user',
  text,
});

/** All that a reader would be sent now. */
function drained(reader: LiveReader): (LiveEntry | 'snapshot')[] {
  const got: (LiveEntry | 'snapshot')[] = [];
  if (reader.needsSnapshot) {
    reader.takeSnapshot();
    got.push('snapshot');
  }
  for (let entry = reader.outbox.shift(); entry !== undefined; entry = reader.outbox.shift()) got.push(entry);
  return got;
}

const typesOf = (got: readonly (LiveEntry | 'snapshot')[]): string[] =>
  got.map((one) => (one === 'snapshot' ? one : one.fact.type));

/** A console that keeps a model of the calls, over a line that loses what is under way whenever it breaks. */
class Console {
  readonly calls: LiveCalls = new Map();
  #seq = 0;
  #reader: LiveReader | undefined;

  constructor(private readonly hub: LiveHub) {}

  connect(): void {
    this.disconnect();
    this.#reader = this.hub.reader(EVERYTHING);
    if (this.#seq === 0) this.#reader.follow({ calls: 'all', detail: 'summary' });
    else this.#reader.resume(this.hub.bootId, this.#seq);
  }

  disconnect(): void {
    if (this.#reader !== undefined) this.hub.leave(this.#reader);
    this.#reader = undefined;
  }

  /** Takes at most so much; the same entry may come twice. */
  read(most: number, twice: () => boolean): void {
    const reader = this.#reader;
    if (reader === undefined) return;
    for (let count = 0; count < most; count++) {
      if (reader.needsSnapshot) {
        const { seq, calls } = reader.takeSnapshot();
        this.calls.clear();
        for (const call of calls) this.calls.set(call.id, call);
        this.#seq = seq;
        continue;
      }
      const entry = reader.outbox.shift();
      if (entry === undefined) return;
      this.#take(entry);
      if (twice()) this.#take(entry);
    }
  }

  #take({ seq, fact }: LiveEntry): void {
    if (seq <= this.#seq) return;
    this.#seq = seq;
    applyFact(this.calls, fact);
  }
}

test.each([1, 2, 3, 4, 5, 6, 7, 8])(
  'schedule %i: whatever is lost, doubled or late, a console ends with the calls of a fresh snapshot',
  (seed) => {
    const rng = seededRng(seed);
    const pick = (n: number): number => Math.floor(rng.float() * n);
    const hub = new LiveHub('b1');
    const screen = new Console(hub);
    const open: string[] = [];
    let next = 0;
    for (let step = 0; step < 4000; step++) {
      const what = pick(12);
      if (what < 2) {
        open.push(`c${++next}`);
        hub.publish([started(`c${next}`)], AT);
      } else if (what < 4 && open.length > 0) {
        hub.publish([ended(open.splice(pick(open.length), 1)[0] as string)], AT);
      } else if (what < 8 && open.length > 0) {
        hub.publish([updated(open[pick(open.length)] as string, step)], AT);
      } else if (what === 8) screen.connect();
      else if (what === 9) screen.disconnect();
      else screen.read(pick(seed % 2 === 0 ? 4 : 400), () => rng.float() < 0.2);
    }
    screen.connect();
    screen.read(10_000, () => false);
    expect([...screen.calls.values()].sort(byId)).toEqual([...hub.snapshot(EVERYTHING).calls].sort(byId));
    expect(screen.calls.size).toBeGreaterThan(0);
  },
);

const byId = (a: LiveCall, b: LiveCall): number => a.id.localeCompare(b.id);

describe('resuming', () => {
  test('from a number that is still kept: what was missed and nothing else', () => {
    const hub = new LiveHub('b1');
    hub.publish([started('c1'), updated('c1', 1), updated('c1', 2)], AT);
    const reader = hub.reader(EVERYTHING);
    expect(reader.resume('b1', 2)).toBe(true);
    expect(drained(reader).map((one) => (one === 'snapshot' ? one : one.seq))).toEqual([3]);
  });

  test('of another process, or from too long ago: a snapshot', () => {
    const hub = new LiveHub('b1');
    hub.publish([started('c1')], AT);
    for (let i = 0; i < RESUME_ENTRIES; i++) hub.publish([updated('c1', i)], AT);
    for (const [boot, seq] of [
      ['b0', RESUME_ENTRIES],
      ['b1', 0],
      ['b1', 99_999],
    ] as const) {
      const reader = hub.reader(EVERYTHING);
      expect(reader.resume(boot, seq)).toBe(false);
      expect(typesOf(drained(reader))).toEqual(['snapshot']);
    }
    const reader = hub.reader(EVERYTHING);
    expect(reader.resume('b1', 1)).toBe(true);
    expect(reader.outbox.overflowed).toBe(true);
  });

  test('then asking for what is told already gives no snapshot; asking for more does', () => {
    const hub = new LiveHub('b1');
    hub.publish([started('c1')], AT);
    const reader = hub.reader(EVERYTHING);
    reader.resume('b1', 1);
    reader.follow({ calls: 'all', detail: 'summary' });
    reader.follow({ calls: ['c1'], detail: 'full' });
    expect(drained(reader)).toEqual([]);
    const other = hub.reader(EVERYTHING);
    other.follow({ calls: ['c1'], detail: 'summary' });
    expect(typesOf(drained(other))).toEqual(['snapshot']);
    other.follow({ calls: 'all', detail: 'summary' });
    expect(typesOf(drained(other))).toEqual(['snapshot']);
  });
});

describe('who is told what', () => {
  test('a line of their own: neither rows nor moments nor sums of others', () => {
    const hub = new LiveHub('b1');
    const reader = hub.reader({ lines: ['701'], pii: true });
    reader.follow({ calls: 'all', detail: 'summary' });
    drained(reader);
    hub.publish([started('c1', '700'), started('c2', '701'), updated('c1', 1), ended('c1'), ended('c2')], AT);
    expect(drained(reader)).toMatchObject([
      { fact: { type: 'call_started', call_id: 'c2' } },
      { fact: { type: 'call_ended', call_id: 'c2' } },
    ]);
    hub.publish([started('c3', '700')], AT);
    expect(reader.counters.active).toBe(0);
    expect(hub.call('c3', { lines: ['701'], pii: true })).toBeUndefined();
  });

  test('words that may change: to who follows that call in full and may see personal data, the newest alone', () => {
    const hub = new LiveHub('b1');
    hub.publish([started('c1'), started('c2')], AT);
    const [full, summary, blind] = [EVERYTHING, EVERYTHING, { lines: [], pii: false }].map((viewer) =>
      hub.reader(viewer),
    ) as [LiveReader, LiveReader, LiveReader];
    for (const reader of [full, summary, blind]) reader.follow({ calls: 'all', detail: 'summary' });
    for (const reader of [full, blind]) reader.follow({ calls: ['c1'], detail: 'full' });
    for (const reader of [full, summary, blind]) drained(reader);
    hub.publish([partial('c1', 'I'), partial('c2', 'no'), partial('c1', 'I want'), updated('c1', 1)], AT);
    expect(drained(full)).toMatchObject([
      { fact: { type: 'partial', text: 'I want' } },
      { fact: { type: 'call_updated' } },
    ]);
    expect(typesOf(drained(summary))).toEqual(['call_updated']);
    expect(typesOf(drained(blind))).toEqual(['call_updated']);
  });

  test('moments are for who looks, and are not kept for who comes back', () => {
    const hub = new LiveHub('b1');
    const levels: LiveFact = { type: 'levels', call_id: 'c1', caller_dbfs: -20, agent_dbfs: -90 };
    const reader = hub.reader({ lines: [], pii: false });
    reader.follow({ calls: ['c1'], detail: 'full' });
    expect([...hub.inFull]).toEqual(['c1']);
    hub.publish([started('c1')], AT);
    drained(reader);
    hub.publish([levels, levels, partial('c1', 'I'), updated('c1', 1)], AT);
    expect(typesOf(drained(reader))).toEqual(['levels', 'call_updated']);
    hub.leave(reader);
    expect(hub.inFull.size).toBe(0);
    const later = hub.reader(EVERYTHING);
    later.resume('b1', 1);
    later.follow({ calls: ['c1'], detail: 'full' });
    expect(typesOf(drained(later))).toEqual(['call_updated']);
  });

  test('at most twenty calls in full', () => {
    const reader = new LiveHub('b1').reader(EVERYTHING);
    expect(reader.follow({ calls: 'all', detail: 'full' })).toBe(false);
    const ids = Array.from({ length: 21 }, (_, i) => `c${i}`);
    expect(reader.follow({ calls: ids, detail: 'full' })).toBe(false);
    expect(reader.started).toBe(false);
    expect(reader.follow({ calls: ids.slice(1), detail: 'full' })).toBe(true);
  });

  test('a reader who is far behind keeps 256 entries at most, and is brought to the present', () => {
    const hub = new LiveHub('b1');
    hub.publish([started('c1')], AT);
    const reader = hub.reader(EVERYTHING);
    reader.follow({ calls: 'all', detail: 'summary' });
    drained(reader);
    for (let i = 1; i <= 300; i++) hub.publish([updated('c1', i)], AT);
    expect(reader.outbox.size).toBe(0);
    expect(reader.needsSnapshot).toBe(true);
    expect(reader.takeSnapshot().calls[0]?.turns).toBe(300);
    hub.publish([updated('c1', 301)], AT);
    expect(typesOf(drained(reader))).toEqual(['call_updated']);
  });

  test('calls that the source does not know any more are over', () => {
    const hub = new LiveHub('b1');
    hub.publish([started('c1'), started('c2')], AT);
    hub.restart([callOf('c2', '700')], AT);
    expect(hub.snapshot(EVERYTHING).calls.map(({ id }) => id)).toEqual(['c2']);
  });
});
