import { RECORDING_POLICIES } from '../../kernel/vocab.js';
import { choice, integer, linePolicies } from './kinds.js';
import { required } from './setting.js';

/** Recordings of calls. */
export const RECORDING_SETTINGS = {
  RECORDING: required(choice(RECORDING_POLICIES), 'off', {
    group: 'Recording',
    description:
      'Whether telephone calls are recorded: `off`, `announce` tells callers first, `ask` records those who agree. Look at the law of the place before it is switched on.',
  }),
  RECORDING_LINES: required(linePolicies, '', {
    group: 'Recording',
    description: 'Called numbers with a policy of their own; +1555*=ask stands for all that begin so.',
    example: '+15550100=ask,100=off',
  }),
  RETENTION_RECORDINGS_DAYS: required(integer(1, 3650), '30', {
    group: 'Recording',
    unit: 'days',
    description: 'After this time a recording is deleted by itself; the trail keeps a receipt.',
  }),
} as const;
