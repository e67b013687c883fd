/** Groups of routes that a combined server has. */
export const ROUTE_GROUPS = [
  'accounts',
  'conversation',
  'transcription',
  'intent',
  'knowledge',
  'appointment_sessions',
  'records',
  'recordings',
  'appointments',
  'calendar',
  'callbacks',
  'jobs',
  'materials',
  'insights',
  'outbound',
  'caches',
  'office',
  'denoise',
  'speech',
  'models',
  'live',
  'guard',
] as const;

/**
 * Name of a group of routes. `appointment_sessions_alone` are the short paths of appointment sessions, which a
 * conversation has for itself where both are served.
 */
export type RouteGroup = (typeof ROUTE_GROUPS)[number] | 'appointment_sessions_alone';
