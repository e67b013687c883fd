import type { IntentContext, IntentName, IntentResult } from '../../core/types.js';
import { clauses, normalizeUtterance } from './normalize.js';

/** Patterns decide only above this confidence. */
export const PATTERN_THRESHOLD = 0.85;

interface Rule {
  readonly intent: IntentName;
  /** 0..1: how sure this wording is by itself. */
  readonly confidence: number;
  readonly match: RegExp;
  /** The rule does not apply to a clause with these words. */
  readonly unless?: RegExp;
  /** True for wordings that already hold a "not". */
  readonly negated?: boolean;
}

const MEETING =
  '(?:appointment|meeting|session|consultation|advising (?:session|appointment|meeting)|booking|reservation|slot|time slot)';
const BOOK =
  '(?:book|schedul(?:e|ing)|make|set up|setup|arrange|get|reserve|booking|making|setting up|arranging|fix|request)';
const ADVISOR = '(?:advisor|adviser|counsell?or)s?';
const PERSON =
  '(?:human(?: being)?|(?:real |actual |live )?(?:person|people|human|agent|operator|representative|rep|staff member)|someone|somebody|staff|receptionist|front desk|secretary|member of staff|customer service)';

/** Talk about classes, not about meetings: "class schedule", "course registration". */
const COURSES =
  /\b(?:class(?:es)?|courses?|credits?|exams?|tuition|degree|lab|lecture|major|minor|housing|parking|library|transcript)\b/;
const SCHEDULE_NOUN = /\b(?:class|course|exam|my|fall|spring|bus|shuttle|academic) schedule\b/;
const FACTS_ABOUT_MEETINGS =
  /\b(?:how long (?:is|are|does|do|will)|what (?:should|do|can) i (?:bring|expect)|what happens|do i need|need to bring|how (?:much|early|far)|late for|missed|miss|is (?:it|there) (?:free|a (?:fee|charge|cost))|cost)\b/;

const RULES: readonly Rule[] = [
  // A person.
  {
    intent: 'HUMAN_HANDOFF',
    confidence: 0.97,
    match: new RegExp(
      `\\b(?:speak|talk|chat)(?:ing)? (?:to|with) (?:an? |the |your |my )?(?:other )?${PERSON}\\b`,
    ),
    unless: /\b(?:who|about whom) (?:can|should|do|could) i\b/,
  },
  {
    intent: 'HUMAN_HANDOFF',
    confidence: 0.9,
    match: new RegExp(
      `\\b(?:speak|talk)(?:ing)? (?:to|with) (?:an? |the |your |my )?(?:\\w+ )?${ADVISOR}\\b`,
    ),
    unless:
      /\b(?:tomorrow|today|monday|tuesday|wednesday|thursday|friday|next|week|morning|afternoon|appointment|when|what|how|which|do i (?:have|need)|should i|must i|before)\b/,
  },
  {
    intent: 'HUMAN_HANDOFF',
    confidence: 0.96,
    match: new RegExp(
      `\\b(?:connect|transfer|put|pass|forward|redirect|get|give|switch|patch) (?:me )?(?:through |over |on |along )?(?:to |with )?(?:an? |the |your )?${PERSON}\\b`,
    ),
  },
  {
    intent: 'HUMAN_HANDOFF',
    confidence: 0.92,
    match: new RegExp(
      `\\b(?:connect|transfer|put|patch) me (?:through |over )?(?:to|with) (?:an? |the |your )?(?:\\w+ )?(?:${ADVISOR}|office|desk|department)\\b`,
    ),
  },
  {
    intent: 'HUMAN_HANDOFF',
    confidence: 0.95,
    match: new RegExp(
      `\\b(?:want|need|like|prefer|get|have|is there|give me|are there)(?: to (?:have|get|reach))? (?:an? |any |the )?(?:human(?: being)?|(?:real|actual|live) (?:person|people|human|agent|operator)|operator|representative)\\b`,
    ),
  },
  {
    intent: 'HUMAN_HANDOFF',
    confidence: 0.95,
    match:
      /^(?:(?:an? |the )?(?:human|agent|operator|representative|real person|live agent|live person|real human|person|speak to (?:a )?human))(?: now)?$/,
  },
  {
    intent: 'HUMAN_HANDOFF',
    confidence: 0.93,
    match:
      /\b(?:do not|not) (?:want|like|wish|going) to (?:talk|speak)(?:ing)? (?:to|with) (?:an? |the |this )?(?:robot|machine|computer|bot|ai|automated|recording|assistant)\b/,
    negated: true,
  },
  {
    intent: 'HUMAN_HANDOFF',
    confidence: 0.9,
    match:
      /\b(?:hate|stop|no more|tired of|sick of) (?:talking to |speaking to |these |this |with )*(?:an? |the )?(?:robots?|machines?|bots?|computers?)\b/,
  },

  // Moving and cancelling: the object must be a meeting.
  {
    intent: 'APPOINTMENT_CHANGE',
    confidence: 0.96,
    match: new RegExp(
      `\\b(?:move|change|shift|postpone|push back|push|bring forward|modify|switch|adjust|delay|amend|update|alter|swap|moving|changing|postponing) (?:the )?(?:time |date |day |time and date )?(?:of |for |on )?(?:my |the |that |this |our |an |up my |back my |around my )(?:\\w+ ){0,2}?${MEETING}\\b`,
    ),
  },
  {
    intent: 'APPOINTMENT_CHANGE',
    confidence: 0.95,
    match: /\breschedul(?:e|ed|ing)\b/,
    unless: /\b(?:class|exam|lecture|final)s?\b/,
  },
  {
    intent: 'APPOINTMENT_CHANGE',
    confidence: 0.93,
    match: new RegExp(
      `\\b(?:different|another|other|new|later|earlier|better) (?:time|day|date|slot)(?: slot)? for (?:my|the|that) (?:\\w+ )?${MEETING}\\b`,
    ),
  },
  {
    intent: 'APPOINTMENT_CHANGE',
    confidence: 0.93,
    match: new RegExp(
      `\\b(?:move|push|shift|change|bring|put) (?:it|my (?:\\w+ )?${MEETING}|the ${MEETING}) (?:to|back|forward|from|up|till|until)\\b`,
    ),
    unless: /\bchange it to\b/,
  },
  {
    intent: 'APPOINTMENT_CHANGE',
    confidence: 0.88,
    match: new RegExp(
      `\\b(?:can not|will not be able to|not able to|could not|unable to) (?:make|attend|come to|keep|get to) (?:it to )?(?:my|the|our) (?:\\w+ )?${MEETING}\\b`,
    ),
    negated: true,
  },
  {
    intent: 'APPOINTMENT_CANCEL',
    confidence: 0.96,
    match: new RegExp(
      `\\b(?:cancel|cancell?ing|call off|delete|drop|remove|get rid of|scrap) (?:my |the |that |this |our |an |all my )?(?:\\w+ ){0,2}?${MEETING}s?\\b`,
    ),
  },
  {
    intent: 'APPOINTMENT_CANCEL',
    confidence: 0.93,
    match: new RegExp(`\\b${MEETING} (?:\\w+ ){0,6}?(?:(?:to be|be|it) )?cancel(?:l?ed|l?ing|lation)?\\b`),
    unless: /\bpolicy|fee|charge\b/,
  },
  {
    intent: 'APPOINTMENT_CANCEL',
    confidence: 0.9,
    match: new RegExp(`\\b(?:do not|no longer) (?:need|want) (?:my|the|that|this) (?:\\w+ )?${MEETING}\\b`),
    negated: true,
  },

  // Booking.
  {
    intent: 'APPOINTMENT_SCHEDULING',
    confidence: 0.96,
    match: new RegExp(
      `\\b${BOOK} (?:me )?(?:up )?(?:(?:in )?for )?(?:an? |another |the |my |some |a new |one )?(?:\\w+ ){0,2}?${MEETING}s?\\b`,
    ),
    unless: FACTS_ABOUT_MEETINGS,
  },
  {
    intent: 'APPOINTMENT_SCHEDULING',
    confidence: 0.94,
    match: new RegExp(
      `\\b(?:want|need|like|have|looking for|calling (?:for|about)|after|interested in|try(?:ing)? to get) (?:to have |to get |to book )?(?:an? |another |new )(?:\\w+ ){0,2}?${MEETING}\\b`,
    ),
    unless: new RegExp(`${FACTS_ABOUT_MEETINGS.source}|\\bi (?:already )?have an? (?:\\w+ )?${MEETING}\\b`),
  },
  {
    intent: 'APPOINTMENT_SCHEDULING',
    confidence: 0.93,
    match: new RegExp(
      `\\b(?:see|meet|meet with|visit|sit down with|come in to see|come see|book (?:in )?with|book time with|get in (?:to see|with)|time with|come in and see) (?:with )?(?:an? |the |my |one of (?:the|your) |your )?(?:\\w+ )?${ADVISOR}\\b`,
    ),
    unless: /\b(?:do i (?:have|need) to|how often|should i|must i|who|what|why|where|which|before)\b/,
  },
  {
    intent: 'APPOINTMENT_SCHEDULING',
    confidence: 0.92,
    match: new RegExp(
      `\\b(?:do you have|are there|is there|have you got|got|any) (?:an? |any )?(?:\\w+ )?(?:${MEETING}|availability|openings?|free (?:time|slot)s?|times?)s?(?: slots?)? (?:available|free|open|left|on|for|tomorrow|today|this|next|in)\\b`,
    ),
    unless: COURSES,
  },
  {
    intent: 'APPOINTMENT_SCHEDULING',
    confidence: 0.92,
    match:
      /\b(?:can|could|may) i (?:come|stop|drop|pop) (?:in|by|over) (?:on |at |tomorrow|today|next|this|for)\b/,
    unless: /\bwithout\b/,
  },
  {
    intent: 'APPOINTMENT_SCHEDULING',
    confidence: 0.95,
    match: new RegExp(
      `^(?:an? |new |for an? )?(?:appointment|book(?:ing)?|schedule|book (?:an? )?appointment|appointment booking|scheduling|make (?:an )?appointment)$`,
    ),
  },
  {
    intent: 'APPOINTMENT_SCHEDULING',
    confidence: 0.9,
    match: /\b(?:schedule|book) (?:something|a time|some time|time|a visit|a call|in|one)\b/,
    unless: COURSES,
  },
  {
    intent: 'APPOINTMENT_CANCEL',
    confidence: 0.9,
    match: /^(?:i (?:want|need|would like|have) to )?cancel(?: it| that| this)?$/,
  },

  // Repeating.
  {
    intent: 'REPEAT',
    confidence: 0.96,
    match:
      /\b(?:repeat|say) (?:that|it|this|yourself|what you (?:just )?said|the (?:last|question|options|answer|first|time|date|address)(?: \w+)?)(?: (?:again|once more|one more time|for me|back|slower|slowly|more slowly))*$/,
    unless: COURSES,
  },
  {
    intent: 'REPEAT',
    confidence: 0.95,
    match:
      /\b(?:say|tell me|read|give me|run|go over) (?:that|it|this|them|what) (?:to me |by me |for me |back |through )*(?:again|one more time|once more|another time)\b/,
  },
  {
    intent: 'REPEAT',
    confidence: 0.95,
    match:
      /\b(?:did not|could not|can not|do not|not) (?:quite |really |fully )?(?:hear|catch|get|understand|follow) (?:you|that|it|what you (?:just )?said|what you (?:are saying|mean|meant)|the (?:last|first) (?:part|bit|one)|any of that|a word)\b/,
    negated: true,
  },
  {
    intent: 'REPEAT',
    confidence: 0.95,
    match:
      /\bwhat (?:did|was) (?:you (?:just )?say|that(?: again)?|it you (?:just )?said)(?: again)?$|\bwhat was that\b|\bwhat did you say\b/,
  },
  {
    intent: 'REPEAT',
    confidence: 0.94,
    match:
      /^(?:sorry |i am sorry |excuse me )?(?:(?:i )?beg your pardon|pardon(?: me)?|come again|again|once more|one more time|say again|repeat|can you repeat|could you repeat|would you repeat|repeat again|huh|sorry what|what sorry|what|say what|sorry)$/,
  },
  {
    intent: 'REPEAT',
    confidence: 0.93,
    match:
      /\b(?:speak|talk|say (?:it|that)) (?:up|louder|slower|more slowly|slowly|a (?:little|bit) (?:louder|slower|more slowly))\b/,
  },
  {
    intent: 'REPEAT',
    confidence: 0.93,
    match:
      /\b(?:you (?:are )?(?:breaking up|cut out|cutting out)|missed (?:that|what you said|the last (?:part|bit)))\b/,
  },

  // Opening hours and place: the two questions that every office hears.
  {
    intent: 'RAG_QUERY',
    confidence: 0.95,
    match:
      /\b(?:what (?:are|is)|tell me|know|give me|about) (?:\w+ ){0,3}?(?:opening |office |business |working |library )?(?:hours|times) ?(?:of operation|today|tomorrow)?$|\b(?:opening|office|business) (?:hours|times)\b/,
  },
  {
    intent: 'RAG_QUERY',
    confidence: 0.95,
    match:
      /\b(?:when|what time|until when|how late|how early|what days?) (?:are|do|does|is|will) (?:you|the (?:\w+ ){0,2}?(?:office|library|center|centre))(?: guys)? (?:\w+ )?(?:open|close|opening|closing|closed)\b/,
  },
  {
    intent: 'RAG_QUERY',
    confidence: 0.94,
    match: /\bare you (?:guys )?(?:open|closed) (?:on |at |over |during |today|tomorrow|now|this|late|for)\b/,
  },
  {
    intent: 'RAG_QUERY',
    confidence: 0.95,
    match:
      /\bwhere (?:are you|is (?:the|your) (?:\w+ ){0,2}?(?:office|building|center|centre|library)|do i find you(?:r office)?|can i find you)(?: guys)?(?: located| at| based)?$/,
  },
  {
    intent: 'RAG_QUERY',
    confidence: 0.92,
    match: /\bwhat is (?:your|the) (?:office )?(?:address|location)\b/,
  },
  {
    intent: 'RAG_QUERY',
    confidence: 0.88,
    match:
      /\b(?:how|when|where|what|which|who|whom|why|can|could|do|does|is|are|should|am|will|would|may|must) (?:\w+ ){0,12}?(?:add drop|drop (?:a|my|the) (?:class|course)|withdraw(?:al)?|registration|register for|transfer credits?|degree audit|probation|gpa|scholarships?|tuition|transcripts?|graduat(?:e|ion|ing)|study(?:ing)? abroad|financial aid|prerequisites?|tutor(?:ing|s)?|student id|id card|parking (?:permit|pass)|dorms?|residence halls?|change (?:my )?majors?|declare (?:a |my )?(?:major|minor)|credit hours|commencement)\b/,
  },

  // The end.
  {
    intent: 'GOODBYE',
    confidence: 0.96,
    match:
      /^(?:(?:no|nope|ok|okay|alright|all right|well|great|perfect|thanks|thank you|that is (?:all|it|everything)|so much|very much|cool|good|and|for (?:your|the) (?:help|time)|then) ?)*(?:goodbye|bye|bye bye|see you(?: later| soon| then| tomorrow)?|talk to you (?:later|soon)|have a (?:good|nice|great|lovely) (?:day|one|evening|weekend|afternoon|night|week)|take care|cheers bye|so long|farewell|good night|catch you later|later)(?: (?:now|then|thanks|thank you|bye|goodbye|bye bye|you too|everyone|everybody|too|for now|have a (?:good|nice|great) (?:day|one)))*$/,
  },
  {
    intent: 'GOODBYE',
    confidence: 0.93,
    match:
      /^(?:(?:no|nope|ok|okay|alright|all right|great|perfect|thanks|thank you|well|yes|good|i think|i guess|cool) ?)*(?:that is|that was|that will be|that would be|that is about|this is) (?:all|it|everything|about it|about all)(?: (?:i (?:need|needed|want|wanted|have|had|wanted to know|needed to know)|for (?:now|today|me)|from me|then|today|thanks|thank you|very much|so much|bye|goodbye|you|have a \w+ day))*$/,
  },
  {
    intent: 'GOODBYE',
    confidence: 0.93,
    match:
      /^(?:(?:no|nope|nah) )(?:(?:thanks|thank you|that is fine|i am (?:good|fine|done|all set|ok|okay)|nothing(?: else| more)?|all good|not today|we are (?:good|done)|it is (?:fine|ok|okay)|very much|for now|so much) ?)+$/,
  },
  {
    intent: 'GOODBYE',
    confidence: 0.92,
    match:
      /^(?:(?:no|ok|okay|thanks|thank you) )*(?:nothing (?:else|more)|i am (?:done|all set|finished|good for now)|you can hang up(?: now)?|hang up(?: now| the phone)?|end (?:the|this) call|i (?:have to|need to|must|should|will) (?:go|run|hang up|leave)(?: now)?|i do not need anything(?: else| more)?|(?:that|you) (?:have )?(?:answered|answers) (?:all )?my questions?)(?: (?:thanks|thank you|bye|goodbye|now))*$/,
    negated: true,
  },

  // A greeting and nothing else.
  {
    intent: 'GREETING',
    confidence: 0.96,
    match:
      /^(?:(?:hi|hello|hey|hiya|howdy|yo|hallo|greetings|good (?:morning|afternoon|evening|day)|morning|evening|hi there|hello there|hey there) ?)+(?:(?:there|everyone|everybody|again|brookfield|leibniz|how are you(?: doing)?(?: today)?|how is it going|nice to (?:meet|talk to) you|this is \w+(?: \w+)?|my name is \w+(?: \w+)?|i am \w+|is anyone there|anybody there|are you there|can you hear me|what is up|sir|madam|maam) ?)*$/,
  },
  {
    intent: 'GREETING',
    confidence: 0.9,
    match:
      /^(?:how are you(?: doing)?(?: today)?|is (?:anyone|anybody|someone) there|are you there|can you hear me|what is up|how is it going|how do you do)$/,
  },
];

/** Words right before a match that turn it around ("I do not want to …"). */
const NEGATION =
  /\b(?:(?:do|did|does|would|will|am|is|are|was|should) not (?:\w+ ){0,4}|not (?:here |calling |trying |looking |going |interested )?(?:to |in |for )?(?:\w+ ){0,1}|no need (?:\w+ ){0,2}|(?:rather|prefer) not (?:\w+ ){0,2}|instead of (?:\w+ ){0,2}|rather than (?:\w+ ){0,2}|without (?:\w+ ){0,1}|never (?:\w+ ){0,3})$/;

/** "I was not able to book" still wants to book. */
const FAILED_ATTEMPT =
  /\b(?:not (?:been )?able to|could not|can not|do not know how to|not sure how to|did not manage to|not know (?:if|whether)|would not let me) (?:\w+ ){0,3}$/;

/** When several things are said, the one that asks for the most wins; politeness never does. */
const PRIORITY: Readonly<Record<IntentName, number>> = {
  HUMAN_HANDOFF: 8,
  APPOINTMENT_CHANGE: 7,
  APPOINTMENT_CANCEL: 6,
  APPOINTMENT_SCHEDULING: 5,
  REPEAT: 4,
  RAG_QUERY: 3,
  GOODBYE: 2,
  GREETING: 1,
  OUT_OF_SCOPE: 0,
};

/**
 * Recognises plain wordings without any model, in microseconds.
 *
 * @returns the intent with a confidence above {@link PATTERN_THRESHOLD}, or `undefined` when no pattern is sure
 */
export function classifyByPattern(text: string, _context: IntentContext = {}): IntentResult | undefined {
  const normalized = normalizeUtterance(text);
  if (normalized === '') return undefined;
  const parts = clauses(normalized);
  const whole = parts.join(' ');
  const found = [...parts, ...(parts.length > 1 ? [whole] : [])].flatMap((part) =>
    matchRules(part, part === whole),
  );
  const best = found.reduce<Rule | undefined>(
    (top, rule) => (top === undefined || outranks(rule, top) ? rule : top),
    undefined,
  );
  if (best === undefined) return undefined;
  const leftover = isPolite(best.intent) && hasUnexplainedClause(parts);
  const confidence = leftover ? Math.min(best.confidence, PATTERN_THRESHOLD) : best.confidence;
  if (confidence <= PATTERN_THRESHOLD) return undefined;
  return {
    intent: best.intent,
    confidence,
    method: 'pattern',
    entities: {},
    extracted_meaning: normalized.replaceAll(' | ', ', '),
  };
}

function matchRules(part: string, isWhole: boolean): Rule[] {
  return RULES.filter((rule) => {
    const match = rule.match.exec(part);
    if (match === null || rule.unless?.test(part) === true) return false;
    if (rule.intent === 'APPOINTMENT_SCHEDULING' && SCHEDULE_NOUN.test(part)) return false;
    if (rule.negated === true) return true;
    // Joined clauses would carry a negation over their border.
    if (isWhole && match.index > 0 && /\bnot\b/.test(part.slice(0, match.index))) {
      return !isNegated(part, match.index);
    }
    return !isNegated(part, match.index);
  });
}

function isNegated(part: string, at: number): boolean {
  const before = part.slice(0, at);
  return NEGATION.test(before) && !FAILED_ATTEMPT.test(before);
}

function outranks(rule: Rule, other: Rule): boolean {
  const difference = PRIORITY[rule.intent] - PRIORITY[other.intent];
  return difference > 0 || (difference === 0 && rule.confidence > other.confidence);
}

function isPolite(intent: IntentName): boolean {
  return intent === 'GREETING' || intent === 'GOODBYE';
}

/** A greeting or a goodbye beside a clause that no rule knows: the other clause may be the point. */
function hasUnexplainedClause(parts: readonly string[]): boolean {
  return parts.some((part) => part.split(' ').length > 2 && matchRules(part, false).length === 0);
}
