const ONES = [
  'zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen',
  'seventeen eighteen nineteen',
]
  .join(' ')
  .split(' ');
const TENS = ['', '', 'twenty', 'thirty', 'forty', 'fifty', 'sixty', 'seventy', 'eighty', 'ninety'];
const SCALES = ['', 'thousand', 'million', 'billion', 'trillion'];
const IRREGULAR_ORDINALS: Readonly<Record<string, string>> = {
  one: 'first',
  two: 'second',
  three: 'third',
  five: 'fifth',
  eight: 'eighth',
  nine: 'ninth',
  twelve: 'twelfth',
};

/** A whole number in words: 1205 is "one thousand two hundred five". Beyond 15 digits each digit is read. */
export function cardinal(digits: string): string {
  const plain = digits.replace(/^0+(?=\d)/, '');
  if (plain.length > 15) return spellDigits(plain);
  let value = Number(plain);
  if (value === 0) return 'zero';
  const parts: string[] = [];
  for (let scale = 0; value > 0; scale++) {
    const group = value % 1000;
    if (group > 0) parts.unshift(`${belowThousand(group)} ${SCALES[scale] ?? ''}`.trim());
    value = Math.floor(value / 1000);
  }
  return parts.join(' ');
}

/** A position in words: 21 is "twenty first". */
export function ordinal(digits: string): string {
  const words = cardinal(digits).split(' ');
  const last = words.pop() ?? '';
  return [
    ...words,
    IRREGULAR_ORDINALS[last] ?? (last.endsWith('y') ? `${last.slice(0, -1)}ieth` : `${last}th`),
  ].join(' ');
}

/** A year as it is said: 2026 "twenty twenty six", 2005 "two thousand five", 1900 "nineteen hundred". */
export function year(digits: string): string {
  const high = digits.slice(0, 2);
  const low = digits.slice(2);
  if (digits.length !== 4 || digits.startsWith('0')) return cardinal(digits);
  if (high.endsWith('0') && low.startsWith('0')) return cardinal(digits);
  return `${cardinal(high)} ${low === '00' ? 'hundred' : pairWords(low)}`;
}

/** A room, extension or similar: 204 "two oh four", 1204 "twelve oh four", 1200 "twelve hundred". */
export function designation(digits: string): string {
  if (digits.length === 4 && !digits.startsWith('0')) {
    const low = digits.slice(2);
    return `${cardinal(digits.slice(0, 2))} ${low === '00' ? 'hundred' : pairWords(low)}`;
  }
  if (digits.length === 3 && digits.endsWith('00') && !digits.startsWith('0')) return cardinal(digits);
  if (digits.length === 3 && !digits.startsWith('0')) {
    return `${cardinal(digits.charAt(0))} ${pairWords(digits.slice(1))}`;
  }
  if (digits.length <= 2 && !digits.startsWith('0')) return cardinal(digits);
  return spellDigits(digits, 'oh');
}

/** Each digit as a word. */
export function spellDigits(digits: string, zero: 'zero' | 'oh' = 'zero'): string {
  return [...digits].map((digit) => (digit === '0' ? zero : (ONES[Number(digit)] ?? ''))).join(' ');
}

/** Two digits within a longer number: 05 "oh five", 40 "forty". */
function pairWords(pair: string): string {
  return pair.startsWith('0') ? `oh ${cardinal(pair.slice(1))}` : cardinal(pair);
}

/** Minutes of a time: 05 "oh five", 30 "thirty". */
export function minutes(digits: string): string {
  return pairWords(digits);
}

function belowThousand(value: number): string {
  const hundreds = Math.floor(value / 100);
  const rest = value % 100;
  const parts: string[] = [];
  if (hundreds > 0) parts.push(`${ONES[hundreds] ?? ''} hundred`);
  if (rest >= 20) {
    parts.push(
      `${TENS[Math.floor(rest / 10)] ?? ''} ${rest % 10 === 0 ? '' : (ONES[rest % 10] ?? '')}`.trim(),
    );
  } else if (rest > 0) parts.push(ONES[rest] ?? '');
  return parts.join(' ');
}
