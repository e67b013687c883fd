import { createWriteStream } from 'node:fs';
import { scoreOf } from '../../src/speech/core/phrase-search.js';
import type { DecodedTokens } from '../../src/speech/core/greedy.js';
import type { Beginning, Searched } from '../../src/speech/core/phrase-search.js';
import { padded } from '../../src/speech/core/segments.js';
import { checkModels } from '../../src/speech/models.js';
import { MIN_ENCODER_SAMPLES, MoonshineModel } from '../../src/speech/stt/moonshine-model.js';
import {
  audioSegments,
  expectedGraph,
  RECOGNIZER_DEFAULTS,
  type ExpectedGraph,
} from '../../src/speech/stt/moonshine-recognizer.js';
import { clips, type Clip } from '../../test/eval/expected/clips.js';
import type { QuestionKind } from '../../test/eval/expected/phrases.js';
import { questions } from '../../test/eval/expected/questions.js';
import type { Part } from '../../test/eval/expected/voices.js';

/** What one alignment of the audio gave. */
export interface CollectedLook {
  readonly free: DecodedTokens;
  /** By question: what else would have been allowed where the free reading was expected, or what a search found. */
  readonly at: Readonly<
    Partial<Record<QuestionKind, { readonly expected?: readonly Beginning[]; readonly searched?: Searched }>>
  >;
}

/** A clip with everything that a choice of its words can rest on. */
export interface Collected extends Omit<Clip, 'pcm'> {
  readonly looks: readonly CollectedLook[];
}

const RATE_HZ = 16_000;
const options = RECOGNIZER_DEFAULTS;

/**
 * Listens to one half of the evaluation and writes down, a line a clip, the free readings of both alignments and the
 * likeliest expected sentences at every question, none of them refused: what is tuned on afterwards needs no audio.
 *
 * @param kinds - kinds of clips; all when empty
 */
export async function collect(
  part: Part,
  dataDir: string,
  file: string,
  kinds: readonly string[] = [],
): Promise<number> {
  const { expected, sources } = questions();
  const graphs = Object.fromEntries(
    Object.entries(expected).map(([kind, sentences]) => [kind, expectedGraph(sentences)]),
  ) as Record<QuestionKind, ExpectedGraph>;
  const models = checkModels();
  const model = await MoonshineModel.load(models.sttEncoder, models.sttDecoder);
  const out = createWriteStream(file);
  let count = 0;
  for (const { pcm, ...clip } of clips(part, dataDir, sources)) {
    if (kinds.length > 0 && !kinds.includes(clip.kind)) continue;
    const segments = audioSegments({ pcm: pcm(), sampleRateHz: 8000 }, options);
    const [segment] = segments;
    const looks: CollectedLook[] = [];
    if (segments.length === 1 && segment !== undefined) {
      const short = (1000 * segment.length) / RATE_HZ <= options.shortMs;
      for (const padding of short
        ? [options.shortPadding, options.longPadding]
        : [options.longPadding, options.shortPadding]) {
        looks.push(await look(model, segment, padding, clip.at, graphs));
      }
    }
    out.write(`${JSON.stringify({ ...clip, looks } satisfies Collected)}\n`);
    count++;
  }
  await new Promise((resolve) => out.end(resolve));
  await model.release();
  return count;
}

async function look(
  model: MoonshineModel,
  segment: Float32Array,
  { beforeMs, afterMs }: { readonly beforeMs: number; readonly afterMs: number },
  kinds: readonly QuestionKind[],
  graphs: Readonly<Record<QuestionKind, ExpectedGraph>>,
): Promise<CollectedLook> {
  const missingMs = (1000 * (MIN_ENCODER_SAMPLES - segment.length)) / RATE_HZ;
  const audio = padded(segment, RATE_HZ, beforeMs, Math.max(afterMs, missingMs));
  const greedy = {
    noSpeechThreshold: options.noSpeechThreshold,
    maxTokens: Math.ceil((segment.length / RATE_HZ) * 6.5) + 12,
  };
  const never = (): boolean => false;
  const at: Record<string, { expected?: readonly Beginning[]; searched?: Searched }> = {};
  let free: DecodedTokens | undefined;
  let first: Parameters<MoonshineModel['search']>[0] | undefined;
  for (const kind of kinds) {
    const { start } = graphs[kind];
    if (free === undefined || first === undefined) {
      const read = await model.read(audio, greedy, never, start);
      if (read === undefined) throw new Error('cancelled');
      ({ free, first } = read);
      if (read.expected !== undefined) {
        at[kind] = { expected: read.expected };
        continue;
      }
    }
    if (free.stop !== 'end' || free.tokens.length > options.expectedMaxTokens) continue;
    const searched = await model.search(
      first,
      start,
      {
        floor: scoreOf(free) - options.expectedMaxDeficit,
        maxSteps: options.expectedMaxSteps,
        accept: () => false,
      },
      never,
    );
    if (searched !== undefined) at[kind] = { searched };
  }
  if (free === undefined) throw new Error('a clip without a question');
  return { free, at };
}
