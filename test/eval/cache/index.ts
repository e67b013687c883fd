import type { BenchMetrics, BenchReport } from '../../../bench/report.js';
import { fixedSentences } from '../../../src/app/warm-speech.js';
import type { EngineAnswer } from '../../../src/dialog/knowledge/knowledge-engine.js';
import type { IntentContext, IntentResult } from '../../../src/dialog/core/effects.js';
import type { Knowledge } from '../../../src/dialog/open-knowledge.js';
import { seededRng, type Rng } from '../../../src/kernel/rng.js';
import { LayeredCache, keyOf } from '../../../src/net/cache/layered-cache.js';
import type { SharedLayer } from '../../../src/net/cache/layers.js';
import type { KnowledgePort } from '../../../src/session/ports.js';
import { splitSentences } from '../../../src/speech/core/sentences.js';
import { VirtualTime } from '../../support/virtual-time.js';
import { bookingCases, type BookingCase } from '../conversation/cases.js';
import { playBooking } from '../conversation/bookings.js';
import { openOffice, type Office } from '../conversation/office.js';
import { ownQuestions } from '../retrieval/datasets.js';

const CALLS = 2000;
/** Eight hours of office. */
const DAY_MS = 8 * 3600_000;
/** Replicas of the agent that share one Redis. */
const REPLICAS = 2;
/** Share of calls that come for an answer; the others come for an appointment. */
const QUESTION_CALLS = 0.5;
/** Questions of a call for answers. */
const QUESTIONS = [1, 1, 2, 3] as const;

/**
 * A day of 2,000 calls over two replicas. Callers' words are those of the evaluation sets: each booking is one of the
 * booking cases, played against the dialog; each question is drawn by Zipf's law from the own questions, whose wordings
 * are all different. Look-ups are counted by layer, as in service, and so are the sentences that the agent says.
 */
export async function run(): Promise<BenchReport> {
  const office = await openOffice();
  try {
    const day = new Day(office, await bookingCases(), seededRng(1646));
    await day.play();
    return { name: 'cache', n: CALLS, metrics: day.metrics() };
  } finally {
    await office.close();
  }
}

/** Redis as far as hit rates are concerned. */
class Shared implements SharedLayer {
  readonly name = 'redis';
  readonly connected = true;
  readonly #texts = new Map<string, string>();
  get = (key: string): Promise<string | undefined> => Promise.resolve(this.#texts.get(key));
  set = (key: string, text: string): Promise<void> => Promise.resolve(void this.#texts.set(key, text));
  clear = (): Promise<number> => Promise.resolve(0);
  close = (): Promise<void> => Promise.resolve();
}

class Day {
  readonly #time = new VirtualTime();
  readonly #replicas: readonly LayeredCache[];
  readonly #answers = new Map<string, Promise<unknown>>();
  readonly #questions: readonly string[];
  readonly #played = new Set<string>();
  readonly #counts = new Map<string, { hits: number; lookups: number }>();

  constructor(
    private readonly office: Office,
    private readonly bookings: readonly BookingCase[],
    private readonly rng: Rng,
  ) {
    const shared = [new Shared()];
    this.#replicas = Array.from(
      { length: REPLICAS },
      () => new LayeredCache({ scheduler: this.#time, shared, maxBytes: 256 * 1024 * 1024 }),
    );
    const all = (['dev', 'test'] as const).flatMap((split) => {
      const { answerable, unanswerable } = ownQuestions(split);
      return [...answerable.map(({ question }) => question), ...unanswerable];
    });
    this.#questions = shuffled(all, rng);
  }

  async play(): Promise<void> {
    for (const text of fixedSentences(this.office.context.prompts)) {
      for (const replica of this.#replicas) await this.#spoken(replica, text, false);
    }
    for (let call = 0; call < CALLS; call++) {
      const replica = this.#replicas[call % REPLICAS];
      if (replica === undefined) throw new Error('there is a replica');
      await (this.rng.float() < QUESTION_CALLS ? this.#ask(replica) : this.#book(replica));
      await this.#time.advance(DAY_MS / CALLS);
    }
  }

  metrics(): Record<string, BenchMetrics> {
    return Object.fromEntries(
      [...this.#counts].map(([name, { hits, lookups }]) => [
        name,
        { lookups, hit_rate: Math.round((1000 * hits) / lookups) / 1000 },
      ]),
    );
  }

  async #ask(replica: LayeredCache): Promise<void> {
    const talk = this.office.talk({ knowledge: this.#knowledge(replica, 'questions') });
    const said = [await talk.start()];
    const count = QUESTIONS[Math.floor(this.rng.float() * QUESTIONS.length)] ?? 1;
    for (let asked = 0; asked < count; asked++) said.push(await talk.say(this.#question()));
    said.push(await talk.say('no thank you, goodbye'));
    await this.#speak(replica, said);
  }

  async #book(replica: LayeredCache): Promise<void> {
    const one = this.bookings[Math.floor(this.rng.float() * this.bookings.length)];
    if (one === undefined) throw new Error('there are booking cases');
    // What a case that was never played before finds: the figure for callers who all speak in their own words.
    const group = this.#played.has(one.id) ? 'bookings_again' : 'bookings_new';
    this.#played.add(one.id);
    const knowledge = this.#knowledge(replica, group);
    const office: Office = {
      ...this.office,
      talk: (options = {}) => this.office.talk({ ...options, knowledge }),
    };
    const { transcript } = await playBooking(one, office);
    const said = transcript.filter((line) => line.startsWith('agent: ')).map((line) => line.slice(7));
    await this.#speak(replica, said);
  }

  /** A rank by Zipf's law: the first question comes twice as often as the second. */
  #question(): string {
    const total = this.#questions.reduce((sum, _, rank) => sum + 1 / (rank + 1), 0);
    let left = this.rng.float() * total;
    const found = this.#questions.find((_, rank) => (left -= 1 / (rank + 1)) <= 0);
    return found ?? this.#questions[0] ?? '';
  }

  #knowledge(replica: LayeredCache, group: string): KnowledgePort {
    const { knowledge } = this.office;
    const persona = this.office.context.persona.id;
    return {
      classify: async (text, context) => {
        const on = [form(text), context.question ?? ''];
        return this.#through(replica, 'intent', group, on, 1_800_000, () =>
          this.#intent(knowledge, text, context),
        );
      },
      query: async (text, { before = '' }) => {
        const on = [form(text), form(before), persona];
        const context = before === '' ? { persona } : { persona, before };
        const make = (): Promise<EngineAnswer> =>
          knowledge.query(text, context, { timeoutMs: 30_000 }) as unknown as Promise<EngineAnswer>;
        return this.#through(replica, 'rag', group, on, 3_600_000, () => this.#once('rag', on, make));
      },
    };
  }

  #intent(knowledge: Knowledge, text: string, context: IntentContext): Promise<IntentResult> {
    const on = [text, context.question ?? ''];
    return this.#once('intent', on, () => knowledge.classify(text, context, { timeoutMs: 30_000 }));
  }

  /** The engine's answer, computed once a run: only what the caches are asked is counted. */
  #once<T>(kind: string, on: readonly unknown[], make: () => Promise<T>): Promise<T> {
    const key = keyOf(kind, on);
    const known = this.#answers.get(key) as Promise<T> | undefined;
    if (known !== undefined) return known;
    const made = make();
    this.#answers.set(key, made);
    return made;
  }

  async #speak(replica: LayeredCache, texts: readonly string[]): Promise<void> {
    for (const { text } of texts.flatMap((said) => splitSentences(said))) {
      await this.#spoken(replica, text, true);
    }
  }

  async #spoken(replica: LayeredCache, text: string, counts: boolean): Promise<void> {
    const make = (): Promise<boolean> => Promise.resolve(true);
    const { layer } = await replica.through({ cache: 'tts', on: [text], ttlMs: 86_400_000, make });
    if (counts) this.#count(layer !== undefined, 'tts_sentences');
  }

  async #through<T>(
    replica: LayeredCache,
    cache: string,
    group: string,
    on: readonly unknown[],
    ttlMs: number,
    make: () => Promise<T>,
  ): Promise<T> {
    const { value, layer } = await replica.through<T>({ cache, on, ttlMs, make });
    this.#count(layer !== undefined, cache, `${cache}_${group}`);
    if (layer !== undefined) this.#count(layer === 'redis', `${cache}_hits_from_redis`);
    return value;
  }

  #count(hit: boolean, ...names: readonly string[]): void {
    for (const name of names) {
      const counts = this.#counts.get(name) ?? { hits: 0, lookups: 0 };
      this.#counts.set(name, counts);
      counts.lookups++;
      if (hit) counts.hits++;
    }
  }
}

/** As the knowledge client compares sentences. */
const form = (text: string): string =>
  text
    .toLowerCase()
    .replace(/\s+/g, ' ')
    .replace(/[\s.!?]+$/, '')
    .trim();

function shuffled<T>(items: readonly T[], rng: Rng): readonly T[] {
  return items
    .map((item) => ({ item, at: rng.float() }))
    .sort((a, b) => a.at - b.at)
    .map(({ item }) => item);
}
