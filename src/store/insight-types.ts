import type { WallMs } from '../kernel/time.js';
import type { HourCounts } from './analytics/core/tally.js';
import type { Page, Paging } from './paging.js';

/** Which hours are added up, and by what. A call counts in the hour in which it began, from its end on. */
export interface HourQuery {
  readonly fromMs: WallMs;
  /** Excluded. */
  readonly toMs: WallMs;
  /** Only calls to these numbers; all unless given. */
  readonly lines?: readonly string[];
  readonly persona?: string;
  readonly by: 'all' | 'hour' | 'line' | 'persona';
}

/** Hours added up. */
export interface HourGroup extends HourCounts {
  /** Beginning of the hour in Unix ms, line or persona; empty for all. */
  readonly key: string;
}

export const QUESTION_STATUSES = ['open', 'written', 'ignored'] as const;
export type QuestionStatus = (typeof QUESTION_STATUSES)[number];

/** A question that the documents had no answer to; the same words, whatever their case and marks, are one. */
export interface Question {
  readonly id: string;
  readonly count: number;
  readonly status: QuestionStatus;
  /** What was written in answer to it. */
  readonly materialId?: string;
  readonly firstAtMs: WallMs;
  readonly lastAtMs: WallMs;
  readonly lastCallId: string;
  readonly pii: { readonly question: string };
}

/** Filter of {@link Insights.questions}. */
export interface QuestionQuery extends Paging {
  readonly status?: QuestionStatus;
}

/** What somebody of the staff thinks of a call or of one of its turns; one each. */
export interface Rating {
  readonly id: string;
  readonly callId: string;
  /** Absent: the whole call. */
  readonly turnId?: string;
  readonly userId: string;
  /** 1, bad, to 5, good. */
  readonly score: number;
  readonly reasons: readonly string[];
  readonly atMs: WallMs;
  readonly pii: { readonly comment?: string };
}

/** Something that somebody of the staff has written down about a call. */
export interface Note {
  readonly id: string;
  readonly callId: string;
  readonly userId: string;
  readonly atMs: WallMs;
  /** Place in the call that it is about, ms from its beginning. */
  readonly offsetMs?: number;
  readonly pii: { readonly text: string };
}

export type NewRating = Omit<Rating, 'id' | 'atMs'>;
export type NewNote = Omit<Note, 'id' | 'atMs'>;

/** What is learned from calls. Numbers and questions are written by the journal alone. */
export interface Insights {
  /** Hours added up, in the order of their keys. A window of more than {@link MAX_WINDOW_DAYS} is cut at its beginning. */
  hours(query: HourQuery): Promise<readonly HourGroup[]>;
  /** Most asked first. */
  questions(query?: QuestionQuery): Promise<Page<Question>>;
  /** Says what became of a question; `undefined` when there is none. An answered one that is asked again is open again. */
  settleQuestion(id: string, status: QuestionStatus, materialId?: string): Promise<Question | undefined>;
  /** Replaces what the same person thought before; `undefined` when there is no such call. */
  rate(rating: NewRating): Promise<Rating | undefined>;
  /** Takes a person's own rating back; true when there was one. */
  unrate(callId: string, userId: string, turnId?: string): Promise<boolean>;
  /**
   * @returns `undefined` when there is no such call
   * @throws LeibnizError CAPACITY_FULL beyond {@link MAX_NOTES} of one call
   */
  addNote(note: NewNote): Promise<Note | undefined>;
  /** Removes a person's own note; true when there was one. */
  removeNote(callId: string, noteId: string, userId: string): Promise<boolean>;
  /** Ratings and notes of a call, oldest first. */
  feedback(callId: string): Promise<{ readonly ratings: readonly Rating[]; readonly notes: readonly Note[] }>;
}

/** Longest window of {@link Insights.hours}. */
export const MAX_WINDOW_DAYS = 400;
/** Most notes of one call. */
export const MAX_NOTES = 200;
/** Questions kept; of more, those asked seldom and long ago are forgotten. */
export const MAX_QUESTIONS = 5000;

/** Names of the methods of {@link Insights}; the compiler misses one that is forgotten. */
export const INSIGHT_METHODS = Object.keys({
  hours: 0,
  questions: 0,
  settleQuestion: 0,
  rate: 0,
  unrate: 0,
  addNote: 0,
  removeNote: 0,
  feedback: 0,
} satisfies Record<keyof Insights, 0>) as readonly (keyof Insights)[];
