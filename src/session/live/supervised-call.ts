import { randomUUID } from 'node:crypto';
import { LeibnizError } from '../../kernel/errors.js';
import { drain } from '../../kernel/machine.js';
import { MachineHost } from '../../kernel/machine-host.js';
import type { Scheduler } from '../../kernel/time.js';
import { TAKEOVER_TIMES, Takeover, type TakeoverOutput } from '../../live/core/takeover.js';
import type { LiveMode, Supervisor } from '../../live/core/types.js';
import type { SessionEvent } from '../ports.js';
import type { TranscriptEvent, TranscriptionPorts } from '../transcription.js';
import { CallAudio } from './call-audio.js';
import type { CallFeed } from './call-feed.js';
import type { LineControl, LineEvent, LineHolder, LiveCommand, LiveReply } from './commands.js';
import { HumanEar } from './human-ear.js';
import type { OpenCall } from './open-call.js';
import { Whispers } from './whispers.js';

/** What supervised calls need beside themselves. */
export interface SupervisionOptions {
  readonly scheduler: Scheduler;
  /** Writes down what a person says who has taken a call. */
  readonly transcription: TranscriptionPorts;
  /** Lines of consoles on one call. */
  readonly maxListeners: number;
  /** How long a lost line is waited for before the agent takes the call back, ms. */
  readonly graceMs: number;
  /** Where callers may be transferred. */
  readonly person: () => string | undefined;
  readonly counted: (what: 'control' | 'instruction', labels: Readonly<Record<string, string>>) => void;
}

/** Where the line of a console ends. */
export interface LineSink {
  /** See {@link CONSOLE_CHUNK}. The buffer belongs to the receiver. */
  audio(stereo: Int16Array): void;
  event(event: LineEvent): void;
  closed(reason: string): void;
}

/** The way back of a {@link LineSink}. */
export interface ConsoleLine {
  /** PCM16 at 16 kHz. */
  audio(pcm: Int16Array): void;
  control(message: LineControl): void;
  detach(): void;
}

interface OpenLine {
  readonly id: string;
  readonly holder: LineHolder;
  readonly sink: LineSink;
  mode: LiveMode;
}

type HandBack = Omit<Extract<LiveCommand, { type: 'hand_back' }>, 'type'>;

/** Supervisors with one call: who hears it, who speaks in it, and who has it. */
export class SupervisedCall {
  readonly #takeover: Takeover;
  readonly #host: MachineHost;
  readonly #audio: CallAudio;
  readonly #whispers: Whispers;
  readonly #lines = new Map<string, OpenLine>();
  readonly #unsubscribe: () => void;
  #ear: HumanEar | undefined;
  #handBack: HandBack = { next: 'resume' };
  #isSecret = false;
  #isTransferring = false;

  constructor(
    private readonly call: OpenCall,
    private readonly feed: CallFeed,
    private readonly o: SupervisionOptions,
  ) {
    this.#takeover = new Takeover({ ...TAKEOVER_TIMES, graceMs: o.graceMs });
    this.#host = new MachineHost(o.scheduler, {
      drain: () => drain(this.#takeover, (output) => this.#output(output)) >= 0,
      deadline: () => this.#takeover.nextDeadline(),
      wake: () => this.#takeover.handle(o.scheduler.now(), { type: 'tick' }),
      livelock: () => this.#handOver(),
    });
    this.#audio = new CallAudio(call.media, {
      isSecret: () => this.#isSecret,
      spoken: (line, pcm) => {
        if (line === this.#takeover.line) this.#ear?.push(pcm);
      },
    });
    this.#whispers = new Whispers(call, feed, (kind, state) => o.counted('instruction', { kind, state }));
    this.#unsubscribe = call.leg.subscribe((event) => {
      const isBack = event.type === 'transfer' && (event.state === 'refused' || event.state === 'failed');
      if (isBack && this.#isTransferring) this.#goOn();
    });
  }

  /** Lines of consoles on the call. */
  get listeners(): number {
    return this.#lines.size;
  }

  /** Follows the session. */
  event(event: SessionEvent): void {
    this.#whispers.event(event);
    if (event.type !== 'step') return;
    this.call.act(({ listening }) => (this.#isSecret = listening.secret === true));
  }

  /** @throws LeibnizError CONTROL_TAKEN, NOT_ALLOWED_NOW, BAD_REQUEST */
  command(command: LiveCommand, by: Supervisor): LiveReply {
    switch (command.type) {
      case 'whisper': {
        if (this.#takeover.holder !== undefined) {
          throw notNow('A person has the call; the agent does not speak.');
        }
        const { type: _type, ...rest } = command;
        const id = randomUUID();
        return { type: 'instruction', id, ...this.#whispers.add({ ...rest, id, by }) };
      }
      case 'take': {
        this.#take(by, command.force);
        return { type: 'control', controller: 'human' };
      }
      case 'hand_back': {
        const { holder } = this.#takeover;
        if (holder === undefined) throw notNow('The agent has the call.');
        if (holder.id !== by.id) throw taken(holder);
        const { type: _type, ...rest } = command;
        this.#handBack = rest;
        this.#tell({ type: 'hand_back' });
        return { type: 'control', controller: 'agent' };
      }
      case 'transfer': {
        this.#transfer(command.target);
        return { type: 'done' };
      }
      case 'end': {
        this.#end(command.say);
        return { type: 'done' };
      }
    }
  }

  /** @throws LeibnizError CAPACITY_FULL */
  listen(holder: LineHolder, sink: LineSink): ConsoleLine {
    if (this.#lines.size >= this.o.maxListeners) {
      throw new LeibnizError('CAPACITY_FULL', `At most ${this.o.maxListeners} people hear one call.`);
    }
    const line: OpenLine = { id: randomUUID(), holder, sink, mode: 'listen' };
    this.#lines.set(line.id, line);
    this.#audio.add(line.id, (stereo) => sink.audio(stereo));
    this.#showSupervisor(line, true);
    return {
      audio: (pcm) => {
        this.#audio.push(line.id, pcm);
        if (this.#takeover.line === line.id) this.#tell({ type: 'audio', line: line.id });
      },
      control: (message) => this.#control(line, message),
      detach: () => this.#detach(line),
    };
  }

  /** The call is over. */
  close(): void {
    this.#unsubscribe();
    this.#whispers.drop();
    this.#tell({ type: 'ended' });
    for (const line of [...this.#lines.values()]) {
      this.#detach(line);
      line.sink.closed('call_ended');
    }
    this.#host.close();
  }

  #tell(input: Parameters<Takeover['handle']>[1]): void {
    this.#host.push(() => this.#takeover.handle(this.o.scheduler.now(), input));
  }

  #take(by: Supervisor, force: boolean): void {
    const { holder } = this.#takeover;
    if (holder !== undefined && holder.id !== by.id && !force) throw taken(holder);
    this.#tell({ type: 'take', by, force });
  }

  #output(output: TakeoverOutput): void {
    if (output.type === 'comfort') {
      this.call.act((parts) => parts.tell({ type: 'human_lost' }));
      return;
    }
    const { controller, user, reason, wasHuman } = output;
    this.o.counted('control', { controller, reason });
    this.#release(reason === 'call_ended' ? undefined : 'listen');
    this.feed.patch({
      controller,
      controlled_by: controller === 'human' ? user : null,
      state: controller === 'human' ? 'human' : 'listening',
    });
    this.feed.flush();
    this.feed.tell({ type: 'control', controller, user, reason });
    this.call.act((parts) => parts.recorder.event('control', { controller, reason, user_id: user.id }));
    if (controller === 'human') this.#pause(wasHuman);
    else if (reason !== 'call_ended') this.#handOver();
  }

  /** Who spoke in place of the agent only listens from now on. */
  #release(mode: 'listen' | undefined): void {
    this.#ear?.close();
    this.#ear = undefined;
    for (const line of this.#lines.values()) {
      if (line.mode === 'take' && mode !== undefined) this.#setMode(line, mode);
    }
  }

  #pause(wasHuman: boolean): void {
    this.#whispers.drop();
    this.feed.calm('HANDOFF_WANTED');
    this.#ear = new HumanEar(this.o.transcription, (event) => this.#humanSaid(event));
    if (wasHuman) return;
    this.call.act((parts) => {
      parts.tell({ type: 'paused_by_human' });
      parts.standStill();
    });
  }

  #handOver(): void {
    const { next, say, note, facts } = this.#handBack;
    this.#handBack = { next: 'resume' };
    this.call.act((parts) => {
      const at = this.o.scheduler.now();
      if (note !== undefined) {
        parts.recorder.line({ turnId: `note ${Math.round(at)}`, role: 'human', text: note });
      }
      parts.tell({
        type: 'handed_back',
        next,
        ...(say === undefined ? {} : { say }),
        ...(note === undefined ? {} : { note }),
        ...(facts === undefined ? {} : { facts }),
      });
    });
  }

  #humanSaid({ transcript: text, is_final: isFinal, confidence, timestamp_ms: at }: TranscriptEvent): void {
    if (text === '') return;
    if (!isFinal) {
      this.feed.tell({ type: 'partial', role: 'human', text });
      return;
    }
    this.call.act((parts) => {
      const known = confidence === null ? {} : { confidence };
      parts.recorder.line({ turnId: `human ${at}`, role: 'human', text, ...known });
      parts.tell({ type: 'human_said', text });
    });
  }

  #control(line: OpenLine, message: LineControl): void {
    if (!this.#lines.has(line.id)) return;
    switch (message.type) {
      case 'mode': {
        this.#changeMode(line, message.mode);
        return;
      }
      case 'mic': {
        if (line.mode === 'listen' && message.on) {
          line.sink.event({ type: 'mic_refused', reason: 'mode' });
          return;
        }
        this.#audio.talk(line.id, message.on);
        if (!message.on && line.id === this.#takeover.line) this.#ear?.pause();
        return;
      }
      case 'dtmf': {
        if (line.mode === 'take') this.call.media.sendDtmf(message.digits);
        return;
      }
    }
  }

  #changeMode(line: OpenLine, mode: LiveMode): void {
    const { supervisor, mayBarge } = line.holder;
    const isRefused =
      mode === 'barge' ? !mayBarge : mode === 'take' && this.#takeover.holder?.id !== supervisor.id;
    if (isRefused) {
      const reason = mode === 'barge' ? 'forbidden' : 'not_in_control';
      line.sink.event({ type: 'mic_refused', reason });
      return;
    }
    if (line.mode === 'take' && mode !== 'take') this.#tell({ type: 'line_lost', line: line.id });
    this.#setMode(line, mode);
    if (mode === 'take') this.#tell({ type: 'line_open', user: supervisor.id, line: line.id });
  }

  /** The microphone is off after every change. */
  #setMode(line: OpenLine, mode: LiveMode): void {
    line.mode = mode;
    this.#audio.talk(line.id, false);
    line.sink.event({ type: 'mode', mode });
    this.#showSupervisor(line, true);
  }

  #detach(line: OpenLine): void {
    if (!this.#lines.delete(line.id)) return;
    this.#audio.remove(line.id);
    this.#showSupervisor(line, false);
    this.#tell({ type: 'line_lost', line: line.id });
  }

  #showSupervisor({ holder, mode }: OpenLine, on: boolean): void {
    this.feed.tell({ type: 'supervisor', user: holder.supervisor, mode, on });
    const supervisors = [...this.#lines.values()].map((line) => ({
      ...line.holder.supervisor,
      mode: line.mode,
    }));
    this.feed.patch({ supervisors });
  }

  #transfer(target: string): void {
    const person = this.o.person();
    if (person === undefined || (target !== 'person' && target !== person)) {
      throw new LeibnizError(
        'BAD_REQUEST',
        'Callers are transferred to the person of the business file only.',
        {
          field: 'target',
        },
      );
    }
    this.#isTransferring = true;
    this.call.act((parts) => {
      parts.standStill();
      this.call.leg.transfer(person);
    });
  }

  /** A transfer that did not come about: whoever had the call goes on. */
  #goOn(): void {
    this.#isTransferring = false;
    if (this.#takeover.holder === undefined) this.#handOver();
  }

  #end(say: string | undefined): void {
    if (this.#takeover.holder !== undefined && say === undefined) {
      this.call.leg.hangup('supervisor_hangup');
      return;
    }
    const words = say === undefined ? {} : { text: say };
    this.call.act((parts) => parts.tell({ type: 'instructed', kind: 'end_politely', ...words }));
  }
}

const notNow = (message: string): LeibnizError => new LeibnizError('NOT_ALLOWED_NOW', message);

const taken = ({ name }: Supervisor): LeibnizError =>
  new LeibnizError('CONTROL_TAKEN', `${name} has the call.`, { field: 'force' });
