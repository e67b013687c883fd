import { integer } from './kinds.js';
import { required } from './setting.js';

/** Supervisors with calls in progress. */
export const LIVE_SETTINGS = {
  LIVE_MAX_LISTENERS: required(integer(1, 50), '5', {
    group: 'Web',
    description: 'Supervisors who hear one call at the same time.',
    unit: 'people',
  }),
  TAKEOVER_GRACE_S: required(integer(3, 60), '5', {
    group: 'Web',
    unit: 's',
    description:
      'How long the lost line of a person who has taken a call is waited for before the agent speaks again.',
  }),
} as const;
