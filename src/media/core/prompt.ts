import { encodeAlaw, encodeUlaw } from './g711.js';

/** Speech kept encoded, so that a prompt that is played often is neither synthesised nor encoded again. */
export class EncodedPrompt {
  readonly #pcm: Int16Array;
  #ulaw: Uint8Array | undefined;
  #alaw: Uint8Array | undefined;

  /** @param pcm - PCM16 at 8 kHz; kept by reference */
  constructor(pcm: Int16Array) {
    this.#pcm = pcm;
  }

  /** Length in samples at 8 kHz. */
  get samples(): number {
    return this.#pcm.length;
  }

  /** PCM16 at 8 kHz. */
  get pcm(): Int16Array {
    return this.#pcm;
  }

  /** The whole prompt in G.711, encoded when first asked for. */
  g711(law: 'PCMU' | 'PCMA'): Uint8Array {
    return law === 'PCMU'
      ? (this.#ulaw ??= encodeAll(encodeUlaw, this.#pcm))
      : (this.#alaw ??= encodeAll(encodeAlaw, this.#pcm));
  }
}

function encodeAll(encode: (pcm: Int16Array, out: Uint8Array) => number, pcm: Int16Array): Uint8Array {
  const out = new Uint8Array(pcm.length);
  encode(pcm, out);
  return out;
}

/** Prompts by key, bounded by their length in samples; the least recently used gives way. */
export class PromptCache {
  readonly #prompts = new Map<string, EncodedPrompt>();
  #samples = 0;

  /** @param maxSamples - total length kept, samples at 8 kHz. Default: 10 minutes, about 20 MB in all forms */
  constructor(private readonly maxSamples: number = 10 * 60 * 8000) {}

  get size(): number {
    return this.#prompts.size;
  }

  /** Samples held. */
  get samples(): number {
    return this.#samples;
  }

  get(key: string): EncodedPrompt | undefined {
    const prompt = this.#prompts.get(key);
    if (prompt === undefined) return undefined;
    this.#prompts.delete(key);
    this.#prompts.set(key, prompt);
    return prompt;
  }

  /** Keeps speech under a key and returns it as a prompt. A prompt longer than the whole cache is not kept. */
  put(key: string, pcm: Int16Array): EncodedPrompt {
    const prompt = new EncodedPrompt(pcm);
    this.delete(key);
    if (prompt.samples > this.maxSamples) return prompt;
    this.#prompts.set(key, prompt);
    this.#samples += prompt.samples;
    for (const oldest of this.#prompts.keys()) {
      if (this.#samples <= this.maxSamples) break;
      this.delete(oldest);
    }
    return prompt;
  }

  delete(key: string): void {
    this.#samples -= this.#prompts.get(key)?.samples ?? 0;
    this.#prompts.delete(key);
  }
}
