import { instantOf } from '../../src/dialog/core/schedule/calendar.js';
import type { UtteranceId } from '../../src/kernel/ids.js';
import { wallMs } from '../../src/kernel/time.js';
import { FakeStore } from '../../src/store/testing/fake-store.js';
import type { Appointment } from '../../src/store/types.js';
import { questionOf, type Office } from '../eval/conversation/office.js';
import type { Declared, DeclaredAppointment, DeclaredStep } from '../eval/scenarios/declared.js';
import { endFaults, wordFaults, type StoredAppointment } from '../eval/scenarios/declared-end.js';
import type { Talk } from './talk.js';
import { VirtualTime } from './virtual-time.js';

/** Whoever takes times away from the caller. */
const STRANGER = 'Somebody Else';
/** How long after the start of a stranger's appointment its place is free again, ms. */
const STRANGER_MS = 1_800_000;

/** What a declared conversation came to. */
export interface Played {
  /** One entry a step that was not as declared, or an end that was not. */
  readonly faults: readonly string[];
  /** Both sides, as they spoke. */
  readonly lines: readonly string[];
  /** What the agent said to each step; empty where the caller was not concerned. */
  readonly replies: readonly string[];
}

/** Plays a declared conversation as text and compares it with what it declares. */
export async function playDeclared(declared: Declared, office: Office): Promise<Played> {
  const scene = await Scene.open(declared, office);
  const faults: string[] = [];
  for (const [index, step] of declared.steps.entries()) {
    for (const fault of await scene.play(step)) faults.push(`step ${index + 1}: ${fault}`);
  }
  faults.push(...(await scene.end()));
  return { faults, lines: scene.lines, replies: scene.replies };
}

class Scene {
  readonly lines: string[] = [];
  readonly replies: string[] = [];
  #seeded = 0;

  private constructor(
    private readonly declared: Declared,
    private readonly office: Office,
    private readonly store: FakeStore,
    private readonly time: VirtualTime,
    private readonly talk: Talk,
  ) {}

  static async open(declared: Declared, office: Office): Promise<Scene> {
    const { business } = office.context;
    const [date = '', clock = ''] = declared.clock.split('T');
    const start = instantOf({ date: date, minute: minuteOf(clock) }, business.timezone);
    const time = new VirtualTime(start.wallMs);
    const store = new FakeStore({ scheduler: time });
    const person = { name: business.person?.name ?? 'a colleague', sipUri: 'sip:desk@example.org' };
    const context = declared.person
      ? { ...office.context, business: { ...business, person } }
      : office.context;
    const callerNumber = declared.callerNumber === 'withheld' ? null : declared.callerNumber;
    const talk = office.talk({ ...{ context, store, time, callerNumber }, nowMs: start.wallMs });
    const scene = new Scene(declared, office, store, time, talk);
    await scene.#furnish();
    scene.lines.push(`agent  ${await talk.start()}`);
    return scene;
  }

  async play(step: DeclaredStep): Promise<readonly string[]> {
    const reply = await this.#act(step);
    this.replies.push(reply ?? '');
    if (reply === undefined) return [];
    const asks = questionOf(this.talk);
    this.lines.push(`agent  ${reply} [${asks}]`);
    const { asks: expected = asks } = step.expect ?? {};
    return [
      ...wordFaults(step.expect, reply),
      ...(asks === expected ? [] : [`${asks} is asked instead of ${expected}: "${reply}"`]),
    ];
  }

  async end(): Promise<readonly string[]> {
    const { end } = this.declared;
    const { items } = await this.store.appointments.list({});
    const own = items.filter(({ callId, pii }) => pii.userName !== STRANGER && callId !== 'other');
    const callbacks = (await this.store.callbacks.list()).items.length;
    const like = (wanted: Appointment['status']): readonly StoredAppointment[] =>
      own
        .filter(({ status }) => status === wanted)
        .map(({ date, time, serviceId, resource, pii }) => ({
          ...{ date, time, resource, name: pii.userName },
          ...(serviceId === undefined ? {} : { service: serviceId }),
        }));
    return endFaults(end, {
      booked: like('booked'),
      cancelled: like('cancelled'),
      callbacks,
      hungUp: this.talk.hungUp === 'agent_goodbye',
      transferred: this.talk.of('transfer').length > 0,
    });
  }

  async #act({ say, press, silence, meanwhile }: DeclaredStep): Promise<string | undefined> {
    this.lines.push(`caller ${say ?? press ?? (silence === undefined ? JSON.stringify(meanwhile) : '…')}`);
    if (say !== undefined) return this.talk.say(say);
    if (press !== undefined) return this.talk.press(press);
    if (silence !== undefined) return this.talk.silence(silence);
    if (meanwhile?.do === 'taken') await this.#take(meanwhile.date, meanwhile.time, meanwhile.resource);
    if (meanwhile?.do === 'other_caller') await this.#otherCaller(meanwhile.says);
    if (meanwhile?.do === 'barge_in') {
      const sayId = (this.talk.of('say').at(-1)?.sayId ?? '') as UtteranceId;
      await this.talk.input({ type: 'heard', sayId, text: meanwhile.heard, complete: false });
    }
    return undefined;
  }

  async #otherCaller(says: readonly string[]): Promise<void> {
    const { store, time } = this;
    const other = this.office.talk({ ...{ store, time, id: 'other', callerNumber: '+16465550188' } });
    await other.start();
    for (const text of says) {
      this.lines.push(`other  ${text}`, `agent  ${await other.say(text)} (to the other)`);
    }
  }

  async #furnish(): Promise<void> {
    const { given, callerNumber } = this.declared;
    for (const { number, name, service, resource, ...slot } of given.appointments) {
      const spoken = this.office.context.business.services.find(({ id }) => id === service);
      if (spoken === undefined) throw new Error(`${this.declared.id}: ${service} is no service of the pack`);
      const of = resource ?? spoken.staff?.[0] ?? 'office';
      const caller = number ?? (callerNumber === 'withheld' ? undefined : callerNumber);
      const pii = { userName: name, ...(caller === undefined ? {} : { callerNumber: caller }) };
      await this.#book(slot, of, spoken.durationMin * 60_000, {
        serviceId: service,
        purpose: spoken.name,
        pii,
      });
    }
    for (const { date, times, resource } of given.taken) {
      for (const time of times) {
        await this.#take(date, time, resource);
      }
    }
    if (given.fault === 'store_down_at_commit') this.store.bookingFaults.push('unavailable');
  }

  /** Takes every seat of a resource, or of all. */
  async #take(date: string, time: string, resource?: string): Promise<void> {
    const { staff, capacity } = this.office.context.business;
    const resources = resource === undefined ? [...staff.map(({ id }) => id), 'office'] : [resource];
    for (const of of resources) {
      for (let seat = 0; seat < (of === 'office' ? capacity : 1); seat++) {
        await this.#book({ date, time }, of, STRANGER_MS, { purpose: 'taken', pii: { userName: STRANGER } });
      }
    }
  }

  async #book(
    { date, time }: Pick<DeclaredAppointment, 'date' | 'time'>,
    resource: string,
    lengthMs: number,
    more: Pick<Appointment, 'purpose' | 'pii' | 'serviceId'>,
  ): Promise<void> {
    const { business } = this.office.context;
    const { timezone } = business;
    const startsAtMs = instantOf({ date: date, minute: minuteOf(time) }, timezone).wallMs;
    const endsAtMs = wallMs(startsAtMs + lengthMs);
    await this.store.appointments.book({
      ...{ startsAtMs, endsAtMs, occupiedUntilMs: endsAtMs, resource, date, time, timezone, ...more },
      capacity: resource === 'office' ? business.capacity : 1,
      idempotencyKey: `given-${this.#seeded++}`,
    });
  }
}

const minuteOf = (time: string): number => Number(time.slice(0, 2)) * 60 + Number(time.slice(3));
