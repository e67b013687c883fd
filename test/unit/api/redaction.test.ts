import { redacted, redactedWords } from '../../../src/api/core/redaction.js';

describe('numbers and addresses within words', () => {
  test.each([
    ['a card', 'my card is 4111 1111 1111 1111, thanks', 'my card is [NUMBER_REDACTED], thanks'],
    ['a card without spaces', 'card:4111111111111111.', 'card:[NUMBER_REDACTED].'],
    ['a social security number', 'it is 123-45-6789', 'it is [SSN_REDACTED]'],
    ['the same with spaces', 'it is 123 45 6789', 'it is [NUMBER_REDACTED]'],
    ['a number with its country', 'call +49 (30) 1234-567 today', 'call [NUMBER_REDACTED] today'],
    ['a number with slashes and dots', 'or 030/123.45.67', 'or [NUMBER_REDACTED]'],
    ['digits of another script', 'call ٠٣٠١٢٣٤٥٦٧', 'call [NUMBER_REDACTED]'],
    ['a number said in words', 'five five five oh one four two', '[NUMBER_REDACTED]'],
    ['an address', 'write to ada.lovelace+x@example.co.uk!', 'write to [EMAIL_REDACTED]!'],
    ['an address of the house', 'ask root@localhost', 'ask [EMAIL_REDACTED]'],
    ['an address as it is dictated', 'it is ada dot love at example dot org', 'it is [EMAIL_REDACTED]'],
    ['a SIP address', 'from sip:+15550142@10.0.0.7:5060', 'from sip:[EMAIL_REDACTED]:5060'],
  ])('%s', (_what, text, left) => {
    expect(redactedWords(text)).toBe(left);
  });

  test.each(['at 9:30 on the 24th', 'room 2.014', 'a fee of 120 dollars', 'see you at noon', 'one or two'])(
    '%s stays',
    (text) => expect(redactedWords(text)).toBe(text),
  );

  test('long texts without a match cost little', () => {
    const started = performance.now();
    for (const piece of ['1 ', 'one ', 'a dot ', 'a at ', 'a.', '@', '(-', 'x'])
      {redactedWords(piece.repeat(20_000));}
    expect(performance.now() - started).toBeLessThan(1500);
  });
});

describe('answers', () => {
  test('every text is looked at, whatever its key; what the program makes itself stays', () => {
    const uuid = '3f2c1a40-1234-4567-8910-123456789012';
    const answer = {
      id: '20261124103000',
      call_id: 'c-1795424400123',
      created_at: '2026-11-24T10:30:00.000Z',
      date: '2026-11-24',
      from: '2026-11-24',
      sources: [uuid],
      reference: 'K7M4PX',
      version: 3,
      timings: { stt_ms: 1234567 },
    };
    expect(redacted(answer)).toEqual(answer);
    expect(
      redacted({
        purpose: 'call 555 0142 1',
        query: 'who is ada@example.org',
        payload: { said: ['it is 4111111111111111'], 'key 5550142': true },
        caller_number: '+15550142',
        from: '101',
        user_name: 'Ada Lovelace',
        notes: { insurance: 'A 1' },
        email: 'ada@example.org',
      }),
    ).toEqual({
      purpose: 'call [NUMBER_REDACTED]',
      query: 'who is [EMAIL_REDACTED]',
      payload: { said: ['it is [NUMBER_REDACTED]'], 'key [NUMBER_REDACTED]': true },
      caller_number: '+1•••••42',
      from: '101',
      user_name: 'A. L.',
      notes: {},
      email: null,
    });
  });
});
