import { integer } from './kinds.js';
import { required } from './setting.js';

/** Extensions of the embedded SIP server. */
export const SIP_SETTINGS = {
  SIP_SESSION_EXPIRES_S: required(integer(0, 86400), '1800', {
    group: 'Telephony',
    description:
      'Session timer (RFC 4028) of the embedded SIP server: a call whose session is not refreshed within this time has lost its other side and ends. The time asked for, and granted at most. 0 leaves session timers alone.',
    unit: 's',
  }),
  SIP_MIN_SE_S: required(integer(90, 86400), '90', {
    group: 'Telephony',
    description: 'Shortest session timer that a caller may ask for; shorter ones get 422.',
    unit: 's',
  }),
} as const;
