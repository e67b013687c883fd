import type { UtteranceId } from '../kernel/ids.js';
import type { MonoMs } from '../kernel/time.js';
import type { DialogInput, SayEffect } from '../dialog/core/effects.js';
import type { LatencyBook } from './latency-book.js';
import type { SessionObserver } from './ports.js';
import type { Recorder } from './recorder.js';
import type { Utterance, Voice } from './voice.js';

type HeardInput = Extract<DialogInput, { type: 'heard' }>;

/** What the agent says, written down as it is heard: transcript, latency, and what the dialog is told of it. */
export class AgentSpeech {
  constructor(
    private readonly voice: Voice,
    private readonly latencies: LatencyBook,
    private readonly recorder: Recorder,
    private readonly tell: SessionObserver,
  ) {}

  /** Queues words of the dialog. */
  say(effect: SayEffect, answers: string | undefined): Utterance {
    const { sayId: id, text, promptId, style, more } = effect;
    const sources = effect.sources ?? [];
    const what = { id, text, promptId, sources, filler: effect.filler ?? false, answers };
    const utterance = this.voice.say(what, style, more);
    this.tell({ type: 'agent_text', utteranceId: utterance.id, sources, pii: { text } });
    return utterance;
  }

  /** No more words come of an utterance. */
  end(id: UtteranceId): void {
    this.voice.end(id);
  }

  /** The first audible sample was sent. Returns false for an utterance that is gone. */
  started(id: UtteranceId, at: MonoMs): boolean {
    const utterance = this.voice.get(id);
    if (utterance === undefined) return false;
    utterance.startedAt = at;
    // The transcript has it when it ends; if the process ends before, this tells what the caller was hearing.
    this.recorder.event('agent_speaking', { utterance_id: id, pii: { text: utterance.text } });
    const latency = this.latencies.audible(utterance, at);
    this.tell({ type: 'agent_started', utteranceId: id });
    if (latency !== undefined) this.tell({ type: 'latency', latency });
    return true;
  }

  /** The last sample was sent. */
  finished(id: UtteranceId): HeardInput | undefined {
    const utterance = this.voice.finish(id);
    if (utterance === undefined) return undefined;
    this.#record(utterance, undefined);
    return { type: 'heard', sayId: id, text: utterance.text, complete: true };
  }

  /** The caller has taken the floor: nothing more is said. */
  cut(): HeardInput[] {
    this.tell({ type: 'flush' });
    return this.voice.cut().map(({ utterance, heard }) => {
      this.#record(utterance, heard.text);
      return { type: 'heard', sayId: utterance.id, text: heard.text, complete: false };
    });
  }

  #record(utterance: Utterance, heard: string | undefined): void {
    const pii = { heard: heard ?? utterance.text };
    this.tell({ type: 'agent_finished', utteranceId: utterance.id, complete: heard === undefined, pii });
    const timings = this.latencies.timingsOf(utterance);
    this.recorder.line({
      turnId: utterance.answers ?? utterance.id,
      role: 'agent',
      text: utterance.text,
      sources: utterance.sources,
      startedAt: utterance.startedAt,
      ...(heard === undefined ? {} : { heard }),
      ...(timings === undefined ? {} : { timings }),
    });
  }
}
