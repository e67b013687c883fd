import { describe, expect, test } from '@jest/globals';
import { seededRng } from '../../../src/kernel/rng.js';
import { monoMs } from '../../../src/kernel/time.js';
import type { LegInput } from '../../../src/call/core/leg-machine.js';
import { OutboundMachine } from '../../../src/call/core/outbound-machine.js';
import { DEFAULT_TIMINGS } from '../../../src/call/core/timings.js';
import { Sequence } from './sequence.js';

const MEDIA: LegInput = { type: 'media_ready', sdp: 'offer' };
const RINGING: LegInput = { type: 'provisional', status: 180 };
const OK: LegInput = { type: 'established', sdp: 'answer' };
const ACCEPTED: LegInput = { type: 'answer_accepted' };
const BYE: LegInput = { type: 'bye', reason: 'caller_hangup', remoteReason: undefined };
const HANGUP: LegInput = { type: 'hangup', reason: 'agent_goodbye' };

const outbound = (): Sequence => {
  const s = new Sequence(new OutboundMachine(monoMs(0), DEFAULT_TIMINGS));
  expect(s.take()).toEqual(['open_media']);
  return s;
};

describe('outbound leg', () => {
  test('offer INVITE 180 200 BYE', () => {
    const s = outbound();
    expect(s.feed(MEDIA, RINGING).take()).toEqual(['invite', 'ringing']);
    expect(s.feed(OK).take()).toEqual(['answered', 'accept_answer']);
    expect(s.feed(ACCEPTED).take()).toEqual(['confirmed']);
    expect(s.feed(BYE).take()).toEqual(['ended(caller_hangup)', 'release_media', 'closed']);
  });

  test('INVITE 100 180 180 183: each state of ringing is told once', () => {
    const s = outbound().feed(MEDIA, { type: 'provisional', status: 100 }, RINGING, RINGING);
    s.feed({ type: 'provisional', status: 183 });
    expect(s.take()).toEqual(['invite', 'ringing', 'ringing']);
  });

  test.each([
    [486, 'callee_busy'],
    [600, 'callee_busy'],
    [603, 'callee_rejected'],
    [404, 'callee_rejected'],
    [480, 'no_answer'],
    [408, 'no_answer'],
    [488, 'rejected_media'],
  ])('INVITE %i is %s', (status, reason) => {
    const s = outbound().feed(MEDIA, { type: 'failed', status });
    expect(s.take()).toEqual(['invite', `ended(${reason})`, 'release_media', 'closed']);
  });

  test('INVITE that the server will not send', () => {
    expect(outbound().feed(MEDIA, { type: 'failed', status: undefined }).take()).toContain(
      'ended(internal_error)',
    );
  });

  test('INVITE 180 … nobody answers: CANCEL, then 487', () => {
    const s = outbound().feed(MEDIA, RINGING);
    s.take();
    expect(s.wait(DEFAULT_TIMINGS.ringMs).take()).toEqual([
      'cancel(no_answer)',
      'ended(no_answer)',
      'release_media',
    ]);
    expect(s.feed({ type: 'failed', status: 487 }).take()).toEqual(['closed']);
  });

  test('INVITE hangup 200: the answer overtook the CANCEL, the dialog is ended by BYE', () => {
    const s = outbound().feed(MEDIA, HANGUP);
    expect(s.take()).toEqual(['invite', 'cancel(agent_goodbye)', 'ended(agent_goodbye)', 'release_media']);
    expect(s.feed(OK).take()).toEqual(['bye(agent_goodbye)']);
    expect(s.feed({ type: 'bye_done' }).take()).toEqual(['closed']);
  });

  test('INVITE hangup … no final response', () => {
    const s = outbound().feed(MEDIA, HANGUP);
    s.take();
    expect(s.wait(DEFAULT_TIMINGS.cancelMs).take()).toEqual(['closed']);
    expect(s.feed(OK).take()).toEqual(['bye(agent_goodbye)']);
  });

  test('hangup offer: nothing was sent, media are given back', () => {
    const s = outbound().feed(HANGUP);
    expect(s.take()).toEqual(['ended(agent_goodbye)', 'closed']);
    expect(s.feed(MEDIA).take()).toEqual(['release_media']);
  });

  test('INVITE 200(no SDP): BYE', () => {
    const s = outbound().feed(MEDIA, { type: 'established', sdp: undefined });
    expect(s.take()).toEqual([
      'invite',
      'answered',
      'ended(media_error)',
      'release_media',
      'bye(media_error)',
    ]);
  });

  test('INVITE 200 answer_rejected: BYE', () => {
    const s = outbound().feed(MEDIA, OK, { type: 'answer_rejected' });
    expect(s.take().slice(3)).toEqual(['ended(media_error)', 'release_media', 'bye(media_error)']);
  });

  test('any order of inputs: one end and one close', () => {
    const inputs: LegInput[] = [
      MEDIA,
      { type: 'media_refused', status: 503 },
      RINGING,
      OK,
      { type: 'failed', status: 486 },
      ACCEPTED,
      { type: 'answer_rejected' },
      BYE,
      HANGUP,
      { type: 'bye_done' },
      { type: 'server_lost' },
    ];
    const rng = seededRng(21);
    for (let round = 0; round < 2000; round++) {
      const s = outbound();
      for (let step = 0; step < 10; step++) {
        const input = inputs[Math.floor(rng.float() * inputs.length)];
        if (input !== undefined) s.feed(input);
        if (rng.float() < 0.2) s.wait(rng.float() * 70_000);
      }
      s.feed(HANGUP).wait(500_000);
      const words = s.take();
      expect(words.filter((w) => w.startsWith('ended('))).toHaveLength(1);
      expect(words.filter((w) => w === 'closed')).toHaveLength(1);
      expect(words.filter((w) => w === 'release_media').length).toBeLessThanOrEqual(1);
      expect(words.filter((w) => w === 'invite').length).toBeLessThanOrEqual(1);
    }
  });
});
