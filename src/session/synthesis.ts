import { createHash } from 'node:crypto';
import { LeibnizError } from '../kernel/errors.js';
import { IdSequence, requestId } from '../kernel/ids.js';
import { formatWav } from '../kernel/wav.js';
import { splitSentences, type SpeechStyle, type TtsEngine, type TtsError } from '../speech/index.js';
import type { BlobFacts, BlobStore } from '../store/blobs/types.js';

/** A text to be spoken into a file. */
export interface SynthesisRequest {
  /** Under 10,000 characters. */
  readonly text: string;
  readonly style?: SpeechStyle | undefined;
  readonly voice?: string | undefined;
  readonly speed?: number | undefined;
  /** Keeps files of one user apart from those of others; never the whole key. */
  readonly namespace?: string | undefined;
  /** Engine that is preferred, where there is one of that name. */
  readonly provider?: string | undefined;
}

/** A file with a spoken text. */
export interface SynthesisedFile {
  readonly id: string;
  /** Good for an hour. */
  readonly url: string;
  readonly durationMs: number;
  readonly provider: string;
  readonly cacheHit: boolean;
}

const URL_VALID_MS = 3600_000;
const RATE_HZ = 16_000;
/** Texts are spoken in parts of at most this length. */
const PART_CHARS = 1500;
const LONGEST_MS = 60_000;
/** Texts at once; each holds up to 20 MB of audio. */
const MAX_OPEN = 4;

/** Texts spoken into files for clients of the API. The same text is spoken once and then kept. */
export class SynthesisDesk {
  readonly #coming = new Map<string, Promise<BlobFacts>>();
  readonly #ids = new IdSequence('file');

  constructor(
    private readonly tts: TtsEngine,
    private readonly blobs: BlobStore,
  ) {}

  /** @throws LeibnizError BAD_REQUEST for an unknown voice; CAPACITY_FULL, TIMEOUT, TTS_FAILED */
  async synthesize(request: SynthesisRequest): Promise<SynthesisedFile> {
    const engine =
      this.#engines().find(({ capabilities }) => nameOf(capabilities.engine) === request.provider) ??
      this.tts;
    const first = engine.engines?.()[0] ?? engine;
    const key = keyOf(request, engine);
    const known = await this.blobs.facts(key);
    // What a stand-in spoke is not kept for ever in place of the first choice.
    const cacheHit = known !== undefined && known['provider'] === nameOf(first.capabilities.engine);
    const facts = cacheHit ? known : await this.#once(key, request, engine);
    return {
      id: key.slice(key.lastIndexOf('/') + 1, -4),
      url: await this.blobs.signedUrl(key, URL_VALID_MS),
      durationMs: Number(facts['duration-ms']),
      provider: facts['provider'] ?? '',
      cacheHit,
    };
  }

  /** Voices by engine. */
  async voices(): Promise<Readonly<Record<string, readonly string[]>>> {
    return Object.fromEntries(
      this.#engines().map((engine) => [
        nameOf(engine.capabilities.engine),
        engine.voices().map(({ id }) => id),
      ]),
    );
  }

  #engines(): readonly TtsEngine[] {
    return this.tts.engines?.() ?? [this.tts];
  }

  /** One speaking for all who want the same file. */
  #once(key: string, request: SynthesisRequest, engine: TtsEngine): Promise<BlobFacts> {
    const coming = this.#coming.get(key);
    if (coming !== undefined) return coming;
    if (this.#coming.size >= MAX_OPEN) {
      throw new LeibnizError('CAPACITY_FULL', 'Too many texts are being spoken; try again in a moment.');
    }
    const made = this.#make(key, request, engine).finally(() => this.#coming.delete(key));
    this.#coming.set(key, made);
    return made;
  }

  async #make(key: string, request: SynthesisRequest, engine: TtsEngine): Promise<BlobFacts> {
    const signal = AbortSignal.timeout(LONGEST_MS);
    const pcms: Int16Array[] = [];
    let provider = nameOf(engine.capabilities.engine);
    for (const text of parts(request.text)) {
      const { voice, speed, style } = request;
      const spoken = await engine.synthesize({
        ...{ requestId: requestId(this.#ids.next()), text, sampleRateHz: RATE_HZ, signal },
        ...(voice === undefined ? {} : { voice }),
        ...(speed === undefined ? {} : { speed }),
        ...(style === undefined ? {} : { style }),
      });
      if (!spoken.ok) throw refusalOf(spoken.error);
      pcms.push(spoken.value.pcm);
      provider = nameOf(spoken.value.engine);
    }
    const pcm = joined(pcms);
    const facts = { provider, 'duration-ms': String(Math.round((1000 * pcm.length) / RATE_HZ)) };
    await this.blobs.put(key, formatWav({ sampleRateHz: RATE_HZ, channels: [pcm] }), facts);
    return facts;
  }
}

function keyOf(
  { text, style = 'neutral', voice = '', speed = 1, namespace = '' }: SynthesisRequest,
  engine: TtsEngine,
): string {
  const who = (engine.engines?.() ?? [engine]).map(
    ({ capabilities }) => `${capabilities.engine} ${capabilities.defaultVoice}`,
  );
  const hash = createHash('sha256').update(
    JSON.stringify([namespace, who, voice, speed, style, text.trim()]),
  );
  return `tts/${hash.digest('hex')}.wav`;
}

/** `flite-2.3` is known as `flite`. */
const nameOf = (engine: string): string => engine.replace(/-[\d.]+$/, '');

/** Sentences of a text, put together to parts that an engine takes. */
function parts(text: string): string[] {
  const found: string[] = [];
  for (const { text: sentence } of splitSentences(text)) {
    const last = found.at(-1);
    if (last !== undefined && last.length + sentence.length < PART_CHARS) {
      found[found.length - 1] = `${last} ${sentence}`;
    } else found.push(sentence);
  }
  return found;
}

function joined(pcms: readonly Int16Array[]): Int16Array {
  const pcm = new Int16Array(pcms.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of pcms) {
    pcm.set(part, at);
    at += part.length;
  }
  return pcm;
}

function refusalOf({ code, message }: TtsError): LeibnizError {
  switch (code) {
    case 'invalid':
      return new LeibnizError('BAD_REQUEST', `The text cannot be spoken: ${message}.`, { field: 'voice' });
    case 'overloaded':
      return new LeibnizError('CAPACITY_FULL', 'No voice is free; try again in a moment.');
    case 'timeout':
    case 'aborted':
      return new LeibnizError('TIMEOUT', 'The text was not spoken in time.');
    case 'failed':
      return new LeibnizError('TTS_FAILED', 'The text could not be spoken.');
  }
}
