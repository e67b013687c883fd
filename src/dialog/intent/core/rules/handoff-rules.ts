import { rule, type Rule } from './rule.js';

/** Asking for a person. */
export const HANDOFF_RULES: readonly Rule[] = [
  rule(
    'HUMAN_HANDOFF',
    0.97,
    '(?:speak|talk|chat)(?:ing)? (?:directly )?(?:to|with) <the>?(?:other |real )?<person>',
    {
      unless:
        'who (?:can|should|do|could) i|am i|is this|are you|do i have to|meet|<when>|about (?:a |the |my )?(?:\\w+ )?<foreign>',
    },
  ),
  rule('HUMAN_HANDOFF', 0.9, '(?:speak|talk)(?:ing)? (?:to|with) <the>?(?:\\w+ )?<advisor>', {
    unless: '<when>|appointment|when|what|how|which|do i (?:have|need)|should i|must i|before',
  }),
  rule(
    'HUMAN_HANDOFF',
    0.96,
    '(?:connect|transfer|put|pass|forward|redirect|get|give|switch|patch) (?:me )?(?:through |over |on |along )?(?:to |with )?<the>?<person>',
    {
      unless: '<foreign>',
    },
  ),
  rule(
    'HUMAN_HANDOFF',
    0.92,
    '(?:connect|transfer|put|patch) me (?:through |over )?(?:to|with) <the>?(?:\\w+ )?(?:<advisor>|office|desk|department|line)',
  ),
  rule(
    'HUMAN_HANDOFF',
    0.95,
    '(?:want|need|like|prefer|get|have|is there|give me|are there|i would rather have)(?: to (?:have|get|reach))? <the>?(?:human(?: being)?|(?:real|actual|live) (?:person|people|human|agent|operator|human being)|operator|representative)',
    {
      unless: 'like a real|are you',
    },
  ),
  rule(
    'HUMAN_HANDOFF',
    0.93,
    'is there <the>?(?:person|someone|somebody|anyone|anybody) (?:there )?(?:who |that )?i (?:can|could) (?:talk|speak)',
  ),
  rule(
    'HUMAN_HANDOFF',
    0.95,
    '(?:no |an? |the )?(?:human(?: being)?|agent|operator|representative|real person|live agent|live person|real human|speak to (?:a )?human)(?: now| thanks| thank you)?',
    {
      alone: true,
    },
  ),
  rule(
    'HUMAN_HANDOFF',
    0.93,
    '(?:do not|not) (?:want|like|wish|going) (?:to )?(?:talk|speak|talking|speaking) (?:to|with) (?:an? |the |this )?(?:robots?|machines?|computers?|bots?|ai|automated|recording|assistant|voice)',
    {
      negated: true,
    },
  ),
  rule(
    'HUMAN_HANDOFF',
    0.9,
    '(?:hate|stop|no more|tired of|sick of) (?:talking to |speaking to |these |this |with )*(?:an? |the )?(?:robots?|machines?|bots?|computers?)',
  ),
  rule('HUMAN_HANDOFF', 0.9, '(?:call|ring|phone) me back|(?:want|need|like|get|have) a call ?back'),
];
