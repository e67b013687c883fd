import { rule, type Rule } from './rule.js';

const THANKS = 'thanks|thank you|cheers|much appreciated';
const OPENERS = `(?:(?:no|nope|nah|ok|okay|alright|all right|well|great|perfect|good|cool|and|then|yes|i think|i guess|${THANKS}|so much|very much|that is (?:all|it|everything|fine|great)|for (?:your|the|all your) (?:help|time)) )*`;
const DAY = 'day|one|evening|weekend|afternoon|night|week|time|rest of your day';
const BYE = `goodbye|bye|see (?:you|ya)(?: later| soon| then| tomorrow| around)?|peace out|talk to you (?:later|soon)|(?:you )?have a (?:good|nice|great|lovely|wonderful) (?:${DAY})|take care|so long|farewell|good night|goodnight|catch you later|later|until next time|(?:it was |it has been |this was |that was |i )?(?:a |so |very )?(?:nice|lovely|great|good|pleasure|fun|enjoyed) (?:\\w+ ){0,2}?(?:talking|speaking|chatting|talk|chat|conversation)(?: (?:to|with) you)?`;
const TAIL = `(?: (?:now|then|${THANKS}|${BYE}|you too|everyone|everybody|too|for now|for today|so much|very much))*`;
const HELLO =
  '(?:hi|hello|hey|hiya|howdy|yo|hallo|greetings|good (?:morning|afternoon|evening|day)|morning|evening|(?:hi|hello|hey) there)';
const SMALL_TALK =
  'how are you(?: doing)?(?: today)?|how is it going|how do you do|nice to (?:meet|talk to) you|what is up|is (?:anyone|anybody|someone) there|anybody there|are you there|can you hear me';

/** Repeating, greeting and taking leave. */
export const TALK_RULES: readonly Rule[] = [
  rule(
    'REPEAT',
    0.96,
    '(?:repeat|say) (?:that|it|this|yourself|what you (?:just )?said|the (?:question|options|answer|time|date|address)|the (?:last|first) (?:part|bit|one|thing|sentence|question|word)s?)(?: (?:again|once more|one more time|for me|back|slower|slowly|more slowly))*$',
    {
      unless: '<courses>',
    },
  ),
  rule(
    'REPEAT',
    0.95,
    '(?:say|tell me|read|give me|run|go over|hear) (?:that|it|this|them|what) (?:to me |by me |for me |back |through )*(?:again|one more time|once more|another time)',
  ),
  rule(
    'REPEAT',
    0.95,
    '(?:did not|could not|can not|do not|not) (?:quite |really |fully )?(?:hear|catch|get|understand|follow) (?:you|that|it|what you (?:just )?said|what you (?:are saying|mean|meant)|the (?:last|first) (?:part|bit|one)|any of that|a word)$',
    {
      negated: true,
    },
  ),
  rule(
    'REPEAT',
    0.95,
    'what (?:did|was) (?:you (?:just )?say|that(?: again)?|it you (?:just )?said)(?: again)?$|what did you say',
  ),
  rule(
    'REPEAT',
    0.94,
    '(?:sorry |i am sorry |excuse me )?(?:(?:i )?beg your pardon|pardon(?: me)?|come again|again|once more|one more time|say again|repeat|(?:can|could|would) you repeat|repeat again|huh|sorry what|what sorry|what|say what|sorry)',
    {
      alone: true,
    },
  ),
  rule(
    'REPEAT',
    0.93,
    '(?:can you |could you )?(?:speak|talk|say (?:it|that)) (?:up|louder|slower|more slowly|slowly|a (?:little|bit) (?:louder|slower|more slowly))',
    {
      alone: true,
    },
  ),
  rule(
    'REPEAT',
    0.93,
    'you (?:are )?(?:breaking up|cut out|cutting out)|missed (?:that|what you (?:just )?said|the last (?:part|bit))$',
  ),

  rule('GOODBYE', 0.96, `${OPENERS}(?:${BYE})${TAIL}`, { alone: true }),
  rule(
    'GOODBYE',
    0.93,
    `${OPENERS}(?:that is|that was|that will be|that would be|that is about|this is) (?:all|it|everything|about it|about all)(?: (?:i (?:need|needed|want|wanted|have|had)(?: to know)?|from me))?${TAIL}`,
    {
      alone: true,
    },
  ),
  rule(
    'GOODBYE',
    0.93,
    `(?:no|nope|nah) (?:(?:${THANKS}|that is fine|i am (?:good|fine|done|all set|ok|okay)|nothing(?: else| more)?|all good|not today|we are (?:good|done)|it is (?:fine|ok|okay)|very much|for now|so much) ?)+`,
    {
      alone: true,
      negated: true,
    },
  ),
  rule(
    'GOODBYE',
    0.92,
    `${OPENERS}(?:nothing (?:else|more)|i am (?:done|all set|finished|good for now)|you can hang up|hang up(?: the phone)?|end (?:the|this) call|i (?:have|need|must|should|will|got) (?:to )?(?:go|run|hang up|leave)|i have got to (?:go|run)|i do not need anything(?: else| more)?|(?:that|you) (?:have )?(?:answered|answers) (?:all )?my questions?)${TAIL}`,
    {
      alone: true,
      negated: true,
    },
  ),

  rule(
    'GREETING',
    0.96,
    `(?:yes |okay |oh )?(?:${HELLO} ?)+(?:(?:there|everyone|everybody|again|brookfield|leibniz|sir|madam|maam|${SMALL_TALK}|this is \\w+(?: \\w+)?(?: speaking)?|my name is \\w+(?: \\w+)?|i am \\w+) ?)*`,
    {
      alone: true,
    },
  ),
  rule('GREETING', 0.9, SMALL_TALK, { alone: true }),
];
