import { callingHours, e164, integer, minutesList, prefixes, secretText, sipUri, word } from './kinds.js';
import { optional, required } from './setting.js';

const group = 'Telephony';

/** Calls that the agent makes. None is made unless trunk, caller id and prefixes are told. */
export const OUTBOUND_SETTINGS = {
  OUTBOUND_TRUNK: optional(sipUri, {
    group,
    description:
      'SIP address of the carrier or exchange through which people are called; the number takes the place of a user in it. Unset: nobody is called. Its addresses belong in SIP_PEERS.',
    example: 'sip:trunk.carrier.example:5060;transport=tcp',
  }),
  OUTBOUND_USERNAME: optional(word, {
    group,
    description: 'User name for the digest challenge of the trunk.',
    example: 'leibniz',
  }),
  OUTBOUND_PASSWORD: optional(secretText, {
    group,
    description: 'Password for the digest challenge of the trunk.',
    example: 'the one that the carrier has given',
    secret: true,
  }),
  OUTBOUND_CALLER_ID: optional(e164, {
    group,
    description:
      'Number that is shown to whoever is called, in E.164; it must be answered when it is called back.',
    example: '+15550100',
  }),
  OUTBOUND_PREFIXES: required(prefixes, '', {
    group,
    description:
      'What numbers that may be called begin with, in E.164. Empty: nobody is called, whatever is asked for.',
    example: '+4930,+1202',
  }),
  OUTBOUND_MAX_CALLS: required(integer(0, 1000), '2', {
    group,
    unit: 'calls',
    description:
      'Calls that the agent makes at the same time, ringing ones included; they count within MAX_CALLS too.',
  }),
  OUTBOUND_CPS: required(integer(1, 100), '1', {
    group,
    unit: 'calls/s',
    description: 'Calls begun within a second.',
  }),
  OUTBOUND_HOURS: required(callingHours, '09:00-20:00', {
    group,
    description:
      'When people may be called, in their own local time; a campaign may be narrower and never wider. Sundays and holidays of the business file are left out.',
  }),
  OUTBOUND_RING_S: required(integer(5, 120), '25', {
    group,
    unit: 's',
    description:
      'How long a phone rings before it counts as no answer; below the time after which most mailboxes answer.',
  }),
  REMIND_BEFORE_MIN: required(minutesList, '', {
    group,
    description:
      'Minutes before an appointment at which the person who booked it is called; several with commas. Empty: no reminders.',
    example: '1440,120',
  }),
} as const;
