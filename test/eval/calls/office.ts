import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { AgentProcess } from '../../../bench/agent-process.js';
import { instantOf } from '../../../src/dialog/core/schedule/calendar.js';
import type { Business } from '../../../src/dialog/core/business.js';
import { projectRoot } from '../../../src/threads/project-root.js';
import { scratchDatabase } from '../../contract/store/harness.js';
import { TcpProxy } from '../../contract/store/tcp-proxy.js';
import { PACK_FOLDERS, type Declared } from '../scenarios/declared.js';
import type { ConversationEnd, StoredAppointment } from '../scenarios/declared-end.js';

/** Whoever takes times away from the caller. */
const STRANGER = 'Somebody Else';
/** Wait for the last lines of a call to reach the database, ms. */
const RECORD_WAIT_MS = 20_000;
/** Wait for the words of what was just heard; they are written 50 ms after the last sample, ms. */
const WORDS_WAIT_MS = 4_000;
const POLL_MS = 80;

interface AppointmentView {
  readonly id: string;
  readonly version: number;
  readonly status: 'booked' | 'cancelled';
  readonly date: string;
  readonly time: string;
  readonly resource: string;
  readonly service_id: string | null;
  readonly user_name: string;
  readonly call_id: string | null;
  readonly caller_number: string | null;
}

interface CallView {
  readonly id: string;
  readonly from: string | null;
  readonly ended_at: string | null;
  readonly reason: string | null;
  readonly transcript: readonly {
    readonly role: 'user' | 'agent';
    readonly text: string;
    readonly index: number;
  }[];
  readonly events: readonly { readonly type: string }[];
}

/** What an agent must be started with for a conversation. */
export interface Setting {
  readonly pack: Declared['pack'];
  /** Local time of the office. */
  readonly clock: string;
  readonly person: boolean;
  /** The database can be taken away. */
  readonly database: boolean;
}

/** The agent's own process with a pack's settings, on the day that conversations are declared for, and its records. */
export class CallOffice {
  #last = '';

  private constructor(
    private readonly agent: AgentProcess,
    private readonly proxy: TcpProxy | undefined,
    private readonly drop: () => Promise<void>,
  ) {}

  /** @param lane - keeps the ports of agents that run side by side apart */
  static async open(
    setting: Setting,
    business: Business,
    lane: number,
    dataDir: string,
  ): Promise<CallOffice> {
    const [date = '', clock = ''] = setting.clock.split('T');
    const start = instantOf({ date, minute: minuteOf(clock) }, business.timezone);
    const env: Record<string, string> = {
      PACK: join(projectRoot(), PACK_FOLDERS[setting.pack]),
      EVAL_CLOCK_OFFSET_MS: String(Math.round(start.wallMs - Date.now())),
      NODE_OPTIONS: `--import=${pathToFileURL(join(import.meta.dirname, 'shifted-clock.js')).href}`,
      ...(setting.person ? { TRANSFER_TARGET: 'sip:desk@127.0.0.1:9' } : {}),
    };
    let proxy: TcpProxy | undefined;
    let drop = (): Promise<void> => Promise.resolve();
    if (setting.database) {
      const database = await scratchDatabase();
      drop = database.drop;
      proxy = new TcpProxy(new URL(database.url));
      await proxy.up();
      env['DATABASE_URL'] = proxy.url;
    }
    const ports = { sip: 24_100 + lane * 10, http: 24_105 + lane * 10, rtp: 14_000 + lane * 1000 };
    return new CallOffice(await AgentProcess.start(ports, env, dataDir), proxy, drop);
  }

  get uri(): string {
    return this.agent.uri;
  }

  /** Stops the agent; its data stay for the next one. */
  async close(): Promise<void> {
    await this.agent.stop(true);
    await this.proxy?.down();
    await this.drop();
  }

  /** Takes the database away until {@link restore}. */
  async lose(): Promise<void> {
    await this.proxy?.down();
  }

  async restore(): Promise<void> {
    await this.proxy?.up();
  }

  /** Books what is declared to stand in the calendar before the call. */
  async furnish({ given }: Declared, business: Business, number: string | undefined): Promise<void> {
    for (const { number: own, name, service, resource, date, time } of given.appointments) {
      const caller = own ?? number;
      await this.#post({
        ...{ date, time, service_id: service, user_name: name },
        ...(resource === undefined ? {} : { resource }),
        ...(caller === undefined ? {} : { caller_number: caller }),
      });
    }
    for (const { date, times, resource } of given.taken) {
      for (const time of times) await this.take(date, time, resource, business);
    }
  }

  /** Takes every seat of a resource, or of all; one that is not there then, or has gone, is taken as well as can be. */
  async take(date: string, time: string, resource: string | undefined, business: Business): Promise<void> {
    const { staff, capacity } = business;
    for (const of of resource === undefined ? [...staff.map(({ id }) => id), 'office'] : [resource]) {
      for (let seat = 0; seat < (of === 'office' ? capacity : 1); seat++) {
        await this.#post({ date, time, resource: of, user_name: STRANGER }, true);
      }
    }
  }

  /** Cancels everything, so that the next caller finds an empty calendar. */
  async clear(): Promise<void> {
    for (const { id, version } of await this.#appointments('status=booked&')) {
      await this.#send('DELETE', `/api/v1/appointments/${id}?version=${version}`);
    }
  }

  /** Ears of one call: the agent's words since the last time, as it has spoken them. */
  ear(from: string): () => Promise<string> {
    const known = this.#last;
    let seen = -1;
    let call: string | undefined;
    return async () => {
      const deadline = performance.now() + WORDS_WAIT_MS;
      do {
        call ??= await this.#callOf(from, known).catch(() => undefined);
        const { transcript } =
          call === undefined ? { transcript: [] } : await this.#call(call).catch(() => NOTHING);
        const lines = transcript.filter(({ role, index }) => role === 'agent' && index > seen);
        seen = lines.at(-1)?.index ?? seen;
        if (lines.length > 0) return lines.map(({ text }) => text).join(' ');
        await sleep(POLL_MS);
      } while (performance.now() < deadline);
      return '';
    };
  }

  /** What a call has left, and what the agent heard, once it is written down. */
  async endOf(from: string): Promise<ConversationEnd & { readonly heard: readonly string[] }> {
    const id = await patiently(() => this.#callOf(from, this.#last));
    if (id === undefined) throw new Error(`the agent has no record of the call from ${from}`);
    this.#last = id;
    const call = await patiently(async () => {
      const one = await this.#call(id);
      return one.ended_at === null ? undefined : one;
    });
    if (call === undefined) throw new Error('the agent has not written down the end of the call');
    const callbacks = await this.agent.items(`/api/v1/callbacks?call_id=${id}`);
    const all = (await this.#appointments('')).filter(
      ({ user_name, call_id }) => user_name !== STRANGER && (call_id === null || call_id === id),
    );
    return {
      booked: all.filter(({ status }) => status === 'booked').map(stored),
      cancelled: all.filter((one) => one.status === 'cancelled' && !this.#before.has(one.id)).map(stored),
      callbacks: callbacks.length,
      hungUp: call.reason === 'agent_goodbye',
      transferred: call.events.some(({ type }) => type === 'transfer'),
      heard: call.transcript.filter(({ role }) => role === 'user').map(({ text }) => text),
    };
  }

  /** Cancelled in earlier calls. */
  #before: ReadonlySet<string> = new Set();

  /** Begins a new conversation: what stands cancelled now is history. */
  async begin(): Promise<void> {
    await this.clear();
    this.#before = new Set((await this.#appointments('status=cancelled&')).map(({ id }) => id));
  }

  async #appointments(query: string): Promise<readonly AppointmentView[]> {
    const all: AppointmentView[] = [];
    for (;;) {
      const page = await this.agent.items<AppointmentView>(
        `/api/v1/appointments?${query}limit=100&offset=${all.length}`,
      );
      all.push(...page);
      if (page.length < 100) return all;
    }
  }

  /** The newest call of a number that was not there before. */
  async #callOf(from: string, known: string): Promise<string | undefined> {
    const calls = await this.agent.items<CallView>('/api/v1/calls?limit=5');
    const index = calls.findIndex(({ id }) => id === known);
    const wanted = from === WITHHELD ? null : from;
    return calls.slice(0, index < 0 ? undefined : index).find((one) => one.from === wanted)?.id;
  }

  async #call(id: string): Promise<CallView> {
    return (await this.agent.get(`/api/v1/calls/${id}`)) as unknown as CallView;
  }

  /** @param mayFail - a time that is closed or gone is as good as taken */
  async #post(body: object, mayFail = false): Promise<void> {
    const response = await this.#send('POST', '/api/v1/appointments', body);
    if (!response.ok && !mayFail) {
      throw new Error(`the calendar does not take ${JSON.stringify(body)}: ${await response.text()}`);
    }
  }

  #send(method: string, path: string, body?: object): Promise<Response> {
    return fetch(`http://127.0.0.1:${this.agent.httpPort}${path}`, {
      method,
      ...(body === undefined
        ? {}
        : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
    });
  }
}

/** What a caller without a number calls from. */
export const WITHHELD = 'anonymous';

const NOTHING: Pick<CallView, 'transcript'> = { transcript: [] };

const stored = ({ date, time, resource, service_id, user_name }: AppointmentView): StoredAppointment => ({
  ...{ date, time, resource, name: user_name },
  ...(service_id === null ? {} : { service: service_id }),
});

export const minuteOf = (time: string): number => Number(time.slice(0, 2)) * 60 + Number(time.slice(3));

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Asks again until something comes, or the time for it is over. */
async function patiently<T>(ask: () => Promise<T | undefined>): Promise<T | undefined> {
  const deadline = performance.now() + RECORD_WAIT_MS;
  for (;;) {
    const value = await ask().catch(() => undefined);
    if (value !== undefined || performance.now() > deadline) return value;
    await sleep(POLL_MS);
  }
}
