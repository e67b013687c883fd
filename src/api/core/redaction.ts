/** Keys whose values are telephone numbers, or what stands in place of one. */
const NUMBERS = new Set(['from', 'to', 'caller_number', 'number']);
/** Keys whose values are names of callers. */
const NAMES = new Set(['user_name', 'display_name']);
/** Keys whose values are left out. */
const HIDDEN = new Set(['email', 'birth_date', 'calendar', 'notes', 'pii']);
/** Keys whose values the program makes itself: ids, instants, digests, versions. */
const TECHNICAL = /(^|_)(id|at|hash|version|reference|timezone|model)$|[a-z]Id$/;
/** A day or an instant, and a UUID: a whole text of this shape is nobody's number. */
const DAY_OR_INSTANT = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2})?)?$/;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

const DIGIT_WORDS = 'zero|oh|one|two|three|four|five|six|seven|eight|nine|ten|double|triple';
const PATTERNS: readonly (readonly [RegExp, string])[] = [
  // Lengths are bounded, so that a long text costs no more than its length.
  [/[\p{L}\p{Nd}._%+-]{1,64}@[\p{L}\p{Nd}-]+(?:\.[\p{L}\p{Nd}-]+)*/gu, '[EMAIL_REDACTED]'],
  // As it is dictated: "ada dot love at example dot org".
  [
    /[\p{L}\p{Nd}]{1,64}(?: (?:dot|dash|hyphen|underscore) [\p{L}\p{Nd}]{1,64}){0,4} at [\p{L}\p{Nd}-]{1,64}(?: dot [\p{L}\p{Nd}-]{1,64}){1,4}/giu,
    '[EMAIL_REDACTED]',
  ],
  [/\b\d{3}-\d{2}-\d{4}\b/g, '[SSN_REDACTED]'],
  [/\+?\p{Nd}(?:[\s()./-]*\p{Nd}){5,}/gu, '[NUMBER_REDACTED]'],
  [new RegExp(`\\b(?:(?:${DIGIT_WORDS})[\\s,.-]+){3,}(?:${DIGIT_WORDS})\\b`, 'gi'), '[NUMBER_REDACTED]'],
];

/** `+15550142` as `+1•••••42`; what is too short to be a number of somebody stays. */
export function maskedNumber(number: string): string {
  const digits = number.replace(/\D/g, '');
  if (digits.length < 6) return redactedWords(number);
  const head = number.startsWith('+') ? number.slice(0, 2) : '';
  return `${head}${'•'.repeat(digits.length - 2 - Math.max(0, head.length - 1))}${digits.slice(-2)}`;
}

/** `Ada Lovelace` as `A. L.` */
export function initials(name: string): string {
  return name
    .split(/\s+/)
    .filter((part) => part !== '')
    .map((part) => `${[...part][0]}.`)
    .join(' ');
}

/** Words without numbers and addresses, spoken ones included. */
export function redactedWords(text: string): string {
  return PATTERNS.reduce((left, [pattern, tag]) => left.replace(pattern, tag), text);
}

/**
 * An answer as somebody may see it who may not see personal data: numbers and names masked, and in every other text, whatever
 * its key, what looks like a number or an address of somebody. What is personal as a whole is left out.
 */
export function redacted(value: unknown, key = ''): unknown {
  if (Array.isArray(value)) return value.map((item) => redacted(item, key));
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(
      Object.entries(value).map(([name, item]) => [
        redactedWords(name),
        HIDDEN.has(name) ? hidden(item) : redacted(item, name),
      ]),
    );
  }
  if (typeof value !== 'string' || TECHNICAL.test(key) || DAY_OR_INSTANT.test(value) || UUID.test(value)) {
    return value;
  }
  if (NUMBERS.has(key)) return maskedNumber(value);
  return NAMES.has(key) ? initials(value) : redactedWords(value);
}

/** What is left of a value that is hidden; its kind stays, so that the answer fits its description. */
function hidden(value: unknown): unknown {
  if (Array.isArray(value)) return [];
  return typeof value === 'object' && value !== null ? {} : null;
}
