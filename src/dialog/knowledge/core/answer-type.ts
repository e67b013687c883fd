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
    /\b(?:how many|how often|what (?:is the )?(?:minimum|maximum|gpa|average|score|grade)|which (?:gpa|average|score|grade)|how high|limit)\b/,
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
    `\\b(?:${NUMBER}|a|an|few) (?:[\\w-]+ )?(?:seconds?|minutes?|hours?|days?|weeks?|months?|semesters?|years?|decades?|centuries|century)\\b`,
    'i',
  ),
  count: new RegExp(`\\b${NUMBER}(?:-\\w+)?\\b|\\bevery\\b|\\bonce\\b|\\btwice\\b`, 'i'),
  time: new RegExp(
    `\\b(?:${DAY}|${MONTH}|[12]\\d{3}|${NUMBER} (?:o'clock|in the (?:morning|afternoon|evening)|at night)|midnight|noon|[ap]\\.?m\\b|(?:week|month|day|semester|end|year|before|after|within|during|until|at any time|from \\w+ (?:to|until)))\\b`,
    'i',
  ),
  place:
    /\b(?:rooms?|floor|building|hall|house|street|avenue|road|next to|across|behind|in front|union|library|center|centre|garage|lots?|campus|portal|online|office|desk|city|town|located|north|south|east|west|country|countries|region|university)\b/i,
  person:
    /\b(?:advisors?|office|center|desk|registrar|instructors?|tutors?|staff|professors?|department|dean|counsel\w+|you|students?|president|he|she|people|company)\b|\b[A-Z]\w+ [A-Z]\w+\b/,
  permission:
    /\b(?:can|cannot|may|must|need|required|allowed|possible|welcome|have to|permission|guaranteed|yes|no|not|only|if|free|every|available|open|closed)\b/i,
  way: /\b(?:you|by|ask|bring|apply|order|book|send|fill|register|form|portal|request|talk|call|write|use|through|using|please)\b/i,
};

/** The kind of fact that a question asks for, or `undefined` when its words do not tell. */
export function answerType(question: string): AnswerType | undefined {
  const text = question.toLowerCase().replace(/[’']s\b/g, ' is');
  return QUESTIONS.find(([, pattern]) => pattern.test(text))?.[0];
}

/** True when a sentence holds a fact of the kind: an amount for "how much", a day or hour for "when". */
export function holdsAnswer(type: AnswerType, sentence: string): boolean {
  return ANSWERS[type].test(sentence);
}
