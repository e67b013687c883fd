/** Yes and no as people say them, and what a small recogniser makes of them. */

const LEADING_FILLER =
  /^(?:(?:um+|uh+|er+|erm|ah+|oh|hmm+|well|so|okay so|ok so|and|but|sorry|hi|hello)[\s,.]+)+/;

const NO_PHRASES = [
  "(?:that(?:'s| is)|it(?:'s| is)|this is) (?:not (?:right|correct|it|what)|wrong|incorrect)",
  "that isn't (?:right|correct)",
  'not (?:quite|really|right|correct|exactly|yet|at all|today|now|necessary)',
  "i don't think so",
  'i do not',
  "i don't",
  'no(?:pe|ah)?',
  'nah',
  'naw',
  'nay',
  'negative',
  'never',
  'wrong',
  'incorrect',
  "please don't",
  "don't",
  'absolutely not',
  'of course not',
  'definitely not',
  'know',
  'uh uh',
  'nuh uh',
];

const YES_PHRASES = [
  'yes',
  'yeah',
  'yea',
  'yep',
  'yup',
  'yas',
  'yess',
  'ya',
  'yah',
  'aye',
  'sure',
  'correct',
  'right',
  'exactly',
  'absolutely',
  'definitely',
  'certainly',
  'of course',
  'affirmative',
  'okay',
  'ok',
  'alright',
  'all right',
  'fine',
  'perfect',
  'great',
  'excellent',
  'wonderful',
  'good',
  'please do',
  'do that',
  'do it',
  'book it',
  'go ahead',
  'confirmed?',
  'i do',
  'i would',
  'i am',
  'it is',
  'that is',
  "that(?:'s|s)? (?:right|correct|it|fine|good|great|perfect|okay|ok|all right|the one)",
  '(?:that|it|this) (?:is|sounds|looks|works|would be|will be|seems)(?: (?:right|correct|fine|good|great|perfect|okay|ok|well|for me))*',
  "that'll (?:work|do|be (?:fine|great|good|perfect))",
  'sounds (?:good|great|right|fine|perfect)',
  'works for me',
  'no problem',
  'please',
  'mm ?hm+',
  'mhm+',
  'uh huh',
];

const NO = new RegExp(`^(?:${NO_PHRASES.join('|')})(?=$|[\\s,.!?;])`);
const YES = new RegExp(`^(?:${YES_PHRASES.join('|')})(?=$|[\\s,.!?;])`);

const NO_PROBLEM = /^no(?:,| )+(?:problem|worries)\b/;

/** The answer a sentence begins with, and the words that follow it. */
export interface YesNo {
  readonly answer: 'yes' | 'no';
  /** What was said after the answer, filler and politeness removed; empty when nothing was. */
  readonly rest: string;
}

/** Reads a yes or a no at the beginning of a sentence. `undefined` when there is none. */
export function readYesNo(text: string): YesNo | undefined {
  const clean = text
    .toLowerCase()
    .replaceAll('’', "'")
    .replace(/[-"]/g, ' ')
    .replace(/\s+/g, ' ')
    .trim()
    .replace(LEADING_FILLER, '');
  if (NO_PROBLEM.test(clean)) return { answer: 'yes', rest: '' };
  const no = NO.exec(clean);
  if (no !== null) {
    return { answer: 'no', rest: restOf(clean.slice(no[0].length).replace(/^(?:[\s,.]+no(?:pe)?\b)+/, '')) };
  }
  const yes = YES.exec(clean);
  if (yes === null) return undefined;
  const after = clean.slice(yes[0].length).replace(/^[\s,.!?;]+/, '');
  // "Right, that's wrong", "okay no": the later word decides.
  const turned = NO_PROBLEM.test(after) ? null : NO.exec(after);
  if (turned !== null) return { answer: 'no', rest: restOf(after.slice(turned[0].length)) };
  // "Yeah, that works for me" is one yes.
  const again = YES.exec(restOf(after));
  return {
    answer: 'yes',
    rest: again === null ? restOf(after) : restOf(restOf(after).slice(again[0].length)),
  };
}

const POLITE =
  /^[\s,.!?;]*(?:(?:please|thanks|thank you|thank you very much|very much|it is|that is|that's|it's|i am|i do|i would|would be|sir|ma'am|indeed|right|correct|fine|good|great|perfect|okay|ok|yes|yeah|sure|for me|go ahead|do that|then|so much|a lot)(?=$|[\s,.!?;])[\s,.!?;]*)+/;

function restOf(text: string): string {
  const rest = text.replace(/^[\s,.!?;]+/, '');
  return rest.replace(POLITE, '').replace(/[\s,.!?;]+$/, '');
}
