import type { LiveModel } from '../../../src/client/live/live-model.js';
import {
  LiveSocket,
  SLOW_MS,
  type LiveStatus,
  type Wire,
  type WireEvents,
} from '../../../src/client/live/live-socket.js';

/** The server's side of one socket. */
class FakeSocket implements Wire {
  readonly sent: Record<string, unknown>[] = [];
  closed = false;

  constructor(private readonly events: WireEvents) {}

  send(text: string): void {
    this.sent.push(JSON.parse(text) as Record<string, unknown>);
  }

  close(): void {
    this.closed = true;
  }

  tell(message: object): void {
    this.events.message(JSON.stringify(message));
  }

  drop(code: number): void {
    this.events.closed(code);
  }
}

/** A socket on a clock that a test moves. */
function bench(exists = true) {
  const sockets: FakeSocket[] = [];
  const timers = new Set<{ at: number; act: () => void }>();
  let now = 0;
  const seen: LiveStatus[] = [];
  let model: LiveModel | undefined;
  const live = new LiveSocket({
    open: async (events) => {
      const socket = new FakeSocket(events);
      sockets.push(socket);
      return socket;
    },
    exists: async () => exists,
    after: (ms, act) => {
      const timer = { at: now + ms, act };
      timers.add(timer);
      return () => timers.delete(timer);
    },
    random: () => 1,
    onChange: (next, status) => {
      model = next;
      if (seen.at(-1) !== status) seen.push(status);
    },
  });
  const settle = async (): Promise<void> => {
    for (let n = 0; n < 10; n++) await Promise.resolve();
  };
  const pass = async (ms: number): Promise<void> => {
    now += ms;
    for (const timer of [...timers].sort((a, b) => a.at - b.at)) {
      if (timer.at > now || !timers.delete(timer)) continue;
      timer.act();
      await settle();
    }
  };
  const last = (): FakeSocket => sockets.at(-1) as FakeSocket;
  return { live, sockets, seen, settle, pass, last, model: () => model };
}

const hello = {
  type: 'hello',
  seq: 0,
  at: '',
  boot_id: 'b1',
  protocol: '',
  server_time: '',
  heartbeat_ms: 1,
};
const snapshot = (seq: number) => ({
  ...{ type: 'snapshot', seq, at: '', calls: [], counters: { active: 0, human: 0, waiting: 0 } },
});

test('asks for everything, and after a break only for what it missed', async () => {
  const { sockets, seen, settle, pass, last } = bench();
  await settle();
  last().tell(hello);
  last().tell(snapshot(41));
  expect(last().sent).toEqual([{ type: 'subscribe', calls: 'all', detail: 'summary' }]);
  last().drop(1006);
  await settle();
  await pass(500);
  expect(sockets).toHaveLength(2);
  last().tell(hello);
  expect(last().sent).toEqual([{ type: 'resume', boot_id: 'b1', seq: 41 }]);
  expect(seen).toEqual(['connecting', 'live', 'lost', 'live']);
});

test('another stream is asked for everything, not for a place in the old one', async () => {
  const { settle, pass, last } = bench();
  await settle();
  last().tell(hello);
  last().tell(snapshot(41));
  last().drop(1001);
  await settle();
  await pass(500);
  last().tell({ ...hello, boot_id: 'b2' });
  expect(last().sent).toEqual([{ type: 'subscribe', calls: 'all', detail: 'summary' }]);
});

test('a call that is looked at is followed in full, also after a break', async () => {
  const { live, settle, pass, last } = bench();
  await settle();
  last().tell(hello);
  last().tell(snapshot(1));
  live.follow('c1');
  expect(last().sent.at(-1)).toEqual({ type: 'subscribe', calls: ['c1'], detail: 'full' });
  last().drop(1006);
  await settle();
  await pass(500);
  last().tell(hello);
  expect(last().sent.at(-1)).toEqual({ type: 'subscribe', calls: ['c1'], detail: 'full' });
});

test('a peer that is silent is called slow, then given up and connected to again', async () => {
  const { live, sockets, seen, settle, pass, last } = bench();
  await settle();
  last().tell(hello);
  last().tell(snapshot(1));
  live.check();
  await pass(SLOW_MS);
  expect(seen.at(-1)).toBe('slow');
  last().tell({ type: 'pong', id: '1' });
  expect(seen.at(-1)).toBe('live');
  live.check();
  await pass(8000);
  expect([seen.at(-1), sockets[0]?.closed]).toEqual(['lost', true]);
  await pass(500);
  expect(sockets).toHaveLength(2);
});

test('waits longer each time, and stops where there is nothing', async () => {
  const failing = bench();
  await failing.settle();
  for (const waitMs of [500, 1000, 2000]) {
    const before = failing.sockets.length;
    failing.last().drop(1006);
    await failing.settle();
    await failing.pass(waitMs - 1);
    expect(failing.sockets).toHaveLength(before);
    await failing.pass(1);
    expect(failing.sockets).toHaveLength(before + 1);
  }
  const absent = bench(false);
  await absent.settle();
  absent.last().drop(1006);
  await absent.settle();
  await absent.pass(60_000);
  expect([absent.seen, absent.sockets.length]).toEqual([['absent'], 1]);
});

test('a place that was taken by another tab is not taken back', async () => {
  const { seen, sockets, settle, pass, last } = bench();
  await settle();
  last().tell(hello);
  last().tell(snapshot(1));
  last().drop(4409);
  await settle();
  await pass(60_000);
  expect([seen.at(-1), sockets.length]).toEqual(['refused', 1]);
});
