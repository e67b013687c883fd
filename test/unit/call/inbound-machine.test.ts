import { describe, expect, test } from '@jest/globals';
import { monoMs } from '../../../src/kernel/time.js';
import { TERMINATIONS } from '../../../src/kernel/vocab.js';
import { InboundMachine } from '../../../src/call/core/inbound-machine.js';
import type { LegInput } from '../../../src/call/core/leg-machine.js';
import { DEFAULT_TIMINGS } from '../../../src/call/core/timings.js';
import { seededRng } from '../../../src/kernel/rng.js';
import { Sequence } from './sequence.js';

const MEDIA: LegInput = { type: 'media_ready', sdp: 'sdp' };
const SENT: LegInput = { type: 'answer_sent' };
const ACK: LegInput = { type: 'ack', sdp: undefined };
const ACK_SDP: LegInput = { type: 'ack', sdp: 'answer' };
const CANCEL: LegInput = { type: 'cancel' };
const BYE: LegInput = { type: 'bye', reason: 'caller_hangup', remoteReason: undefined };
const HANGUP: LegInput = { type: 'hangup', reason: 'agent_goodbye' };
const BYE_DONE: LegInput = { type: 'bye_done' };
const GONE: LegInput = { type: 'answer_failed', gone: true };

const inbound = (o: { delayed?: boolean } = {}): Sequence =>
  new Sequence(new InboundMachine(monoMs(0), o.delayed ?? false, DEFAULT_TIMINGS));

describe('inbound leg', () => {
  test('INVITE media 200 ACK BYE', () => {
    const s = inbound().feed(MEDIA, SENT, ACK, BYE);
    expect(s.take()).toEqual([
      'open_media',
      'answer',
      'announce',
      'answered',
      'confirmed',
      'ended(caller_hangup)',
      'release_media',
      'closed',
    ]);
    expect(s.machine.phase).toBe('ended');
  });

  test('INVITE media 200 ACK hangup bye_done', () => {
    const s = inbound().feed(MEDIA, SENT, ACK);
    s.take();
    expect(s.feed(HANGUP).take()).toEqual(['ended(agent_goodbye)', 'release_media', 'bye(agent_goodbye)']);
    expect(s.feed(BYE_DONE).take()).toEqual(['closed']);
  });

  test('INVITE media 200 BYE: a caller who hangs up before ACK is a caller who hung up', () => {
    const s = inbound().feed(MEDIA, SENT);
    s.take();
    expect(s.feed(BYE).take()).toEqual(['ended(caller_hangup)', 'release_media', 'closed']);
  });

  test('INVITE media 200 hangup … ACK: no BYE before the ACK', () => {
    const s = inbound().feed(MEDIA, SENT);
    s.take();
    expect(s.feed(HANGUP).take()).toEqual(['ended(agent_goodbye)', 'release_media']);
    expect(s.feed(ACK).take()).toEqual(['bye(agent_goodbye)']);
    expect(s.feed(BYE_DONE).take()).toEqual(['closed']);
  });

  test('INVITE media 200 hangup … no ACK: BYE when the ACK is overdue', () => {
    const s = inbound().feed(MEDIA, SENT, HANGUP);
    s.take();
    expect(s.wait(DEFAULT_TIMINGS.ackMs - 1).take()).toEqual([]);
    expect(s.wait(1).take()).toEqual(['bye(agent_goodbye)']);
  });

  test('INVITE media 200 … no ACK', () => {
    const s = inbound().feed(MEDIA, SENT);
    s.take();
    expect(s.wait(DEFAULT_TIMINGS.ackMs).take()).toEqual([
      'ended(ack_timeout)',
      'release_media',
      'bye(ack_timeout)',
    ]);
    expect(s.wait(DEFAULT_TIMINGS.byeMs).take()).toEqual(['closed']);
  });

  test('INVITE media 200 BYE-by-server(ACK timeout)', () => {
    const s = inbound().feed(MEDIA, SENT);
    s.take();
    s.feed({ type: 'bye', reason: 'ack_timeout', remoteReason: undefined });
    expect(s.take()).toEqual(['ended(ack_timeout)', 'release_media', 'closed']);
  });

  test('INVITE CANCEL … media: media that open too late are given back', () => {
    const s = inbound().feed(CANCEL);
    expect(s.take()).toEqual(['open_media', 'ended(cancelled)', 'closed']);
    expect(s.feed(MEDIA).take()).toEqual(['release_media']);
    expect(s.feed(MEDIA).take()).toEqual([]);
  });

  test('INVITE media CANCEL answer_failed: CANCEL wins', () => {
    const s = inbound().feed(MEDIA);
    s.take();
    expect(s.feed(CANCEL).take()).toEqual(['ended(cancelled)', 'release_media']);
    expect(s.feed(GONE).take()).toEqual(['closed']);
  });

  test('INVITE media answer_failed(gone): the server saw the CANCEL first', () => {
    const s = inbound().feed(MEDIA);
    s.take();
    expect(s.feed(GONE).take()).toEqual(['ended(cancelled)', 'release_media', 'closed']);
  });

  test('INVITE media CANCEL 200 ACK: the 200 crossed, its dialog is ended by BYE after ACK, nobody is told of it', () => {
    const s = inbound().feed(MEDIA, CANCEL);
    s.take();
    expect(s.feed(SENT).take()).toEqual([]);
    expect(s.feed(ACK).take()).toEqual(['bye(cancelled)']);
    expect(s.feed(BYE_DONE).take()).toEqual(['closed']);
  });

  test('INVITE media CANCEL 200 BYE: the caller ends the crossing itself', () => {
    const s = inbound().feed(MEDIA, CANCEL);
    s.take();
    expect(s.feed(SENT, BYE).take()).toEqual(['closed']);
  });

  test('INVITE media CANCEL … the server never says what became of the 200', () => {
    const s = inbound().feed(MEDIA, CANCEL);
    s.take();
    expect(s.wait(DEFAULT_TIMINGS.sendMs).take()).toEqual(['closed']);
    expect(s.feed(SENT).take()).toEqual(['bye(cancelled)']);
  });

  test('INVITE media … no word of the 200', () => {
    const s = inbound().feed(MEDIA);
    s.take();
    expect(s.wait(DEFAULT_TIMINGS.sendMs).take()).toEqual(['ended(internal_error)', 'release_media']);
    expect(s.wait(DEFAULT_TIMINGS.sendMs).take()).toEqual(['closed']);
  });

  test.each([
    [488, 'rejected_media'],
    [415, 'rejected_media'],
    [503, 'rejected_capacity'],
    [500, 'media_error'],
  ])('INVITE media_refused(%i) is %s', (status, reason) => {
    const s = inbound().feed({ type: 'media_refused', status });
    expect(s.take()).toEqual(['open_media', `reject ${status}`, `ended(${reason})`, 'closed']);
  });

  test('INVITE … no media: 500 well before the server forgets the INVITE', () => {
    const s = inbound();
    s.take();
    expect(s.wait(DEFAULT_TIMINGS.answerMs).take()).toEqual(['reject 500', 'ended(media_error)', 'closed']);
    expect(DEFAULT_TIMINGS.answerMs).toBeLessThan(64_000 / 2);
  });

  test('INVITE hangup: a final failure instead of an answer', () => {
    const s = inbound().feed({ type: 'hangup', reason: 'server_shutdown' });
    expect(s.take()).toEqual(['open_media', 'reject 503', 'ended(server_shutdown)', 'closed']);
  });

  test('INVITE(no SDP) media 200 ACK(SDP) accepted', () => {
    const s = inbound({ delayed: true }).feed(MEDIA, SENT);
    s.take();
    expect(s.feed(ACK_SDP).take()).toEqual(['accept_answer']);
    expect(s.feed({ type: 'answer_accepted' }).take()).toEqual(['confirmed']);
  });

  test('INVITE(no SDP) media 200 ACK(no SDP): there is no session to have', () => {
    const s = inbound({ delayed: true }).feed(MEDIA, SENT);
    s.take();
    expect(s.feed(ACK).take()).toEqual(['ended(media_error)', 'release_media', 'bye(media_error)']);
  });

  test('INVITE(no SDP) media 200 ACK(SDP) rejected', () => {
    const s = inbound({ delayed: true }).feed(MEDIA, SENT, ACK_SDP);
    s.take();
    expect(s.feed({ type: 'answer_rejected' }).take()).toEqual([
      'ended(media_error)',
      'release_media',
      'bye(media_error)',
    ]);
  });

  test('INVITE media 200 ACK server_lost … BYE: a running call outlives the control connection', () => {
    const s = inbound().feed(MEDIA, SENT, ACK);
    s.take();
    expect(s.feed({ type: 'server_lost' }).take()).toEqual([]);
    expect(s.feed(BYE).take()).toContain('ended(caller_hangup)');
  });

  test('INVITE media 200 server_lost: an answered call goes on although its ACK cannot be seen', () => {
    const s = inbound().feed(MEDIA, SENT);
    s.take();
    expect(s.feed({ type: 'server_lost' }).take()).toEqual(['confirmed']);
  });

  test('INVITE server_lost: a call that is not answered ends', () => {
    expect(inbound().feed({ type: 'server_lost' }).take()).toEqual([
      'open_media',
      'ended(internal_error)',
      'closed',
    ]);
  });

  test('any order of inputs: one end, one close, at most one release, 200, announcement and confirmation', () => {
    const inputs: LegInput[] = [
      MEDIA,
      { type: 'media_refused', status: 488 },
      SENT,
      GONE,
      ACK,
      ACK_SDP,
      CANCEL,
      BYE,
      HANGUP,
      BYE_DONE,
      { type: 'answer_accepted' },
      { type: 'answer_rejected' },
      { type: 'server_lost' },
    ];
    const rng = seededRng(20);
    for (let round = 0; round < 3000; round++) {
      const s = inbound({ delayed: rng.float() < 0.3 });
      for (let step = 0; step < 12; step++) {
        const input = inputs[Math.floor(rng.float() * inputs.length)];
        if (input !== undefined) s.feed(input);
        if (rng.float() < 0.2) s.wait(rng.float() * 40_000);
      }
      s.feed(HANGUP).wait(500_000);
      const words = s.take();
      const count = (start: string): number => words.filter((w) => w.startsWith(start)).length;
      expect(count('ended(')).toBe(1);
      expect(count('closed')).toBe(1);
      for (const once of ['release_media', 'answer', 'announce', 'confirmed', 'reject']) {
        const exact = once === 'reject' ? count('reject ') : words.filter((w) => w === once).length;
        expect(exact).toBeLessThanOrEqual(1);
      }
      expect(TERMINATIONS).toContain(s.machine.termination);
    }
  });
});
