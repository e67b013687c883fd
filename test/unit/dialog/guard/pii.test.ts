import { findPii, redact } from '../../../../src/dialog/guard/core/pii.js';
import { shippedContext } from '../../../support/shipped-context.js';

const { locale } = (await shippedContext()).lexicon;
const masked = (text: string): string => redact(text, findPii(text, locale));

describe('written and spoken, with its borders', () => {
  test.each([
    ['write to ann.lee@example.org, please', 'write to [EMAIL_REDACTED], please'],
    ['it is ann dot lee at example dot org', 'it is [EMAIL_REDACTED]'],
    ['my card is 4012888888881881.', 'my card is [CARD_REDACTED].'],
    [
      'four one one one one one one one one one one one one one one one for the fee',
      '[CARD_REDACTED] for the fee',
    ],
    ['my social is one two three four five six seven eight nine', 'my social is [SSN_REDACTED]'],
    ['SSN 078-05-1120', 'SSN [SSN_REDACTED]'],
    ['call +1 (212) 555-0142 x12 or 01.84.17.61.18', 'call [PHONE_REDACTED] or [PHONE_REDACTED]'],
    ['my number is five five five zero one four two', 'my number is [PHONE_REDACTED]'],
    ['call me on 5550142', 'call me on [PHONE_REDACTED]'],
    ['IBAN GB82 WEST 1234 5698 7654 32', 'IBAN [IBAN_REDACTED]'],
    ['from 192.168.1.77', 'from [IP_REDACTED]'],
  ])('%s', (text, expected) => expect(masked(text)).toBe(expected));
});

describe('numbers that are nobody’s', () => {
  test.each([
    'on March third at ten thirty',
    'at nine thirty, ten thirty or eleven thirty',
    'it costs one hundred and twenty five dollars and fifty cents',
    'on 2026-12-24 18:45 and on 12/24/2026',
    'from 2024-2025 on',
    '3485 615 Benedum Drive, Springfield 01103-1234',
    'booking number 48213',
    'GB82WEST12345698765433',
    '1234567',
  ])('%s', (text) => expect(masked(text)).toBe(text));
});

test('a long text is read to its end, in bounded time', () => {
  const text = `${'word '.repeat(4000)}ann@example.org`;
  expect(masked(text).endsWith('[EMAIL_REDACTED]')).toBe(true);
  expect(masked('1 '.repeat(5000)).length).toBeGreaterThan(0);
  expect(masked(`${'a'.repeat(5000)}@${'b.'.repeat(2000)}`).length).toBeGreaterThan(0);
});
