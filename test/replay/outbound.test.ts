import { LeibnizError } from '../../src/kernel/errors.js';
import { seededRng } from '../../src/kernel/rng.js';
import { addMs, wallMs } from '../../src/kernel/time.js';
import type { HouseLimits } from '../../src/outbound/core/dispatch.js';
import { isOpen } from '../../src/outbound/core/hours.js';
import type { Decided, Outcome } from '../../src/outbound/core/outcome.js';
import { DEFAULT_RULES, type CampaignRules } from '../../src/outbound/core/rules.js';
import { zonesOfNumber } from '../../src/outbound/core/zones.js';
import { numberZones } from '../../src/outbound/number-zones.js';
import { OutboundDispatcher } from '../../src/session/outbound/dispatcher.js';
import type { OutboundLine } from '../../src/session/outbound/ports.js';
import { FakeStore } from '../../src/store/testing/fake-store.js';
import type { Contact, Lease, Outbound } from '../../src/store/types.js';
import { VirtualTime } from '../support/virtual-time.js';

/** Eight in the morning in Berlin, a Monday. */
const MORNING = Date.UTC(2026, 10, 23, 7, 0);
const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
const LIMITS: HouseLimits = {
  prefixes: ['+49', '+1'],
  maxCalls: 6,
  callsPerSecond: 2,
  hours: { fromMin: 540, toMin: 1200, days: [1, 2, 3, 4, 5, 6], holidays: [] },
};

/** What a phone does when it is called for the n-th time, from 0. */
type Phone = (nth: number) => {
  readonly ringMs: number;
  readonly talkMs?: number;
  readonly outcome: Outcome;
};

interface Ring {
  readonly number: string;
  readonly atMs: number;
  endMs: number;
  readonly outcome: Outcome;
}

const FINAL: readonly Outcome[] = ['declined'];

/** The telephones of everybody, who answer as told whatever becomes of the program that calls them. */
class Town {
  readonly rings: Ring[] = [];
  most = 0;
  #ringing = 0;

  constructor(
    readonly time: VirtualTime,
    readonly phone: (number: string) => Phone,
  ) {}

  /** The line of one program; calls of one that has died are heard of no more. */
  line(life: { readonly alive: boolean }, places = 20): OutboundLine {
    let taken = 0;
    return {
      reserve: () => {
        if (taken >= places) return undefined;
        taken++;
        return () => void taken--;
      },
      dial: (lease, _release, onAnswered) => this.#dial(lease, onAnswered, life),
    };
  }

  #dial({ pii: { number } }: Lease, onAnswered: (id: string) => void, life: { readonly alive: boolean }) {
    const nth = this.rings.filter((one) => one.number === number).length;
    const { ringMs, talkMs, outcome } = this.phone(number)(nth);
    const atMs = this.time.wall();
    const ring: Ring = { number, atMs, endMs: Infinity, outcome };
    this.rings.push(ring);
    this.most = Math.max(this.most, ++this.#ringing);
    const callId = `call-${this.rings.length}`;
    const later = (ms: number, run: () => void) => this.time.at(addMs(this.time.now(), ms), run);
    const decided: Decided = { outcome, source: 'status', final: FINAL.includes(outcome) };
    const ended = new Promise<{ readonly decided: Decided }>((resolve) => {
      if (talkMs !== undefined) later(ringMs, () => life.alive && onAnswered(callId));
      later(ringMs + (talkMs ?? 0), () => {
        ring.endMs = this.time.wall();
        this.#ringing--;
        if (life.alive) resolve({ decided });
      });
    });
    return { callId, ended };
  }
}

const NEVER = new Promise<never>(() => undefined);

/** A program with its own life: after its death nothing that it has asked is answered, and it does nothing more. */
class Program {
  alive = true;
  steps = 0;
  readonly dispatcher: OutboundDispatcher;

  /** @param diesAt - dies before that step (2n) of the store, or after it was done and before it heard so (2n + 1) */
  constructor(store: FakeStore, town: Town, diesAt = Infinity, limits = LIMITS) {
    const { outbound } = store;
    const wrapped = new Proxy(outbound, {
      get: (target, name) =>
        name === 'renew' || typeof Reflect.get(target, name) !== 'function'
          ? (...args: unknown[]) => (this.alive ? call(target, name, args) : NEVER)
          : (...args: unknown[]) => this.#step(target, name, args, diesAt),
    });
    this.dispatcher = new OutboundDispatcher({
      scheduler: {
        now: town.time.now,
        wall: town.time.wall,
        at: (deadline, run) => town.time.at(deadline, () => void (this.alive && run())),
      },
      outbound: wrapped,
      line: town.line(this),
      limits,
      log: { info: () => undefined, warn: () => undefined, error: () => undefined },
    });
    this.dispatcher.start();
  }

  async #step(target: Outbound, name: string | symbol, args: unknown[], diesAt: number): Promise<unknown> {
    if (!this.alive) return NEVER;
    if (this.steps === diesAt) this.alive = false;
    this.steps += 2;
    if (!this.alive) return NEVER;
    const result = await call(target, name, args);
    if (this.steps - 1 === diesAt) this.alive = false;
    return this.alive ? result : NEVER;
  }
}

const call = (target: object, name: string | symbol, args: unknown[]): unknown =>
  (Reflect.get(target, name) as (...given: unknown[]) => unknown).apply(target, args);

const rules = (over: Partial<CampaignRules> = {}): CampaignRules => ({
  ...DEFAULT_RULES,
  maxConcurrent: 5,
  ...over,
});

async function campaign(
  store: FakeStore,
  numbers: readonly string[],
  over: Partial<CampaignRules> = {},
): Promise<string> {
  const { id } = await store.outbound.create({
    ...{
      idempotencyKey: 'k',
      name: 'Open day',
      origin: 'campaign',
      purpose: 'conversation',
      rules: rules(over),
    },
    expiresAtMs: wallMs(MORNING + 14 * 24 * 60 * MINUTE),
    contacts: numbers.map((number) => ({
      pii: { number },
      consent: { source: 'form', atMs: MORNING - MINUTE },
    })),
  });
  return id;
}

const everybody = async (store: FakeStore, id: string): Promise<readonly Contact[]> =>
  (await store.outbound.contacts(id, { limit: 10_000 })).items;

const answers: Phone = () => ({ ringMs: 5000, talkMs: 60_000, outcome: 'completed' });
const NUMBER = '+4930123456';

describe('a dispatcher', () => {
  test('waits for the morning of the callee, calls, and writes down what it came to', async () => {
    const time = new VirtualTime(MORNING);
    const store = new FakeStore({ scheduler: time });
    const town = new Town(time, () => answers);
    const id = await campaign(store, [NUMBER]);
    new Program(store, town);
    await time.advance(59 * MINUTE);
    expect(town.rings).toEqual([]);
    await time.advance(5 * MINUTE);
    const [contact] = await everybody(store, id);
    expect(contact).toMatchObject({ state: 'done', outcome: 'completed' });
    expect(contact?.attempts).toMatchObject([{ callId: 'call-1', outcome: 'completed', source: 'status' }]);
    expect(await store.outbound.get(id)).toMatchObject({ status: 'done' });
  });

  test('a long talk keeps its lease, and the place is free afterwards', async () => {
    const time = new VirtualTime(MORNING + 2 * 60 * MINUTE);
    const store = new FakeStore({ scheduler: time });
    const town = new Town(time, () => () => ({ ringMs: 5000, talkMs: 20 * MINUTE, outcome: 'completed' }));
    const id = await campaign(store, [NUMBER, '+4930123457'], { maxConcurrent: 1 });
    new Program(store, town);
    await time.advance(45 * MINUTE);
    expect((await everybody(store, id)).map(({ outcome }) => outcome)).toEqual(['completed', 'completed']);
    expect(town.most).toBe(1);
  });

  test('a reply that is lost costs the call and makes no second one', async () => {
    for (const fault of ['reply_lost', 'commit_lost', 'unavailable'] as const) {
      for (let nth = 0; nth < 4; nth++) {
        const time = new VirtualTime(MORNING + 2 * 60 * MINUTE);
        const store = new FakeStore({ scheduler: time });
        const town = new Town(time, () => answers);
        const id = await campaign(store, [NUMBER]);
        store.bookingFaults.push(...(Array.from({ length: nth }, () => undefined) as never[]), fault);
        new Program(store, town);
        await time.advance(20 * MINUTE);
        expect(town.rings.length).toBeLessThanOrEqual(1);
        const [contact] = await everybody(store, id);
        expect(contact).toMatchObject({ state: 'done' });
        expect(['completed', 'unknown']).toContain(contact?.outcome);
      }
    }
  });

  test('an INVITE that cannot be made is no attempt', async () => {
    const time = new VirtualTime(MORNING + 2 * 60 * MINUTE);
    const store = new FakeStore({ scheduler: time });
    const town = new Town(time, () => answers);
    const id = await campaign(store, [NUMBER]);
    const line = town.line({ alive: true });
    let fails = 2;
    const dispatcher = new OutboundDispatcher({
      ...{ scheduler: time, outbound: store.outbound, limits: LIMITS },
      line: {
        reserve: () => line.reserve(),
        dial: (lease, release, onAnswered) => {
          if (fails-- > 0) throw new LeibnizError('CAPACITY_FULL', 'Not now.');
          return line.dial(lease, release, onAnswered);
        },
      },
      log: { info: () => undefined, warn: () => undefined, error: () => undefined },
    });
    dispatcher.start();
    await time.advance(20 * MINUTE);
    const [contact] = await everybody(store, id);
    expect(contact?.attempts.map(({ outcome }) => outcome)).toEqual(['network', 'network', 'completed']);
  });

  test('one that stops dials nobody, and tells the end of what goes on', async () => {
    const time = new VirtualTime(MORNING + 2 * 60 * MINUTE);
    const store = new FakeStore({ scheduler: time });
    const town = new Town(time, () => () => ({ ringMs: 1000, talkMs: 5 * MINUTE, outcome: 'completed' }));
    const id = await campaign(store, [NUMBER, '+4930123457'], { maxConcurrent: 1 });
    const { dispatcher } = new Program(store, town);
    await time.advance(10_000);
    dispatcher.stop();
    await time.advance(60 * MINUTE);
    expect((await everybody(store, id)).map(({ state, outcome }) => outcome ?? state)).toEqual([
      'completed',
      'waiting',
    ]);
    expect(dispatcher.calls).toBe(0);
  });
});

describe('a program that dies', () => {
  const phones: readonly (readonly [string, Phone, number])[] = [
    ['somebody who answers', answers, 1],
    ['busy, then answered', (nth) => (nth === 0 ? { ringMs: 500, outcome: 'busy' } : answers(nth)), 2],
  ];
  test.each(phones)(
    'at any step of the call to %s rings them no more often than one that lives',
    async (_who, phone, most) => {
      const run = async (
        diesAt: number,
      ): Promise<{ town: Town; contact: Contact | undefined; steps: number }> => {
        const time = new VirtualTime(MORNING + 2 * 60 * MINUTE);
        const store = new FakeStore({ scheduler: time });
        const town = new Town(time, () => phone);
        const id = await campaign(store, [NUMBER]);
        const first = new Program(store, town, diesAt);
        await time.advance(2 * MINUTE);
        if (!first.alive) new Program(store, town);
        await time.advance(3 * 60 * MINUTE);
        const [contact] = await everybody(store, id);
        return { town, contact, steps: first.steps };
      };
      const whole = await run(Infinity);
      expect(whole.town.rings).toHaveLength(most);
      const unknown: number[] = [];
      for (let diesAt = 0; diesAt < 24; diesAt++) {
        const { town, contact } = await run(diesAt);
        expect(town.rings.length).toBeLessThanOrEqual(most);
        expect(contact).toMatchObject({ state: 'done' });
        expect(['completed', 'unknown']).toContain(contact?.outcome);
        if (contact?.outcome === 'unknown') unknown.push(diesAt);
      }
      // It did die while somebody was on the line, or nothing would have been shown.
      expect(unknown.length).toBeGreaterThan(0);
    },
  );
});

describe('five hundred people and a program that dies again and again', () => {
  const AREAS = ['+4930', '+1212', '+1415'];
  const phoneOf = (number: string): Phone => {
    const kind = Number(number.slice(-3)) % 10;
    return (nth) => {
      if (kind === 1) return { ringMs: 800, outcome: nth < 2 ? 'busy' : 'completed' };
      if (kind === 2) return { ringMs: 25_000, outcome: nth < 1 ? 'no_answer' : 'completed' };
      if (kind === 3) return { ringMs: 4000, outcome: 'declined' };
      if (kind === 4) return { ringMs: 6000, talkMs: 12_000, outcome: 'opted_out' };
      if (kind === 5) return { ringMs: 300, outcome: nth < 2 ? 'network' : 'completed' };
      if (kind === 6) return { ringMs: 300, outcome: 'invalid' };
      return { ringMs: 3000 + 100 * kind, talkMs: 20_000 + 1000 * kind, outcome: 'completed' };
    };
  };

  test.each([1])('seed %i: nobody is dialled twice, at night, or after they have said no', async (seed) => {
    const rng = seededRng(seed);
    const time = new VirtualTime(MORNING);
    const store = new FakeStore({ scheduler: time });
    const town = new Town(time, phoneOf);
    const numbers = Array.from({ length: 500 }, (_, n) => `${AREAS[n % 3]}555${String(n).padStart(4, '0')}`);
    const id = await campaign(store, numbers);
    let program = new Program(store, town);
    let deaths = 0;
    while (time.wall() < MORNING + 2.5 * DAY) {
      const isBusy = program.dispatcher.calls > 0;
      await time.advance(Math.round(rng.float() * (isBusy ? MINUTE / 2 : 5 * MINUTE)) + 1);
      if (!isBusy || rng.float() < 0.6) continue;
      program.alive = false;
      deaths++;
      program = new Program(store, town);
    }
    const contacts = await everybody(store, id);
    expect(contacts.filter(({ state }) => state === 'waiting' || state === 'calling')).toEqual([]);
    const isUnknown = new Map(contacts.map(({ pii, outcome }) => [pii.number, outcome === 'unknown']));
    for (const number of numbers) {
      const rings = town.rings.filter((one) => one.number === number);
      const [last] = rings.slice(-1);
      // Every call but the last ended in something that may be tried again, before the next began.
      for (const [index, ring] of rings.slice(0, -1).entries()) {
        expect(['busy', 'no_answer', 'network']).toContain(ring.outcome);
        expect(rings[index + 1]?.atMs ?? 0).toBeGreaterThanOrEqual(ring.endMs);
      }
      const counted = rings.filter(({ outcome }) => outcome !== 'network');
      expect(counted.length).toBeLessThanOrEqual(4);
      if (isUnknown.get(number) !== true) {
        expect(last?.outcome).toBe(contacts.find(({ pii }) => pii.number === number)?.outcome);
      }
    }
    for (const { number, atMs } of town.rings) {
      expect(isOpen([LIMITS.hours], zonesOfNumber(number, numberZones()), atMs, 0)).toBe(true);
    }
    const unknown = [...isUnknown.values()].filter(Boolean).length;
    expect({
      deaths: deaths > 10,
      unknown: unknown > 0,
      few: unknown <= 6 * deaths,
      most: town.most <= 6 * 2,
    }).toEqual({
      ...{ deaths: true, unknown: true, few: true, most: true },
    });
    expect((await store.outbound.doNotCall()).total).toBeGreaterThan(30);
  });
});
