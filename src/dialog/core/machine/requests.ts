import type { DialogState } from './state.js';

const CHANGES: ReadonlySet<string> = new Set([
  'book',
  'move',
  'cancel',
  'resolve_booking',
  'resolve_change',
  'join_waiting_list',
  'request_callback',
  'change_callback',
  'withdraw_callback',
  'stop_calls',
  'change',
  'charge',
]);

/** True for a request that changes something: while one is under way nothing that is said can stop it. */
export const isChange = (type: string): boolean => CHANGES.has(type);

/** True while a change or a transfer is on its way. */
export const isBusy = (state: DialogState): boolean =>
  Object.values(state.pending).some(({ request }) => isChange(request.type) || request.type === 'transfer');

/** True while a transfer is on its way. */
export const isTransferring = (state: DialogState): boolean =>
  Object.values(state.pending).some(({ request }) => request.type === 'transfer');

/** True while an answer of any kind is waited for, except that a slot is held. */
export const isWaiting = (state: DialogState): boolean =>
  Object.values(state.pending).some(({ request }) => request.type !== 'hold');
