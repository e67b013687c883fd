import { z } from 'zod';
import type { Knowledge } from '../../dialog/knowledge/types.js';
import type { GuardPort } from '../../dialog/guard/core/types.js';
import { SPEECH_STYLES, type SttEngine, type TtsEngine } from '../../speech/ports.js';
import type { Store } from '../../store/types.js';

/**
 * What passes between roles of this program: everything that the ports carry, which the public paths do not. Both
 * sides are of one release; `v1` changes with the shapes below.
 */
export const SERVICE_PREFIX = '/internal/v1';

/** Audio and messages of two parts; see `net/frames.ts`. */
export const FRAMES_TYPE = 'application/vnd.leibniz.frames';

/** Longest body of a transcription: 40 s of audio at 16 kHz and the expected sentences. */
export const MAX_STT_BODY_BYTES = 8 * 1024 * 1024;

/** The engines that a role serves to other roles. */
export interface ServicePorts {
  readonly stt?: SttEngine;
  readonly tts?: TtsEngine;
  readonly knowledge?: Pick<
    Knowledge,
    'classify' | 'query' | 'retrieve' | 'held' | 'take' | 'rebuild' | 'stats'
  >;
  readonly guard?: GuardPort;
  readonly desk?: Pick<Store, 'appointments' | 'callbacks' | 'waitingList'>;
}

const id = z.string().min(1).max(200);

/** Header of `POST /stt/transcribe`; the bytes are PCM16, little-endian, mono. */
export const transcribeHeader = z.object({
  id,
  kind: z.enum(['speculative', 'final']),
  sample_rate_hz: z.union([z.literal(8000), z.literal(16_000)]),
  /** The body once; afterwards its id alone. */
  expected: z
    .object({
      id,
      sentences: z
        .array(z.array(z.array(z.string().max(200)).max(10_000)).max(100))
        .max(10_000)
        .optional(),
      protect: z
        .array(z.array(z.string().max(100)).max(1000))
        .max(10_000)
        .optional(),
    })
    .optional(),
});
export type TranscribeHeader = z.infer<typeof transcribeHeader>;

/** Body of `POST /stt/promote`. */
export const promoteBody = z.object({ id });

/** Body of `POST /tts/synthesize`; the answer is one frame a sentence and one at the end. */
export const synthesizeBody = z.object({
  id,
  text: z.string().max(100_000),
  voice: z.string().max(100).optional(),
  speed: z.number().min(0.5).max(2).optional(),
  style: z.enum(SPEECH_STYLES).optional(),
  rendering: z.boolean().optional(),
  sample_rate_hz: z.union([z.literal(8000), z.literal(16_000)]),
});
export type SynthesizeBody = z.infer<typeof synthesizeBody>;

const mark = z.object({
  text: z.string(),
  charStart: z.number(),
  charEnd: z.number(),
  startMs: z.number(),
  endMs: z.number(),
});

/** Header of an answering frame of `POST /tts/synthesize`. */
export const synthesisHeader = z.union([
  z.object({ type: z.literal('chunk'), start_ms: z.number(), last: z.boolean(), marks: z.array(mark) }),
  /** Sent where the engine gave no chunks: the whole audio is in this frame. */
  z.object({
    type: z.literal('spoken'),
    /** Engine that spoke. */
    engine: z.string(),
    duration_ms: z.number(),
    cache_hit: z.boolean(),
    marks: z.array(mark),
    in_chunks: z.boolean(),
  }),
  z.object({
    type: z.literal('failed'),
    code: z.enum(['aborted', 'overloaded', 'failed', 'timeout', 'invalid']),
    message: z.string(),
  }),
]);
export type SynthesisHeader = z.infer<typeof synthesisHeader>;

/** Body of `POST /intent/classify`. */
export const classifyBody = z.object({
  text: z.string().max(10_000),
  context: z.object({
    previous_intent: z.string().max(200).optional(),
    session_id: z.string().max(200).optional(),
    conversation_turn: z.number().optional(),
    question: z.string().max(10_000).optional(),
  }),
});

/** Body of `POST /rag/query`. */
export const queryBody = z.object({
  text: z.string().max(10_000),
  context: z.object({
    user_context: z.string().max(1000).optional(),
    session_id: z.string().max(200).optional(),
    before: z.string().max(10_000).optional(),
    persona: z.string().max(200).optional(),
  }),
});

/** Body of `POST /rag/rebuild`. */
export const rebuildBody = z.object({ path: z.string().max(1024).optional() });

/** Body of `POST /rag/retrieve`. */
export const retrieveBody = z.object({
  text: z.string().max(10_000),
  limit: z.number().int().min(1).max(50),
});

/** Longest body of `POST /rag/documents`: one document of the greatest length, in UTF-8. */
export const MAX_DOCUMENTS_BODY_BYTES = 8 * 1024 * 1024;

const section = z.object({
  headings: z.array(z.string()),
  paragraphs: z.array(z.string()),
  questions: z.array(z.string()).optional(),
});

/** Body of `POST /rag/documents`. */
export const documentsBody = z.object({
  put: z
    .array(
      z.object({
        ...{ id, title: z.string(), tags: z.array(z.string()), path: z.string(), stamp: z.string() },
        sections: z.array(section),
        language: z.string().optional(),
        validFromMs: z.number().optional(),
        validUntilMs: z.number().optional(),
      }),
    )
    .optional(),
  remove: z.array(id).optional(),
  more: z.boolean().optional(),
});

/** Body of `POST /guard/input` and `POST /guard/output`. */
export const guardBody = z.object({ text: z.string().max(20_000) });

/** Body of `POST /desk/<part>/<method>`: the arguments in order. */
export const deskBody = z.object({ args: z.array(z.unknown()).max(3) });

/** What the desk may be asked: every method of its ports. */
export const DESK_METHODS = {
  appointments: [
    'book',
    'findByKey',
    'get',
    'find',
    'list',
    'move',
    'cancel',
    'changeByKey',
    'hold',
    'release',
    'busy',
  ],
  callbacks: ['request', 'change', 'findByKey', 'get', 'list', 'complete'],
  waitingList: ['join', 'findByKey', 'list', 'leave', 'matches'],
} as const;
