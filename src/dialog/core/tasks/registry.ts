import { APPOINTMENT_TASKS } from './appointments/index.js';
import { callbackTask } from './callback/task.js';
import { formTask } from './form/form-task.js';
import { handoffTask } from './handoff.js';
import { ratingTask } from './rating.js';
import type { Task, TaskId } from './task.js';

/** Every task by its id. */
export const TASKS: Readonly<Record<TaskId, Task<unknown>>> = {
  ...APPOINTMENT_TASKS,
  callback: callbackTask,
  form: formTask,
  handoff: handoffTask,
  rating: ratingTask,
};
