/** Mono PCM16 audio. */
export interface PcmAudio {
  readonly pcm: Int16Array;
  readonly sampleRateHz: number;
}

/**
 * Reads a RIFF/WAVE file of 16-bit PCM; of several channels the first is kept. A data chunk that claims more than
 * there is (a writer that could not seek) ends with the file.
 *
 * @returns undefined when it is not such a file
 */
export function parseWav(file: Uint8Array): PcmAudio | undefined {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  if (file.length < 12 || tag(file, 0) !== 'RIFF' || tag(file, 8) !== 'WAVE') return undefined;
  let format: { readonly channels: number; readonly sampleRateHz: number } | undefined;
  for (let at = 12; at + 8 <= file.length;) {
    const size = view.getUint32(at + 4, true);
    const body = at + 8;
    const kind = tag(file, at);
    if (kind === 'fmt ' && body + 16 <= file.length) {
      const encoding = view.getUint16(body, true);
      if ((encoding !== 1 && encoding !== 0xfffe) || view.getUint16(body + 14, true) !== 16) return undefined;
      format = { channels: view.getUint16(body + 2, true), sampleRateHz: view.getUint32(body + 4, true) };
    }
    if (kind === 'data' && format !== undefined && format.channels > 0) {
      const bytes = Math.min(size, file.length - body);
      const frames = Math.floor(bytes / (2 * format.channels));
      const pcm = new Int16Array(frames);
      for (let i = 0; i < frames; i++) pcm[i] = view.getInt16(body + 2 * i * format.channels, true);
      return { pcm, sampleRateHz: format.sampleRateHz };
    }
    at = body + size + (size % 2);
  }
  return undefined;
}

function tag(file: Uint8Array, at: number): string {
  return String.fromCharCode(...file.subarray(at, at + 4));
}
