import { describe, expect, test } from '@jest/globals';
import { OfferAnswer } from '../../../src/call/core/offer-answer.js';

describe('offers within a dialog', () => {
  test('INVITE(SDP) ACK re-INVITE(SDP) ACK', () => {
    const offers = new OfferAnswer(1, false);
    expect(offers.onAck(1)).toEqual({ kind: 'initial' });
    expect(offers.onOffer()).toEqual({ action: 'negotiate' });
    offers.onAnswered(2, false);
    expect(offers.onAck(2)).toEqual({ kind: 'reinvite', answerDue: false });
  });

  test('INVITE(no SDP) re-INVITE before ACK: 491 until our offer is answered', () => {
    const offers = new OfferAnswer(1, true);
    expect(offers.onOffer()).toEqual({ action: 'reject', status: 491 });
    offers.onAck(1);
    expect(offers.onOffer()).toEqual({ action: 'negotiate' });
  });

  test('re-INVITE(no SDP) re-INVITE ACK: 491 in between, the ACK owes an answer', () => {
    const offers = new OfferAnswer(1, false);
    offers.onAck(1);
    offers.onAnswered(2, true);
    expect(offers.onOffer().action).toBe('reject');
    expect(offers.onAck(2)).toEqual({ kind: 'reinvite', answerDue: true });
    expect(offers.onOffer().action).toBe('negotiate');
  });

  test('re-INVITE before the ACK of an answered INVITE is fine', () => {
    expect(new OfferAnswer(1, false).onOffer().action).toBe('negotiate');
  });

  test('an ACK of nothing we know', () => {
    expect(new OfferAnswer(1, false).onAck(7)).toEqual({ kind: 'unknown' });
    expect(new OfferAnswer(undefined, false).onAck(-1)).toEqual({ kind: 'unknown' });
  });

  test('re-INVITEs that are never acknowledged are kept eight at most', () => {
    const offers = new OfferAnswer(1, false);
    for (let cseq = 2; cseq < 100; cseq++) offers.onAnswered(cseq, false);
    expect(offers.onAck(91).kind).toBe('unknown');
    expect(offers.onAck(92).kind).toBe('reinvite');
    expect(offers.onAck(99).kind).toBe('reinvite');
  });
});
