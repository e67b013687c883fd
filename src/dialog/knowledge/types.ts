import type { KnowledgeDocument } from '../../kernel/document.js';
import type { IntentContext, IntentResult, KnowledgeAnswer, KnowledgeSource } from '../core/effects.js';
import type { CacheStats } from '../../net/cache/layered-cache.js';
import type { EmbeddingStoreStats } from './embedding-store.js';

/** What an answer may depend on beside the question. */
export interface KnowledgeContext {
  /** The caller's situation in words ("a new customer"); it takes part in the search. */
  readonly user_context?: string;
  readonly session_id?: string;
  /** What the question leans on: the last question that was answered ("where can i park", then "is it free"). */
  readonly before?: string;
  /** Persona that will speak the answer; part of the cache key. */
  readonly persona?: string;
}

/** Where the time of an answer went, in milliseconds. */
export interface TimingBreakdown {
  readonly cache_check_ms: number;
  readonly embedding_ms: number;
  readonly retrieval_ms: number;
  /** Choosing the sentences. */
  readonly generation_ms: number;
  /** From the call to the answer, waiting for the worker included. */
  readonly total_ms: number;
}

/** An answer as `POST /api/v1/query` gives it. */
export interface KnowledgeReply extends KnowledgeAnswer {
  readonly timing_breakdown: TimingBreakdown;
  readonly cache_hit: boolean;
  readonly index_version: string;
}

/** An intent as `POST /api/v1/classify` gives it. */
export interface ClassifyReply extends IntentResult {
  readonly response_time_ms: number;
  readonly cache_hit: boolean;
}

/** What a rebuild did. */
export interface RebuildReport {
  readonly status: 'success';
  readonly documents_indexed: number;
  readonly passages_indexed: number;
  readonly index_version: string;
  readonly took_ms: number;
}

/** A document that is not of the folder: an upload, a page of a site. */
export interface KeptDocument extends KnowledgeDocument {
  /** Says whether two of one id are the same. */
  readonly stamp: string;
}

/** What changes among the documents that are not of the folder. */
export interface DocumentChange {
  readonly put?: readonly KeptDocument[];
  /** Ids. */
  readonly remove?: readonly string[];
  /** More changes follow: the index waits for the last one. */
  readonly more?: boolean;
}

/** A passage that was found. */
export interface FoundPassage extends KnowledgeSource {
  readonly text: string;
}

/** Passages without an answer. */
export interface Retrieval {
  readonly passages: readonly FoundPassage[];
  readonly index_version: string;
}

/** State of the worker's side. */
export interface EngineStats {
  readonly index_loaded: boolean;
  /** Passages. */
  readonly index_size: number;
  readonly documents: number;
  readonly index_version: string;
  /** `exact` where the optional package `hnswlib-node` is missing. */
  readonly index_kind: 'hnsw' | 'exact';
  /** The model that made the vectors. */
  readonly embedding_model: string;
  readonly embeddings: EmbeddingStoreStats;
}

/** State of the knowledge base and the intent classifier. */
export interface KnowledgeStats extends EngineStats {
  readonly intent_cache: CacheStats;
  readonly answer_cache: CacheStats;
  /** Calls waiting for the worker. */
  readonly pending: number;
  readonly timeouts: number;
  /** Times the worker died and was started again. */
  readonly restarts: number;
}

/** One call's bound. */
export interface CallOptions {
  /** The call rejects with KNOWLEDGE_TIMEOUT after this time. Default 1000 ms for intents, 3000 ms for answers. */
  readonly timeoutMs?: number;
}

/** The knowledge base and the intent classifier, as the rest of the program sees them. */
export interface Knowledge {
  /**
   * What the sentence is about, asked of the worker and cached.
   *
   * @throws LeibnizError KNOWLEDGE_TIMEOUT, CAPACITY_FULL or WORKER_CRASHED
   */
  classify(text: string, context?: IntentContext, options?: CallOptions): Promise<ClassifyReply>;
  /**
   * An answer of at most two sentences, or `found: false`.
   *
   * @throws LeibnizError KNOWLEDGE_TIMEOUT, CAPACITY_FULL or WORKER_CRASHED
   */
  query(text: string, context?: KnowledgeContext, options?: CallOptions): Promise<KnowledgeReply>;
  /**
   * Reads the documents again, or those of another folder within the configured roots. Questions are answered
   * from the old index until the new one is complete; on an error the old one stays.
   *
   * @throws LeibnizError DOCUMENT_UNREADABLE, BAD_REQUEST, NOT_FOUND, CAPACITY_FULL or WORKER_CRASHED
   */
  rebuild(path?: string): Promise<RebuildReport>;
  /**
   * The passages nearest to a text, without an answer.
   *
   * @param limit - 1 to 50
   * @throws LeibnizError KNOWLEDGE_TIMEOUT, CAPACITY_FULL or WORKER_CRASHED
   */
  retrieve(text: string, limit: number): Promise<Retrieval>;
  /** Stamps of the documents that are not of the folder, by id. Empty after a crash: whoever keeps them gives them again. */
  held(): Promise<Readonly<Record<string, string>>>;
  /**
   * Changes the documents that are not of the folder. Only what is new is embedded; questions are answered from the old
   * index until the new one is complete. Resolves when they are asked from it.
   *
   * @throws LeibnizError CAPACITY_FULL beyond what is held, WORKER_CRASHED
   */
  take(change: DocumentChange): Promise<void>;
  stats(): Promise<KnowledgeStats>;
  /** Waits for the worker to end. Open calls reject. */
  close(): Promise<void>;
}
