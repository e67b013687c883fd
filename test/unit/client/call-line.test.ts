import {
  CallLine,
  type LineState,
  type LineWire,
  type LineWireEvents,
} from '../../../src/client/live/call-line.js';
import type { LineMode } from '../../../src/client/live/live-types.js';

/** The server's side of one socket. */
class FakeWire implements LineWire {
  readonly sent: unknown[] = [];
  audio = 0;
  closed = false;
  waitingBytes = 0;

  constructor(
    private readonly events: LineWireEvents,
    readonly ticket: string | undefined,
  ) {}

  send(data: string | ArrayBuffer): void {
    if (typeof data === 'string') this.sent.push(JSON.parse(data));
    else this.audio++;
  }

  close(): void {
    this.closed = true;
  }

  open(): void {
    this.events.opened();
    this.tell({ type: 'ready', mode: 'listen' });
  }

  tell(message: object): void {
    this.events.message(JSON.stringify(message));
  }

  drop(code = 1006): void {
    this.events.closed(code);
  }
}

async function bench(mode: LineMode, ticket?: string) {
  const wires: FakeWire[] = [];
  const timers: { readonly ms: number; readonly act: () => void }[] = [];
  const states: LineState[] = [];
  const line = new CallLine(
    {
      open: async (events, given) => {
        const wire = new FakeWire(events, given);
        wires.push(wire);
        return wire;
      },
      after: (ms, act) => {
        timers.push({ ms, act });
        return () => undefined;
      },
      onAudio: () => undefined,
      onFlush: () => undefined,
      onState: (state) => states.push(state),
    },
    mode,
    ticket,
  );
  const settle = async (): Promise<void> => {
    for (let n = 0; n < 5; n++) await Promise.resolve();
  };
  await settle();
  const wire = (): FakeWire => wires.at(-1) as FakeWire;
  const retry = async (): Promise<void> => {
    timers.pop()?.act();
    await settle();
  };
  return { line, wires, wire, timers, retry, states };
}

const FRAME = new ArrayBuffer(640);

test('hears at once, and sends nothing of a microphone', async () => {
  const { line, wire } = await bench('listen');
  wire().open();
  line.speak(FRAME);
  expect(wire()).toMatchObject({ sent: [{ type: 'start', mode: 'listen' }], audio: 0 });
  expect(line.state).toMatchObject({ status: 'open', mode: 'listen', isHeard: false });
});

test('takes with the ticket it was given; the caller hears from the moment the server agrees, and not while muted', async () => {
  const { line, wire } = await bench('take', 't1');
  expect(wire().ticket).toBe('t1');
  wire().open();
  line.speak(FRAME);
  expect(wire().audio).toBe(0);
  wire().tell({ type: 'mode', mode: 'take' });
  line.speak(FRAME);
  line.mute(true);
  line.speak(FRAME);
  line.mute(false);
  line.speak(FRAME);
  expect(wire().audio).toBe(2);
  expect(wire().sent).toEqual([
    { type: 'start', mode: 'take' },
    ...[true, false, true].map((on) => ({ type: 'mic', on })),
  ]);
});

test('a lost line comes back by itself, with another ticket, in what it was and as muted as it was', async () => {
  const { line, wire, wires, retry } = await bench('take', 't1');
  wire().open();
  wire().tell({ type: 'mode', mode: 'take' });
  line.mute(true);
  wire().drop();
  expect(line.state).toMatchObject({ status: 'lost', isHeard: false, wanted: 'take' });
  await retry();
  expect(wires).toHaveLength(2);
  expect(wire().ticket).toBeUndefined();
  wire().open();
  wire().tell({ type: 'mode', mode: 'take' });
  expect(wire().sent).toEqual([{ type: 'start', mode: 'take' }]);
  line.mute(false);
  expect(line.state).toMatchObject({ status: 'open', mode: 'take', isHeard: true });
});

test('who comes back too late hears on, and is told that the call is not theirs any more', async () => {
  const { line, wire, retry } = await bench('take', 't1');
  wire().open();
  wire().tell({ type: 'mode', mode: 'take' });
  wire().drop();
  await retry();
  wire().open();
  wire().tell({ type: 'mic_refused', reason: 'not_in_control' });
  line.speak(FRAME);
  expect(wire().audio).toBe(0);
  expect(line.state).toMatchObject({ status: 'open', wanted: 'listen', isHeard: false });
  expect(line.state.problem).toMatch(/not yours/);
});

test('a call that is given back or taken away leaves a line that hears', async () => {
  const { line, wire } = await bench('take', 't1');
  wire().open();
  wire().tell({ type: 'mode', mode: 'take' });
  wire().tell({ type: 'mode', mode: 'listen' });
  expect(line.state).toMatchObject({ wanted: 'listen', mode: 'listen', isHeard: false });
  line.want('take');
  wire().tell({ type: 'mode', mode: 'take' });
  expect(line.state.isHeard).toBe(true);
});

test('is over with the call, and does not come back; neither does one that is not allowed', async () => {
  const over = await bench('listen');
  over.wire().open();
  over.wire().tell({ type: 'ended', reason: 'call_ended' });
  over.wire().drop(1000);
  expect(over.line.state).toMatchObject({ status: 'closed', reason: 'call_ended' });
  const refused = await bench('listen');
  refused.wire().drop(4403);
  expect(refused.line.state).toMatchObject({ status: 'closed', reason: 'forbidden' });
  expect([...over.timers, ...refused.timers]).toEqual([]);
});

test('attempts come at longer and longer intervals, and audio is not piled up for a slow network', async () => {
  const { line, wire, timers, retry } = await bench('take', 't1');
  const waits: number[] = [];
  for (let n = 0; n < 7; n++) {
    wire().drop();
    waits.push(timers.at(-1)?.ms ?? 0);
    await retry();
  }
  expect(waits).toEqual([250, 500, 1000, 2000, 4000, 5000, 5000]);
  wire().open();
  wire().tell({ type: 'mode', mode: 'take' });
  wire().waitingBytes = 100_000;
  line.speak(FRAME);
  expect(wire().audio).toBe(0);
});
