import { rule, type Rule } from './rule.js';

/** Facts about appointments are questions, not bookings. */
const FACTS =
  'how long (?:is|are|does|do|will)|what (?:should|do|can) i (?:bring|expect)|what happens|do i need|need to bring|how (?:much|early|far|often)|late for|missed|is (?:it|there) (?:free|a (?:fee|charge|cost))|cost|fee';

/** Booking, moving and cancelling: the object must be a meeting, and not one of another office. */
export const APPOINTMENT_RULES: readonly Rule[] = [
  rule(
    'APPOINTMENT_CHANGE',
    0.96,
    '(?:move|change|shift|postpone|push back|push|bring forward|modify|switch|adjust|delay|amend|update|alter|swap|moving|changing|postponing) (?:the )?(?:time |date |day |time and date )?(?:of |for |on )?(?:up |back |around )?<the>(?:\\w+ ){0,2}?<owned>',
    {
      unless: '<foreign>|my mind',
    },
  ),
  rule('APPOINTMENT_CHANGE', 0.95, 'reschedul(?:e|ed|ing)', {
    unless: 'class|exam|lecture|final|text|message|<foreign>',
  }),
  rule(
    'APPOINTMENT_CHANGE',
    0.93,
    '(?:different|another|other|new|later|earlier|better) (?:time|day|date|slot)(?: slot)? for (?:my|the|that) (?:\\w+ )?<owned>',
  ),
  rule(
    'APPOINTMENT_CHANGE',
    0.92,
    'have (?:an? |my )?(?:\\w+ )?<owned> (?:\\w+ ){0,5}?(?:need|want|would like) (?:an? )?(?:different|another|later|earlier) (?:time|day|date)',
    {
      unless: '<foreign>',
    },
  ),
  rule(
    'APPOINTMENT_CHANGE',
    0.93,
    '(?:move|push|shift|change|bring|postpone) (?:it|that|me) (?:back|forward|up|to (?:the |a |next |another |tomorrow|monday|tuesday|wednesday|thursday|friday))',
    {
      duringAppointment: true,
      unless: '<foreign>',
    },
  ),
  rule(
    'APPOINTMENT_CHANGE',
    0.93,
    '(?:move|push|shift|change|bring|put) (?:my|the) (?:\\w+ )?<owned> (?:to|back|forward|from|up|till|until)',
    {
      unless: '<foreign>',
    },
  ),
  rule(
    'APPOINTMENT_CHANGE',
    0.88,
    '(?:can not|will not be able to|not able to|could not|unable to) (?:make|attend|come to|keep|get to|do) (?:it to )?(?:my|the|our) (?:\\w+ )?<owned>',
    {
      negated: true,
      unless: '<foreign>',
    },
  ),
  rule(
    'APPOINTMENT_CANCEL',
    0.96,
    '(?:cancel|cancell?ing|call off|delete|drop|remove|get rid of|scrap) (?:all )?<the>?(?:\\w+ ){0,2}?<owned>s?',
    {
      unless: '<foreign>|fee|charge|policy|cost|penalty|if i|what happens|<courses>',
    },
  ),
  rule(
    'APPOINTMENT_CANCEL',
    0.93,
    '<owned> (?:\\w+ ){0,6}?(?:(?:to be|be|it) )?cancel(?:l?ed|l?ing|lation)?',
    {
      unless: '<foreign>|fee|charge|policy|cost|penalty|if i|what happens|have i|was',
    },
  ),
  rule(
    'APPOINTMENT_CANCEL',
    0.9,
    '(?:do not|no longer) (?:need|want) (?:my|the|that|this) (?:\\w+ )?<owned>',
    {
      negated: true,
      unless: '<foreign>',
    },
  ),
  rule('APPOINTMENT_CANCEL', 0.92, 'take (?:me|my (?:\\w+ )?<owned>) off the (?:schedule|calendar|list)'),
  rule('APPOINTMENT_CANCEL', 0.9, '(?:i (?:want|need|would like|have) to )?cancel(?: it| that| this)?', {
    alone: true,
  }),
  rule(
    'APPOINTMENT_CANCEL',
    0.88,
    '(?:will|can) not (?:be able to |be )?(?:come|coming|make it)(?: to (?:my|the) <owned>)?(?: \\w+){0,3} cancel (?:it|that)',
    {
      negated: true,
    },
  ),

  rule(
    'APPOINTMENT_SCHEDULING',
    0.96,
    '<book> (?:me )?(?:up )?(?:in )?(?:with )?(?:for )?(?:an? new |a new |<the>)?(?:\\w+ ){0,2}?<meeting>s?',
    {
      unless: `${FACTS}|<foreign>|text|message`,
    },
  ),
  rule(
    'APPOINTMENT_SCHEDULING',
    0.94,
    '(?:want|need|like|love|have|looking for|calling (?:for|about)|after|interested in|try(?:ing)? to get) (?:to have |to get |to book )?(?:an? |another |new )(?:\\w+ ){0,2}?<meeting>',
    {
      unless: `${FACTS}|<foreign>|i (?:already )?have an? (?:\\w+ )?<meeting>|have got an?`,
    },
  ),
  rule(
    'APPOINTMENT_SCHEDULING',
    0.93,
    '(?:see|meet|meet with|visit|sit down with|come in to see|come see|book (?:in )?with|book time with|get in (?:to see|with)|time with|come in and see) (?:with )?<the>?(?:of (?:the|your) )?(?:\\w+ )?<advisor>',
    {
      unless: `do i (?:have|need) to|how often|should i|must i|who|what|why|where|which|before|${FACTS}`,
    },
  ),
  rule(
    'APPOINTMENT_SCHEDULING',
    0.9,
    '(?:meet|sit down|see|talk|speak) (?:with |to )?(?:someone|somebody|a person) (?:\\w+ ){0,4}?<when>',
    {
      unless: '<foreign>',
    },
  ),
  rule('APPOINTMENT_SCHEDULING', 0.88, 'would (?:like|love) to (?:meet|sit down) with (?:someone|somebody)', {
    unless: '<foreign>',
  }),
  rule(
    'APPOINTMENT_SCHEDULING',
    0.92,
    '(?:do you have|are there|is there|have you got|got|any) (?:an? |any )?(?:\\w+ )?(?:<meeting>|availability|openings?|free (?:time|slot)s?)s?(?: slots?)? (?:available|free|open|left|on|for|tomorrow|today|this|next|in)',
    {
      unless: '<courses>|<foreign>',
    },
  ),
  rule(
    'APPOINTMENT_SCHEDULING',
    0.92,
    '(?:anything|something|any time|a time|times) (?:available|free|open) (?:\\w+ ){0,2}?<when>',
    { unless: '<foreign>' },
  ),
  rule(
    'APPOINTMENT_SCHEDULING',
    0.92,
    '(?:can|could|may) i (?:come|stop|drop|pop) (?:in|by|over) (?:on |at |tomorrow|today|next|this|for)',
    {
      unless: 'without',
    },
  ),
  rule(
    'APPOINTMENT_SCHEDULING',
    0.92,
    '(?:book|put|pencil|fit|squeeze|schedule) me (?:in|down) (?:for|on|at|tomorrow|next|this)',
    { unless: '<foreign>' },
  ),
  rule(
    'APPOINTMENT_SCHEDULING',
    0.95,
    '(?:an? |new |for an? )?(?:new )?(?:appointment|book(?:ing)?|schedule|book (?:an? )?appointment|appointment booking|scheduling|make (?:an )?appointment)',
    {
      alone: true,
    },
  ),
  rule(
    'APPOINTMENT_SCHEDULING',
    0.9,
    '(?:schedule|book) (?:something|a time|some time|time|a visit|a call|one)',
    {
      unless: '<courses>|<foreign>',
    },
  ),
];
