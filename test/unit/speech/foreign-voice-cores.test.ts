import { wordsOfAlignment } from '../../../src/speech/core/alignment.js';
import {
  AudioDecoder,
  rateOfMime,
  sniffAudio,
  type AudioFormat,
} from '../../../src/speech/core/audio-decoder.js';
import { JsonObjects, JsonTooLarge } from '../../../src/speech/core/json-objects.js';
import { prepareText } from '../../../src/speech/core/prepared-text.js';
import { lexiconOf } from '../../../src/speech/core/pronunciations.js';
import { SpeechGate } from '../../../src/speech/core/speech-gate.js';
import { escapeXml } from '../../../src/speech/core/ssml.js';
import { StreamResampler } from '../../../src/speech/core/stream-resample.js';
import { WordTimes } from '../../../src/speech/core/word-times.js';
import { pcmBytes, ulawBytes, wavBytes } from '../../support/providers/tts/tones.js';

const tone = (hz: number, rate: number, seconds = 0.5): Int16Array =>
  Int16Array.from({ length: rate * seconds }, (_, i) => 8000 * Math.sin((2 * Math.PI * hz * i) / rate));
const rms = (pcm: Int16Array): number => Math.sqrt(pcm.reduce((sum, x) => sum + x * x, 0) / pcm.length);
const resampled = (pcm: Int16Array, from: number, to: number, piece = 333): Int16Array => {
  const resampler = new StreamResampler(from, to);
  const out: number[] = [];
  for (let at = 0; at < pcm.length; at += piece) out.push(...resampler.push(pcm.subarray(at, at + piece)));
  return Int16Array.from([...out, ...resampler.end()]);
};

describe('rates', () => {
  test.each([
    [24_000, 8000],
    [22_050, 8000],
    [44_100, 16_000],
    [48_000, 8000],
    [8000, 16_000],
    [24_000, 16_000],
  ])('%i to %i Hz: speech passes, what cannot be held does not fold, length and place stay', (from, to) => {
    const spoken = resampled(tone(1000, from), from, to);
    expect(Math.abs(spoken.length - to / 2)).toBeLessThanOrEqual(2);
    const expected = tone(1000, to);
    const middle = (pcm: Int16Array): Int16Array => pcm.slice(to / 10, (4 * to) / 10);
    const error = middle(spoken).map((x, i) => x - (middle(expected)[i] ?? 0));
    expect(rms(error) / rms(middle(expected))).toBeLessThan(0.01);
    const limit = Math.min(from, to) / 2;
    if (from > to) expect(rms(middle(resampled(tone(1.2 * limit, from), from, to)))).toBeLessThan(30);
    expect(rms(middle(resampled(tone(0.8 * limit, from), from, to)))).toBeGreaterThan(5000);
  });

  test('blocks of any length give the same samples', () => {
    const pcm = tone(700, 22_050, 0.1);
    expect(resampled(pcm, 22_050, 8000, 1)).toEqual(resampled(pcm, 22_050, 8000, 5000));
  });
});

describe('what a stream is', () => {
  const decode = (
    bytes: Buffer,
    format: AudioFormat,
    piece: number,
  ): { pcm: number[]; foreign: string | undefined } => {
    const decoder = new AudioDecoder(format, 8000);
    const pcm: number[] = [];
    for (let at = 0; at < bytes.length; at += piece) {
      pcm.push(...decoder.push(bytes.subarray(at, at + piece)));
    }
    return { pcm: [...pcm, ...decoder.end()], foreign: decoder.foreign };
  };
  const raw: AudioFormat = { coding: 'pcm_s16le', sampleRateHz: 8000 };
  const some = tone(500, 8000, 0.05);

  test.each([1, 3, 7, 44, 1000])('raw, with a WAV header, as mu-law, in pieces of %i bytes', (piece) => {
    const bytes = pcmBytes(some);
    expect(decode(bytes, raw, piece).pcm).toEqual([...some]);
    expect(decode(wavBytes(bytes, 8000), { ...raw, sampleRateHz: 24_000 }, piece).pcm).toEqual([...some]);
    const law = decode(wavBytes(ulawBytes(some), 8000, 7), raw, piece).pcm;
    expect(law).toEqual(decode(ulawBytes(some), { coding: 'ulaw', sampleRateHz: 8000 }, piece).pcm);
    law.forEach((sample, i) => expect(Math.abs(sample - (some[i] ?? 0))).toBeLessThanOrEqual(260));
  });

  test('the silence of both codings is no MP3', () => {
    expect(sniffAudio(Buffer.alloc(12, 0xff))).toBeUndefined();
    expect(sniffAudio(Buffer.alloc(12, 0))).toBeUndefined();
    expect(sniffAudio(Buffer.alloc(12, 0xd5))).toBeUndefined();
  });

  test.each([
    ['mp3', Buffer.from('fffb906400000000000000000000', 'hex')],
    ['mp3', Buffer.from('ID3\u0004\0\0\0\0\0\0\0\0\0\0')],
    ['ogg', Buffer.from('OggS\0\u0002\0\0\0\0\0\0\0\0\0\0')],
    ['flac', Buffer.from('fLaC\0\0\0"\0\0\0\0\0\0\0\0')],
    ['json', Buffer.from('{"error":{"message":"no"}}')],
    ['wav of another coding', wavBytes(Buffer.alloc(20), 8000, 3 as 1)],
  ])('%s is told, and gives no samples', (kind, bytes) => {
    expect(decode(bytes, raw, 5)).toEqual({ pcm: [], foreign: kind });
  });

  test('shorter than a header', () => {
    expect(decode(Buffer.from([1, 0, 2, 0]), raw, 4).pcm).toEqual([1, 2]);
  });

  test('the rate of a media type', () => {
    expect(rateOfMime('audio/L16;codec=pcm;rate=24000')).toBe(24_000);
    expect(rateOfMime('audio/L16; rate=16000')).toBe(16_000);
    expect(rateOfMime('audio/L16')).toBeUndefined();
    expect(rateOfMime('audio/L16;rate=1')).toBeUndefined();
  });
});

test('silence before and after speech is cut, pauses within it stay', () => {
  const sound = tone(400, 8000, 0.1);
  const silence = new Int16Array(1600);
  const all = [...silence, ...sound, ...silence, ...sound, ...silence];
  for (const piece of [7, 160, 5000]) {
    const gate = new SpeechGate(8000);
    const out: number[] = [];
    for (let at = 0; at < all.length; at += piece) {
      out.push(...gate.push(Int16Array.from(all.slice(at, at + piece))));
    }
    out.push(...gate.end());
    expect(Math.abs(out.length / 8 - (20 + 100 + 200 + 100 + 40))).toBeLessThan(3);
    expect(Math.abs(gate.leadMs - 180)).toBeLessThan(2);
  }
  const gate = new SpeechGate(8000);
  gate.push(silence);
  expect(gate.end()).toHaveLength(0);
});

describe('text', () => {
  const text = 'Dr. Ng is in room 204B at 9:30 a.m., isn’t she? Siobhan – yes!';
  const prepared = prepareText(text, lexiconOf([{ word: 'Siobhan', say: 'shiv awn' }]));

  test('numbers, titles and pronunciations are words; every word knows its place', () => {
    expect(prepared.line).toBe(
      'doctor Ng is in room two oh four B at nine thirty A M, isn’t she? shiv awn– yes!'.replace(
        'awn– ',
        'awn– ',
      ),
    );
    for (const { charStart, charEnd, from, to } of prepared.words) {
      expect(text.slice(charStart, charEnd)).not.toBe('');
      expect(prepared.line.slice(from, to)).not.toMatch(/^\s|\s$/);
    }
  });

  test('a text without words is empty, one without an end gets one', () => {
    expect(prepareText('...').line).toBe('');
    expect(prepareText('Good morning').line).toBe('Good morning.');
  });

  test('XML takes any text', () => {
    expect(escapeXml(`<a> & "b" 'c'\u0001\uFFFE`)).toBe('&lt;a&gt; &amp; &quot;b&quot; &apos;c&apos;');
  });
});

describe('word times', () => {
  const text = 'See Dr. Ng at 9:30.';
  const open = (): WordTimes => new WordTimes(text, prepareText(text), 50);

  test('a word of several words spans them; one that the provider left out lies between its neighbours', () => {
    const times = open();
    times.heard([
      { text: 'See', startMs: 100, endMs: 300 },
      { text: 'Ng', startMs: 900, endMs: 1100 },
      { text: 'at', startMs: 1100, endMs: 1200 },
      { text: 'nine', startMs: 1200, endMs: 1500 },
    ]);
    expect(times.take(1450, 100).map(({ text: word, startMs, endMs }) => [word, startMs, endMs])).toEqual([
      ['See', 0, 200],
      ['Dr.', 200, 800],
      ['Ng', 800, 1000],
      ['at', 1000, 1100],
    ]);
    times.heard([{ text: 'thirty', startMs: 1500, endMs: 1900 }]);
    expect(times.finish(1850, 100)).toMatchObject([{ text: '9:30', startMs: 1100, endMs: 1800 }]);
  });

  test('without times they are estimated, in order and within the audio', () => {
    const times = open();
    const marks = [...times.take(600, 0), ...times.take(900, 0), ...times.finish(1000, 0)];
    expect(marks.map((mark) => mark.text)).toEqual(['See', 'Dr.', 'Ng', 'at', '9:30']);
    marks.forEach((mark, i) => expect(mark.startMs).toBeGreaterThanOrEqual(marks[i - 1]?.endMs ?? 0));
    expect(marks.at(-1)?.endMs).toBeCloseTo(1000, 6);
  });

  test('times that make no sense are passed over', () => {
    const times = open();
    times.heard([
      { text: 'zebra', startMs: 0, endMs: 1 },
      { text: 'See', startMs: 5, endMs: 1 },
      { text: '', startMs: 0, endMs: 0 },
    ]);
    expect(times.finish(1000, 0)).toHaveLength(5);
  });

  test('alignments by characters, in both spellings and in seconds', () => {
    const chars = ['H', 'i', ' ', 'y', 'o'];
    const words = [
      { text: 'Hi', startMs: 100, endMs: 120 },
      { text: 'yo', startMs: 130, endMs: 150 },
    ];
    const charStartTimesMs = [0, 10, 20, 30, 40];
    const tens = [10, 10, 10, 10, 10];
    expect(wordsOfAlignment({ chars, charStartTimesMs, charDurationsMs: tens }, 100)).toEqual(words);
    expect(wordsOfAlignment({ chars, charStartTimesMs, charsDurationsMs: tens }, 100)).toEqual(words);
    expect(
      wordsOfAlignment(
        {
          characters: chars,
          character_start_times_seconds: [0.1, 0.11, 0.12, 0.13, 0.14],
          character_end_times_seconds: [0.11, 0.12, 0.13, 0.14, 0.15],
        },
        0,
      ).map(({ text: word, startMs }) => [word, Math.round(startMs)]),
    ).toEqual([
      ['Hi', 100],
      ['yo', 130],
    ]);
    for (const odd of [null, 7, {}, { chars: 'Hi' }, { chars: [1], charStartTimesMs: ['x'] }]) {
      expect(wordsOfAlignment(odd, 0)).toEqual([]);
    }
  });
});

test('JSON objects of a stream, whatever stands between them and wherever it is cut', () => {
  const text = '{"a":"}{\\"","b":{"c":[1]}}\n\n data: {"d":2}{broken}{"e":3}';
  for (const size of [1, 2, 5, 100]) {
    const objects = new JsonObjects();
    const values: unknown[] = [];
    for (let at = 0; at < text.length; at += size) values.push(...objects.push(text.slice(at, at + size)));
    expect(values).toEqual([{ a: '}{"', b: { c: [1] } }, { d: 2 }, { e: 3 }]);
  }
  expect(() => new JsonObjects(10).push('{"a":"very long indeed')).toThrow(JsonTooLarge);
});
