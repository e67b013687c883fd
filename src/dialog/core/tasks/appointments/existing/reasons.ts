/** Why a person or a call-back is offered: constant words without personal data. */
export const REASONS = {
  unreadable: 'The caller asked for an appointment while the calendar could not be reached.',
  unavailable: 'The caller wanted to change an appointment while the calendar could not be reached.',
  unknown: 'It is not known whether the appointment of the caller was changed.',
  unidentified: 'The caller could not show whose appointment it is.',
} as const;
