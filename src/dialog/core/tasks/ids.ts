/** Every kind of task. */
export const TASK_IDS = [
  'book',
  'find',
  'move',
  'cancel',
  'identify',
  'callback',
  'handoff',
  'form',
  'waitlist',
  'rating',
  'reminder',
  'recording',
  'opt_out',
] as const;

/** One of {@link TASK_IDS}. */
export type TaskId = (typeof TASK_IDS)[number];
