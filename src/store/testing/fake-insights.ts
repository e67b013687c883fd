import { wallMs } from '../../kernel/time.js';
import { objectOf } from '../../kernel/json.js';
import {
  addHours,
  contribution,
  EMPTY_TALLY,
  NO_COUNTS,
  tallied,
  type CallTally,
  type HourCounts,
} from '../analytics/core/tally.js';
import type {
  HourGroup,
  HourQuery,
  Insights,
  NewNote,
  NewRating,
  Note,
  Question,
  QuestionQuery,
  QuestionStatus,
  Rating,
} from '../insight-types.js';
import type { JournalEvent } from '../journal-event.js';
import type { Page } from '../paging.js';
import { pageOf } from './fake-lists.js';

/** What is learned from calls, in memory. */
export class FakeInsights implements Insights {
  readonly #tallies = new Map<string, CallTally>();
  readonly #questions = new Map<string, Question>();
  readonly #ratings = new Map<string, Rating>();
  readonly #notes: Note[] = [];
  #made = 0;

  constructor(private readonly wall: () => number) {}

  /** An event that was not there before. */
  take(event: JournalEvent): void {
    const { callId } = event;
    this.#tallies.set(callId, tallied(this.#tallies.get(callId) ?? EMPTY_TALLY, event));
    const payload =
      event.kind === 'event' && event.type === 'knowledge' ? objectOf(event.payload) : undefined;
    const question = objectOf(payload?.['pii'])?.['question'];
    if (payload?.['found'] !== false || typeof question !== 'string') return;
    const id = (question.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []).join('-');
    const now = wallMs(this.wall());
    const known = this.#questions.get(id) ?? {
      id,
      count: 0,
      status: 'open',
      firstAtMs: now,
      pii: { question },
    };
    const status = known.status === 'written' ? 'open' : known.status;
    this.#questions.set(id, { ...known, status, count: known.count + 1, lastAtMs: now, lastCallId: callId });
  }

  async hours({ fromMs, toMs, lines, persona, by }: HourQuery): Promise<HourGroup[]> {
    const groups = new Map<string, HourCounts>();
    for (const tally of this.#tallies.values()) {
      const { hourMs = -1 } = tally;
      const isWanted = hourMs >= fromMs && hourMs < toMs && (lines ?? [tally.line]).includes(tally.line);
      if (!isWanted || (persona ?? tally.persona) !== tally.persona) continue;
      if (contribution(tally) === NO_COUNTS) continue;
      const key = by === 'all' ? '' : by === 'hour' ? String(hourMs) : tally[by];
      groups.set(key, addHours(groups.get(key) ?? NO_COUNTS, contribution(tally)));
    }
    return [...groups].map(([key, counts]) => ({ key, ...counts })).sort((a, b) => (a.key < b.key ? -1 : 1));
  }

  async questions(query: QuestionQuery = {}): Promise<Page<Question>> {
    const items = [...this.#questions.values()].filter(({ status }) => (query.status ?? status) === status);
    return pageOf(
      items.sort((a, b) => b.count - a.count),
      query,
    );
  }

  async settleQuestion(
    id: string,
    status: QuestionStatus,
    materialId?: string,
  ): Promise<Question | undefined> {
    const known = this.#questions.get(id);
    if (known === undefined) return undefined;
    const { materialId: _before, ...rest } = known;
    const settled = { ...rest, status, ...(materialId === undefined ? {} : { materialId }) };
    this.#questions.set(id, settled);
    return settled;
  }

  async rate(rating: NewRating): Promise<Rating | undefined> {
    if (!this.#tallies.has(rating.callId)) return undefined;
    const key = ratingKey(rating.callId, rating.userId, rating.turnId);
    const id = this.#ratings.get(key)?.id ?? `rating-${++this.#made}`;
    const made = { ...rating, id, atMs: wallMs(this.wall()) };
    this.#ratings.set(key, made);
    return made;
  }

  async unrate(callId: string, userId: string, turnId?: string): Promise<boolean> {
    return this.#ratings.delete(ratingKey(callId, userId, turnId));
  }

  async addNote(note: NewNote): Promise<Note | undefined> {
    if (!this.#tallies.has(note.callId)) return undefined;
    const made = { ...note, id: `note-${++this.#made}`, atMs: wallMs(this.wall()) };
    this.#notes.push(made);
    return made;
  }

  async removeNote(callId: string, noteId: string, userId: string): Promise<boolean> {
    const at = this.#notes.findIndex(
      (note) => note.id === noteId && note.callId === callId && note.userId === userId,
    );
    if (at >= 0) this.#notes.splice(at, 1);
    return at >= 0;
  }

  async feedback(callId: string): Promise<{ ratings: Rating[]; notes: Note[] }> {
    const ofCall = (one: { readonly callId: string }): boolean => one.callId === callId;
    return { ratings: [...this.#ratings.values()].filter(ofCall), notes: this.#notes.filter(ofCall) };
  }
}

const ratingKey = (callId: string, userId: string, turnId = ''): string => `${callId} ${turnId} ${userId}`;
