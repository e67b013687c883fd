import { utteranceId } from '../../../src/kernel/ids.js';
import { Pacer } from '../../../src/media/pacer.js';
import { PcmMediaSession } from '../../../src/media/pcm-media-session.js';
import type { MediaEvent } from '../../../src/media/ports.js';
import { VirtualTime } from '../../support/virtual-time.js';

function tone(rateHz: number, ms: number): Int16Array {
  return Int16Array.from(
    { length: (rateHz * ms) / 1000 },
    (_, i) => 8000 * Math.sin((2 * Math.PI * 300 * i) / rateHz),
  );
}

function open(o: { continuous?: boolean; inactivityMs?: number } = {}) {
  const time = new VirtualTime();
  const blocks: { at: number; pcm: Int16Array }[] = [];
  const session = new PcmMediaSession({
    scheduler: time,
    pacer: new Pacer(time),
    onOutput: (pcm) => blocks.push({ at: time.now(), pcm }),
    ...o,
  });
  const words: string[] = [];
  const audio = { sources: '', next: 0, energy: 0 };
  session.subscribe((event: MediaEvent) => {
    if (event.type === 'audio') {
      expect(event.startSample).toBe(audio.next);
      audio.next += 160;
      expect(event.pcm).toHaveLength(320);
      audio.sources += event.source[0];
      audio.energy += event.pcm.reduce((sum, sample) => sum + Math.abs(sample), 0);
    } else if (event.type === 'playout') words.push(`${event.event} ${event.playedMs}`);
    else words.push(event.type);
  });
  return { time, session, blocks, words, audio };
}

describe('hearing', () => {
  test.each([1, 7, 320, 800, 801, 3999, 40_000])(
    'pieces of %i samples: the same audio, not halved',
    (size) => {
      const { session, audio, words } = open();
      const pcm = tone(16_000, 3000);
      for (let at = 0; at < pcm.length; at += size) session.pushPcm(pcm.subarray(at, at + size));
      expect(audio.next).toBe(24_000);
      expect(audio.energy / (48_000 * 5092)).toBeCloseTo(1, 1);
      expect(words).toEqual(['first_rtp']);
    },
  );

  test('50 ms pieces in real time: no silence in between, silence after the last', () => {
    const { time, session, audio } = open();
    for (let n = 0; n < 20; n++) {
      session.pushPcm(tone(16_000, 50));
      time.advanceSync(50);
    }
    expect(audio.sources).toMatch(/^r+$/);
    time.advanceSync(500);
    expect(audio.sources).toMatch(/^r{50}s{2}/);
  });

  test('nothing ever comes: silence by the clock from 60 ms on', () => {
    const { time, audio } = open();
    time.advanceSync(1000);
    expect(audio.next / 8).toBeGreaterThan(900);
    expect(audio.sources).toMatch(/^s+$/);
  });

  test('a whole utterance in one piece, then nothing: silence at most half a second later', () => {
    const { time, session, audio } = open();
    session.pushPcm(tone(16_000, 3000));
    time.advanceSync(560);
    expect(audio.sources).toMatch(/^r{150}s/);
  });

  test('keys and inactivity', () => {
    const { time, session, words } = open({ inactivityMs: 1000 });
    session.pushDtmf('5');
    time.advanceSync(3000);
    session.pushPcm(tone(16_000, 50));
    time.advanceSync(3000);
    expect(words).toEqual(['dtmf', 'inactive', 'first_rtp', 'inactive']);
  });
});

describe('speaking', () => {
  test('enqueue, play, finish: blocks of 50 ms in real time, the last one filled up, then nothing', () => {
    const { time, session, blocks, words } = open();
    session.enqueue({ utteranceId: utteranceId('u'), pcm: tone(8000, 480), last: true });
    time.advanceSync(2000);
    expect(blocks.every(({ pcm }) => pcm.length === 800)).toBe(true);
    expect(blocks.length).toBe(10);
    expect((blocks.at(-1)?.at ?? 0) - (blocks[0]?.at ?? 0)).toBeLessThanOrEqual(460);
    expect(words).toEqual(['started 20', 'finished 480']);
    const energy = blocks.reduce(
      (sum, { pcm }) => sum + pcm.reduce((s, sample) => s + Math.abs(sample), 0),
      0,
    );
    expect(energy / (480 * 16 * 5092)).toBeCloseTo(1, 1);
  });

  test('continuous: silence is sent as well', () => {
    const { time, blocks } = open({ continuous: true });
    time.advanceSync(1000);
    expect(blocks.length).toBe(20);
  });

  test('cut: at most one more block of sound', () => {
    const { time, session, blocks, words } = open();
    session.enqueue({ utteranceId: utteranceId('u'), pcm: tone(8000, 2000), last: true });
    time.advanceSync(500);
    session.cut();
    const before = blocks.length;
    time.advanceSync(500);
    expect(blocks.length - before).toBeLessThanOrEqual(1);
    expect(words).toEqual(['started 20', 'cut 510']);
  });

  test('a monitor hears both sides', () => {
    const { time, session } = open();
    let both = 0;
    session.monitor(
      (frame) => (both += Math.max(...frame.received) > 1000 && Math.max(...frame.sent) > 1000 ? 1 : 0),
    );
    session.enqueue({ utteranceId: utteranceId('u'), pcm: tone(8000, 1000), last: true });
    for (let n = 0; n < 20; n++) {
      session.pushPcm(tone(16_000, 50));
      time.advanceSync(50);
    }
    expect(both).toBeGreaterThan(40);
  });
});

test('closed: nothing goes in or out', async () => {
  const { time, session, blocks, audio } = open({ continuous: true });
  await session.close();
  session.pushPcm(tone(16_000, 50));
  session.enqueue({ utteranceId: utteranceId('u'), pcm: tone(8000, 100), last: true });
  session.sendDtmf('1');
  time.advanceSync(500);
  expect([blocks.length, audio.next, session.queuedMs()]).toEqual([0, 0, 0]);
  expect(session.stats().sent.packets).toBe(0);
});
