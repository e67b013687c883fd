import {
  VadSegmenter,
  type VadEvent,
  type VadSegmenterOptions,
} from '../../../src/speech/core/vad-segmenter.js';

/** Feeds one digit per window: 9 is 0.95, 0 is 0.05; positions in windows. */
function run(probabilities: string, options: Partial<VadSegmenterOptions> = {}): string[] {
  const segmenter = new VadSegmenter(options);
  const events: VadEvent[] = [];
  [...probabilities].forEach((digit, index) => {
    events.push(...segmenter.handle(Number(digit) / 10 + 0.05, (index + 1) * 256));
  });
  return events.map((event) =>
    event.type === 'speech_start'
      ? `start ${event.startSample / 256} padded ${event.paddedStartSample / 256} at ${event.detectedSample / 256}`
      : `end ${event.endSample / 256} at ${event.detectedSample / 256}`,
  );
}

// Default: two windows of speech to start, two of silence to end, a pre-pad of eight windows.
test.each([
  ['silence', '000000', []],
  ['one window is a click', '000900000', []],
  ['"yes": two windows', '0000000000990000', ['start 10 padded 2 at 12', 'end 12 at 14']],
  [
    'the end is where speech ended, not where it was noticed',
    '9999900000',
    ['start 0 padded 0 at 2', 'end 5 at 7'],
  ],
  ['a dip between the thresholds is speech', '99944449990000', ['start 0 padded 0 at 2', 'end 10 at 12']],
  ['a short gap does not end it', '9909900000', ['start 0 padded 0 at 2', 'end 5 at 7']],
  ['a weak window neither counts nor resets', '09490000', ['start 1 padded 0 at 4', 'end 4 at 6']],
  ['a silent window resets', '0909000990000', ['start 7 padded 0 at 9', 'end 9 at 11']],
  [
    'the pad stops at the speech before',
    '99000099000',
    ['start 0 padded 0 at 2', 'end 2 at 4', 'start 6 padded 2 at 8', 'end 8 at 10'],
  ],
])('%s: %s', (_name, probabilities, events) => expect(run(probabilities)).toEqual(events));

test('options: one window to start, one to end, no pad', () => {
  expect(run('0900', { minSpeechMs: 32, minSilenceMs: 32, prePadMs: 0 })).toEqual([
    'start 1 padded 1 at 2',
    'end 2 at 3',
  ]);
});

test("the detector's lag is taken off the end, but never off the first window", () => {
  expect(run('99999000000', { endLagMs: 64 })).toEqual(['start 0 padded 0 at 2', 'end 3 at 7']);
  expect(run('99000000000', { endLagMs: 64 })).toEqual(['start 0 padded 0 at 2', 'end 1 at 4']);
});

test('a jump of the position counts as silence', () => {
  const segmenter = new VadSegmenter();
  segmenter.handle(0.9, 256);
  segmenter.handle(0.9, 512);
  expect(segmenter.handle(0.1, 512 + 8000)).toEqual([
    { type: 'speech_end', endSample: 512, detectedSample: 8512 },
  ]);
});

test('speech in progress is measured to its last speech window', () => {
  const segmenter = new VadSegmenter();
  segmenter.handle(0.9, 256);
  expect([segmenter.speaking, segmenter.currentSpeechMs]).toEqual([false, 0]);
  segmenter.handle(0.9, 512);
  segmenter.handle(0.9, 768);
  segmenter.handle(0, 1024);
  expect([segmenter.speaking, segmenter.currentSpeechMs, segmenter.currentSilenceMs]).toEqual([true, 96, 32]);
});

test('flush ends speech in progress, once', () => {
  const segmenter = new VadSegmenter();
  segmenter.handle(0.9, 256);
  segmenter.handle(0.9, 512);
  expect(segmenter.flush()).toEqual([{ type: 'speech_end', endSample: 512, detectedSample: 512 }]);
  expect(segmenter.flush()).toEqual([]);
});

test('what is not a number is silence', () => {
  const segmenter = new VadSegmenter();
  for (let i = 1; i < 9; i++) expect(segmenter.handle(Number.NaN, i * 256)).toEqual([]);
});
