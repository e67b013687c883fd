/** What the rest of Leibniz uses of the dialog. */
export { assessCompleteness } from './completeness.js';
export { step } from './dialog-machine.js';
export { warmUpDialog } from './warm-up.js';
export { initialDialog, type DialogState } from './state.js';
export * from './types.js';
export type { Business, Service, Weekday } from './business.js';
