/** Requests that mean the same whatever was asked. They are heard without a classifier, so they always work. */
export type Command =
  | 'person'
  | 'repeat'
  | 'goodbye'
  /** "never mind": ends the booking in progress. */
  | 'stop'
  | 'help'
  /** "hold on": the caller needs a moment. */
  | 'wait'
  /** "hello? are you there?" */
  | 'hello'
  /** "start over". */
  | 'restart';

const PERSON_WORDS =
  '(?:person|human|human being|someone|somebody|operator|agent|representative|receptionist|real person|live person|live agent|staff|staff member|people|member of staff|secretary)';

const PATTERNS: readonly (readonly [Command, RegExp])[] = [
  [
    'person',
    new RegExp(
      `\\b(?:(?:speak|talk|chat) (?:to|with)|transfer me(?: to)?|connect me(?: to| with)?|put me through(?: to)?|get me|give me|i (?:want|need)) (?:an?|the|your|some|another)? ?(?:actual |real |live |human )*${PERSON_WORDS}\\b`,
    ),
  ],
  [
    'person',
    /^(?:please )?(?:transfer me|connect me|put me through|operator|representative|agent|(?:a )?(?:real |live |actual )?(?:person|human)(?: being)?)(?: please| now)*$/,
  ],
  [
    'repeat',
    /^(?:sorry[, ]*|excuse me[, ]*|i'm sorry[, ]*|um+[, ]*)*(?:(?:could|can|would|will) (?:you|he|we|ye) (?:please )?)?(?:say (?:that|it) again|repeat (?:that|it|please|the question|yourself)|repeat|come again|pardon(?: me)?|what did you say|what was that|one more time|say again|again|what|huh|i (?:didn't|did not|couldn't) (?:catch|hear|get|understand) (?:that|you|it)|i beg your pardon)(?: (?:please|again|for me|one more time|sorry))*$/,
  ],
  [
    'goodbye',
    /^(?:(?:ok|okay|alright|all right|great|no|well|thanks|thank you|perfect|lovely|cool|have a (?:nice|good|great) day)[, ]*(?:very much|so much|then)?[, ]*)*(?:good ?bye?|bye(?: bye)?|see you(?: later| then)?|talk to you later|have a (?:nice|good|great) (?:day|one|evening|afternoon|weekend))(?: now| then| bye)*$/,
  ],
  ['restart', /\b(?:start (?:over|again|from the beginning)|begin again|from the start)\b/],
  [
    'stop',
    /^(?:no[, ]+|actually[, ]+|oh[, ]+|sorry[, ]+|wait[, ]+|please[, ]+|ok(?:ay)?[, ]+|um+[, ]+|i said[, ]+)*(?:never ?mind|forget (?:it|that|about it)|stop|cancel(?: (?:it|that|this|the booking|this booking|everything|the whole thing))?|i(?:'ve| have)? changed my mind|i (?:don't|do not) want (?:it|to book|an appointment|the appointment|that|this)(?: any ?more)?|leave it|don't book (?:it|anything|that)|abort|quit)(?: (?:please|thanks|thank you|anymore|any more|then|for now))*$/,
  ],
  [
    'wait',
    /^(?:um+[, ]+|uh+[, ]+|ok(?:ay)?[, ]+|please[, ]+)*(?:hold on|hang on|wait|(?:just )?(?:a|one) (?:moment|second|sec|minute)|give me a (?:moment|second|sec|minute)|let me (?:think|see|check|look))(?: (?:a|one|just|please|about|it|my|calendar|at|moment|second|sec|minute|for|wait))*$/,
  ],
  [
    'help',
    /^(?:help(?: me)?|what can (?:you do|i say|i do|you help(?: me)? with)|what are my options|options|menu|main menu|how does this work|what do you mean|i don't understand|i do not understand)(?: please)?$/,
  ],
  [
    'hello',
    /^(?:hello|hi|hey|are you there|is anybody there|is anyone there|can you hear me|hello are you there|hello can you hear me)$/,
  ],
];

/**
 * The request that the words make, or `undefined`. Several sentences, or parts between commas, which is how a recogniser
 * may write them, count when each makes the same request.
 */
export function readCommand(text: string): Command | undefined {
  const whole = commandOf(text);
  if (whole !== undefined) return whole;
  const sentences = text.split(/[.!?,]+(?=\s|$)/).filter((sentence) => plain(sentence) !== '');
  const [first, ...others] = sentences.map(commandOf);
  return others.length > 0 && others.every((command) => command === first) ? first : undefined;
}

function commandOf(sentence: string): Command | undefined {
  const clean = plain(sentence);
  return PATTERNS.find(([, pattern]) => pattern.test(clean))?.[0];
}

/** Words that lead over to what is meant: "Wait, where is your office?" asks where the office is. */
const OPENING =
  /^(?:(?:wait|okay|ok|alright|all right|sorry|um+|uh+|er+|well|so|oh|and|but|hi|hello|hey|hang on|hold on|excuse me|one (?:more )?question|quick question|i have a(?:nother)? question|by the way|before (?:that|we do that))[,.:;!\s]+)+/i;

/** The words without those that only lead over to them; as they were when nothing would be left. */
export function withoutOpening(text: string): string {
  const rest = text.trim().replace(OPENING, '');
  return rest.split(/\s+/).length < 2 ? text : rest;
}

/** Lower case with commas kept and other punctuation gone. */
export function plain(text: string): string {
  return text
    .toLowerCase()
    .replaceAll('’', "'")
    .replace(/\b(that|it|what|where|when|who|how|let)s\b/g, "$1's")
    .replace(/\b(don|didn|can|won|isn|doesn|couldn)t\b/g, "$1't")
    .replace(/\bi(m|ve)\b/g, "i'$1")
    .replace(/[.!?;:"-]+/g, ' ')
    .replace(/\s+,/g, ',')
    .replace(/\s+/g, ' ')
    .replace(/^[\s,]+|[\s,]+$/g, '');
}

const QUESTION_START =
  /^(?:(?:um+|uh+|er+|so|and|but|ok(?:ay)?|well|oh|wait|actually|sorry|yes|no|also|hang on|hold on|just|quick question|one (?:quick )?question|first|before (?:that|we do that|i do|i answer|we continue)|by the way|i have a question|let me ask)[, ]+)*(?:(?:what|what's|whats|where|where's|when|when's|who|who's|whose|which|why|how|how's|do you|does|did|is there|are there|is it|are you|is the|are the|can i|can you tell|could i|could you tell|will i|will the|would i|should i|do i|am i|may i|tell me|i have a question|i was wondering|i'm wondering|i want to know|i'd like to know|i need to know)\b)/;

/** True when a sentence is put as a question or announces one. */
export function isQuestion(text: string): boolean {
  return QUESTION_START.test(plain(text)) || /\?\s*$/.test(text.trim());
}

/** True when the caller asks what times there are, rather than naming one. */
export function asksForTimes(text: string): boolean {
  return /\b(?:as soon as possible|a\.?s\.?a\.?p|soonest|earliest|first available|next available|any ?time|any day|(?:any|some)(?:thing)?(?: \w+)? (?:later|earlier|else)|(?:another|other|different) times?|whenever|when(?:'s| is| are) (?:the )?(?:next|first|you (?:free|available))|what (?:times?|days?|slots?|openings?|appointments?) (?:do you|are|is|have)|what(?:'s| is| do you have) (?:available|open|free)|what do you have|when (?:can|could) (?:i|you)|when do you have|which (?:times?|days?)|you (?:choose|pick|tell me|decide)|doesn't matter|don't (?:care|mind)|i'm flexible|anything (?:is fine|works|available))\b/.test(
    plain(text),
  );
}
