import type { Task } from '../task.js';
import { BOOK } from './book/task.js';
import { CANCEL } from './existing/cancel.js';
import { FIND } from './existing/find.js';
import { IDENTIFY } from './identify/task.js';
import { MOVE } from './move/task.js';
import { REMINDER } from './reminder/task.js';
import { WAITLIST } from './waitlist/task.js';

type AppointmentTaskId = 'book' | 'find' | 'move' | 'cancel' | 'identify' | 'waitlist' | 'reminder';

/** The tasks about appointments. Each knows its own state only, so that the registry's is any. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any
export const APPOINTMENT_TASKS: Readonly<Record<AppointmentTaskId, Task<any>>> = {
  book: BOOK,
  find: FIND,
  move: MOVE,
  cancel: CANCEL,
  identify: IDENTIFY,
  waitlist: WAITLIST,
  reminder: REMINDER,
};
