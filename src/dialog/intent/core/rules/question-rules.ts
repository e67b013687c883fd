import { rule, type Rule } from './rule.js';

/** Topics of an advising office that no other office answers for. */
const TOPICS =
  'add drop|drop (?:a|my|the) (?:class|course)|withdraw (?:from )?(?:a|my|the) (?:class|course)|(?:class|course) registration|registration (?:open|start|begin|end|deadline|close)s?|register for|transfer credits?|degree audit|academic probation|scholarships?|tuition|transcripts?|graduation|study(?:ing)? abroad|financial aid|prerequisites?|student id|id card|parking (?:permit|pass)|dorms?|residence halls?|change (?:my )?majors?|declare (?:a |my )?(?:major|minor)|credit hours|commencement';

/** Questions that are certain to be questions: opening hours, the place, and the office's own topics. */
export const QUESTION_RULES: readonly Rule[] = [
  rule(
    'RAG_QUERY',
    0.95,
    '(?:what are|what is|tell me|know|give me) (?:your |the )?(?:opening |office |business |working |library |advising office )?(?:hours|opening times)(?: of operation| today| tomorrow)?$|(?:opening|office|business) (?:hours|times)',
    {
      unless: '<foreign>',
    },
  ),
  rule(
    'RAG_QUERY',
    0.95,
    '(?:when|what time|until when|how late|how early|what days?) (?:are|do|does|is|will) (?:you|the (?:\\w+ ){0,2}?(?:office|library|center|centre))(?: guys)? (?:\\w+ )?(?:open|close|opening|closing|closed)',
    {
      unless: '<foreign>',
    },
  ),
  rule(
    'RAG_QUERY',
    0.94,
    'are you (?:guys )?(?:open|closed) (?:on|at|over|during|today|tomorrow|now|this|late|for)',
  ),
  rule(
    'RAG_QUERY',
    0.95,
    '^(?:and |so |hi |hello )?where (?:are you|is (?:the|your) (?:\\w+ )?office|do i find you(?:r office)?|can i find you)(?: guys)?(?: located| at| based)?$',
  ),
  rule('RAG_QUERY', 0.92, 'what is your (?:office )?(?:address|location)'),
  rule('RAG_QUERY', 0.88, `<ask> (?:\\w+ ){0,12}?(?:${TOPICS})`, { unless: '<meeting>|<person>|<advisor>' }),
];
