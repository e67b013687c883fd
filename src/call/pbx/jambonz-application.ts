import { randomUUID } from 'node:crypto';
import type { WebSocket } from 'ws';
import { callId } from '../../kernel/ids.js';
import { jsonObject, objectOf } from '../../kernel/json.js';
import type { Scheduler } from '../../kernel/time.js';
import type { CallLog } from '../log.js';
import type { LineHost } from '../core/line.js';
import { Announcements, type AnnouncedCall } from './core/announcements.js';
import type { Verb } from './core/jambonz-call.js';
import { JambonzLine } from './jambonz-line.js';
import { verbList } from './jambonz-verbs.js';

/** Settings of {@link JambonzApplication}. */
export interface JambonzApplicationOptions {
  readonly audioUrl: string;
  readonly transferBy: 'refer' | 'dial';
  readonly lines: LineHost;
  readonly scheduler: Scheduler;
  readonly log: CallLog;
}

type Data = Readonly<Record<string, unknown>>;

/** The call is offered, the verb before has ended, a call's state has changed. */
const HOOKS = ['call', 'next', 'status'];
/** Path of the hook that asks what comes next. */
const NEXT = '/jambonz/next';
const AUDIO_WITHIN_MS = 15_000;
const MAX_CALLS = 1000;
/** A carrier tries another route on it. */
const DECLINE: readonly Verb[] = [['sip:decline', { status: 480, reason: 'All lines are busy' }]];

/** The calls of a Jambonz application, whichever way it is spoken to. */
export class JambonzApplication {
  readonly #calls = new Map<string, JambonzLine>();
  readonly #audio = new Announcements<JambonzLine>(AUDIO_WITHIN_MS);

  constructor(private readonly options: JambonzApplicationOptions) {}

  /**
   * Takes a webhook.
   *
   * @param name - last part of its path
   * @returns the verbs to answer with; undefined when the hook is unknown or names no call
   */
  hook(name: string, data: Data): unknown[] | undefined {
    const sid = data['call_sid'];
    if (!HOOKS.includes(name) || typeof sid !== 'string') return undefined;
    if (name === 'call') return verbList(this.#begin(sid, data));
    const call = this.#callOf(sid, data);
    if (name === 'status') {
      call?.status(data);
      return [];
    }
    return verbList(call?.hook(data) ?? [['hangup', {}]]);
  }

  /** Takes the audio socket of a `listen` verb. @returns false when its key is unknown or spent */
  attach(key: string, socket: WebSocket): boolean {
    const line = this.#audio.claim(key, this.options.scheduler.now());
    line?.attach(socket);
    return line !== undefined;
  }

  /** Takes a WebSocket application's control connection (`ws.jambonz.org`), which carries one call. */
  control(socket: WebSocket): void {
    let sid: string | undefined;
    socket.on('message', (raw, binary) => {
      const message = binary ? undefined : jsonObject((raw as Buffer).toString('utf8'));
      const { type, msgid, call_sid: callSid } = message ?? {};
      if (message === undefined || typeof callSid !== 'string') return;
      const data = { ...dataOf(message['data']), call_sid: callSid };
      const ack = (verbs?: unknown[]): void => {
        socket.send(JSON.stringify({ type: 'ack', msgid, ...(verbs === undefined ? {} : { data: verbs }) }));
      };
      switch (type) {
        case 'session:new': {
          sid = callSid;
          ack(this.hook('call', data));
          break;
        }
        case 'session:reconnect': {
          sid = callSid;
          ack();
          break;
        }
        case 'verb:hook': {
          ack(this.hook('next', data));
          break;
        }
        case 'call:status': {
          this.hook('status', data);
          break;
        }
        case 'jambonz:error': {
          this.options.log.warn({}, 'the exchange refuses a message');
          break;
        }
        default:
          break;
      }
    });
    // The exchange closes with 1000 when the call is over, and comes back after anything else.
    socket.on('close', (code) => {
      if (code === 1000 && sid !== undefined) this.#calls.get(sid)?.lost();
    });
  }

  #begin(sid: string, data: Data): readonly Verb[] {
    if (this.#calls.has(sid) || this.#calls.size >= MAX_CALLS) return DECLINE;
    const { audioUrl, transferBy, scheduler, lines } = this.options;
    const line = new JambonzLine(callId(randomUUID()), partiesOf(data), {
      audioUrl,
      transferBy,
      hook: NEXT,
      newKey: randomUUID,
      scheduler,
      awaitAudio: (key, waiting) => void this.#audio.announce(key, waiting, scheduler.now()),
      over: () => this.#calls.delete(sid),
    });
    this.#calls.set(sid, line);
    const verbs = line.begin();
    if (lines.take(line)) return verbs;
    line.lost();
    return DECLINE;
  }

  /** The call, also by the leg of a person that it was put through to. */
  #callOf(sid: string, data: Data): JambonzLine | undefined {
    const parent = data['parent_call_sid'];
    return this.#calls.get(typeof parent === 'string' ? parent : sid);
  }
}

const dataOf = (value: unknown): Data => objectOf(value) ?? {};

/** Numbers come without their plus; an extension is no number of the world. */
function partiesOf(data: Data): AnnouncedCall {
  const number = (value: unknown): string | undefined => {
    if (typeof value !== 'string' || value === '' || value.length > 64) return undefined;
    return /^\d{8,15}$/.test(value) ? `+${value}` : value;
  };
  const from = number(data['from']);
  const to = number(data['to']);
  const name = data['caller_name'];
  return {
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { to }),
    ...(typeof name === 'string' && name !== '' ? { displayName: name.slice(0, 64) } : {}),
  };
}
