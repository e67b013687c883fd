/** What kind of fact a question asks for. */
export type AnswerType = 'time' | 'place' | 'money' | 'count' | 'duration' | 'person' | 'permission' | 'way';

const NUMBER =
  '(?:\\d[\\d,.]*|zero|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|nineteen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|hundred|thousand|half|dozen|both|no)';
const MONTH = '(?:january|february|march|april|may|june|july|august|september|october|november|december)';
const DAY = '(?:(?:mon|tues|wednes|thurs|fri|satur|sun)days?|weekends?|weekdays?|christmas|new year)';

/** Asked in this order; the first that fits names the type. */
const QUESTIONS: readonly (readonly [AnswerType, RegExp])[] = [
  [
    'money',
    /\b(?:how much (?!time|longer|credit|weight)|costs?|price|fees?|expensive|fine|afford|free of charge|for free|is \S+ free)\b/,
  ],
  ['duration', /\bhow (?:long|quick(?:ly)?|fast|soon)\b/],
  [
    'count',
    /\b(?:how many|how often|what (?:is the )?(?:minimum|maximum|average|score|rate)|which (?:average|score|rate)|how high|limit)\b/,
  ],
  [
    'time',
    /\b(?:when|what time|what day|which day|until what|up to when|by when|how late|how early|deadline|due|last day|hours|what date|what year|which year)\b/,
  ],
  [
    'place',
    /\b(?:where|which (?:building|floor|room|place|city|country)|what (?:building|floor|room|city|country|address)|your address|located|location)\b/,
  ],
  ['person', /\b(?:who|whom|whose|which (?:office|person)|somebody|someone|anybody|anyone)\b/],
  [
    'way',
    /\b(?:how (?:do|can|could|would|should|to|does)|what (?:do|must|should|can) i|what is the (?:process|procedure|way)|what are the steps)\b/,
  ],
  [
    'permission',
    /^(?:so |and |but |well )?(?:can|could|may|am|are|is|do|does|will|would|must|should|have)\b|\b(?:can i|am i allowed|may i|is it possible|do i (?:have|need) to)\b/,
  ],
];

const ANSWERS: Readonly<Record<AnswerType, RegExp>> = {
  money: new RegExp(
    `\\b(?:dollars?|cents?|euros?|pounds?|percent|free|no fee|refund|covered)\\b|[$€£]\\s?\\d|\\bfree of charge\\b`,
    'i',
  ),
  duration: new RegExp(
    `\\b(?:${NUMBER}|a|an|few) (?:[\\w-]+ )?(?:seconds?|minutes?|hours?|days?|weeks?|months?|years?|decades?|centuries|century)\\b`,
    'i',
  ),
  count: new RegExp(`\\b${NUMBER}(?:-\\w+)?\\b|\\bevery\\b|\\bonce\\b|\\btwice\\b`, 'i'),
  time: new RegExp(
    `\\b(?:${DAY}|${MONTH}|[12]\\d{3}|${NUMBER} (?:o'clock|in the (?:morning|afternoon|evening)|at night)|midnight|noon|[ap]\\.?m\\b|(?:week|month|day|end|year|before|after|within|during|until|at any time|from \\w+ (?:to|until)))\\b`,
    'i',
  ),
  place:
    /\b(?:rooms?|floor|building|hall|house|street|avenue|road|next to|across|behind|in front|center|centre|online|office|desk|city|town|located|north|south|east|west|country|countries|region)\b/i,
  person:
    /\b(?:office|center|desk|staff|department|you|president|he|she|people|company)\b|\b[A-Z]\w+ [A-Z]\w+\b/,
  permission:
    /\b(?:can|cannot|may|must|need|required|allowed|possible|welcome|have to|permission|guaranteed|yes|no|not|only|if|free|every|available|open|closed)\b/i,
  way: /\b(?:you|by|ask|bring|apply|order|book|send|fill|register|form|portal|request|talk|call|write|use|through|using|please)\b/i,
};

/** Words of a trade that make a sentence an answer of a kind, beside those of the language (`lexicon.yaml`). */
export type AnswerWords = Readonly<Record<string, readonly string[]>>;

const finders = new WeakMap<AnswerWords, ReadonlyMap<string, RegExp>>();

function trade(type: AnswerType, words: AnswerWords | undefined): RegExp | undefined {
  if (words === undefined) return undefined;
  let known = finders.get(words);
  if (known === undefined) {
    const escape = (word: string): string => word.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
    known = new Map(
      Object.entries(words)
        .filter(([, list]) => list.length > 0)
        .map(([kind, list]) => [kind, new RegExp(`\\b(?:${list.map(escape).join('|')})\\b`, 'i')] as const),
    );
    finders.set(words, known);
  }
  return known.get(type);
}

/**
 * The kind of fact that a question asks for, or `undefined` when its words do not tell.
 *
 * @param words - of the trade; a `count` word ("which rate") makes a question one for a number
 */
export function answerType(question: string, words?: AnswerWords): AnswerType | undefined {
  const text = question.toLowerCase().replace(/[’']s\b/g, ' is');
  const counted = trade('count', words);
  if (counted?.test(text) === true && /^(?:\w+ ){0,2}(?:what|which)\b/.test(text)) return 'count';
  return QUESTIONS.find(([, pattern]) => pattern.test(text))?.[0];
}

/** True when a sentence holds a fact of the kind: an amount for "how much", a day or hour for "when". */
export function holdsAnswer(type: AnswerType, sentence: string, words?: AnswerWords): boolean {
  return ANSWERS[type].test(sentence) || (type !== 'count' && trade(type, words)?.test(sentence) === true);
}

/** Something that only says where another thing is: "next to the gym" tells nothing of where the gym is. */
const BESIDE = '(?:next to|behind|across from|opposite|in front of|near|beside)';

/** False when a sentence gives the place of another thing than the one that was asked for. */
export function isAboutAsked(type: AnswerType, question: string, sentence: string): boolean {
  if (type !== 'place') return true;
  const [asked, told] = [question.toLowerCase().replace(/[’']s\b/g, ' is'), sentence.toLowerCase()];
  const thing = /\bwhere (?:is|are) (?:the |your )?([a-z ]+?)\W*$/.exec(asked)?.[1];
  if (thing === undefined || !told.includes(thing)) return true;
  return told.replace(new RegExp(`\\b${BESIDE} (?:the |our )?${thing}`, 'g'), '').includes(thing);
}
