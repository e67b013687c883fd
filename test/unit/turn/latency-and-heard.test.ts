import { monoMs } from '../../../src/kernel/time.js';
import { clauseStartMs, heardText } from '../../../src/turn/heard.js';
import { turnLatency } from '../../../src/turn/latency.js';

const marks = (text: string, msPerChar: number) =>
  [...text.matchAll(/\S+/g)].map((m) => ({
    text: m[0],
    charStart: m.index,
    charEnd: m.index + m[0].length,
    startMs: m.index * msPerChar,
    endMs: (m.index + m[0].length) * msPerChar,
  }));

describe('latency ledger', () => {
  test('critical-path segments sum to the response gap', () => {
    const latency = turnLatency(
      {
        speechEndedAt: monoMs(1000),
        vadEndAt: monoMs(1110),
        transcriptAt: monoMs(1180),
        committedAt: monoMs(1200),
        source: 'complete',
      },
      { plannedAt: monoMs(1204), audioReadyAt: monoMs(1290), audibleAt: monoMs(1312) },
      { sttDecodeMs: 60 },
    );
    const segments = Object.values(latency?.segments ?? {});
    expect(segments.reduce((a, b) => a + b, 0)).toBe(latency?.responseGapMs);
    expect(latency?.responseGapMs).toBe(312);
    expect(latency?.overlapped).toEqual({ sttDecodeMs: 60, sttLagMs: 180 });
  });

  test('a reply prepared before the turn ended has no negative segment', () => {
    const latency = turnLatency(
      {
        speechEndedAt: monoMs(1000),
        vadEndAt: monoMs(1100),
        transcriptAt: monoMs(990),
        committedAt: monoMs(1600),
        source: 'pause',
      },
      { plannedAt: monoMs(1200), audioReadyAt: monoMs(1300), audibleAt: monoMs(1615) },
    );
    expect(Object.values(latency?.segments ?? {}).every((ms) => ms >= 0)).toBe(true);
    expect(latency?.responseGapMs).toBe(615);
    expect(latency?.overlapped.sttLagMs).toBe(-10);
  });

  test('keypad turns have no gap', () => {
    expect(
      turnLatency(
        { committedAt: monoMs(5), source: 'dtmf' },
        { plannedAt: monoMs(6), audioReadyAt: monoMs(7), audibleAt: monoMs(8) },
      ),
    ).toBeUndefined();
  });
});

describe('what the caller heard', () => {
  const text = 'We open at nine. The office is in Brook Hall.';
  const words = marks(text, 10);
  const durationMs = text.length * 10;

  test.each([
    [0, '', false],
    [115, 'We open at', false],
    [150, 'We open at nine.', false],
    [durationMs, text, true],
  ])('after %d ms: %p', (playedMs, heard, complete) => {
    expect(heardText(text, words, durationMs, playedMs)).toEqual({ text: heard, playedMs, complete });
  });

  test('without word times the share of the audio decides, at a word boundary', () => {
    expect(heardText('one two three four', [], 1000, 500).text).toBe('one two');
  });

  test('resuming goes back to the start of the clause', () => {
    expect(clauseStartMs(text, words, 300)).toBe(text.indexOf('The') * 10);
    expect(clauseStartMs(text, words, 50)).toBe(0);
  });
});
