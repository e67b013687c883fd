import type { Declared, DeclaredAppointment, DeclaredStep } from './declared.js';

/** An appointment as it stands in the calendar. */
export type StoredAppointment = Readonly<Partial<Record<keyof DeclaredAppointment, string>>>;

/** What a conversation has left behind, strangers' appointments apart. */
export interface ConversationEnd {
  /** In order of start. */
  readonly booked: readonly StoredAppointment[];
  readonly cancelled: readonly StoredAppointment[];
  readonly callbacks: number;
  /** The agent has said goodbye and hung up. */
  readonly hungUp: boolean;
  readonly transferred: boolean;
}

/** What is not as declared at the end. */
export function endFaults(end: Declared['end'], had: ConversationEnd): readonly string[] {
  const { callbacks, hungUp, transferred } = had;
  return [
    ...differences('booked', end.booked, had.booked),
    ...differences('cancelled', end.cancelled, had.cancelled),
    ...(callbacks === end.callbacks ? [] : [`${callbacks} call-backs instead of ${end.callbacks}`]),
    ...(hungUp === (end.hungUp ?? hungUp) ? [] : [`hung up: ${hungUp}`]),
    ...(transferred === end.transferred ? [] : [`passed on: ${transferred}`]),
  ];
}

/** What a reply should have said and has not, and the other way round. */
export function wordFaults(expected: DeclaredStep['expect'], reply: string): readonly string[] {
  const { contains = [], absent = [] } = expected ?? {};
  return [
    ...contains.filter((part) => !says(reply, part)).map((part) => `"${part}" is not said in "${reply}"`),
    ...absent.filter((part) => says(reply, part)).map((part) => `"${part}" is said in "${reply}"`),
  ];
}

/** True when a text holds another, whatever the case. */
export const says = (text: string, part: string): boolean => text.toLowerCase().includes(part.toLowerCase());

/**
 * Whether the calendar holds exactly what was agreed, and whether it holds anything that was not.
 *
 * @param given - what stood in it before: what stays although it was to go is missing work, not a wrong appointment
 */
export function storedAs(
  end: Declared['end'],
  given: readonly DeclaredAppointment[],
  had: ConversationEnd,
): { readonly right: boolean; readonly wrong: boolean } {
  const agreed = (want: readonly DeclaredAppointment[], have: readonly StoredAppointment[]): boolean =>
    have.every((one) => want.some((other) => isLike(other, one)));
  const faults = [
    ...differences('booked', end.booked, had.booked),
    ...differences('cancelled', end.cancelled, had.cancelled),
  ];
  return {
    right: faults.length === 0,
    wrong: !agreed([...end.booked, ...given], had.booked) || !agreed(end.cancelled, had.cancelled),
  };
}

function differences(
  what: string,
  expected: readonly DeclaredAppointment[],
  stored: readonly StoredAppointment[],
): readonly string[] {
  return expected.length === stored.length && expected.every((want, index) => isLike(want, stored[index]))
    ? []
    : [`${what}: ${JSON.stringify(stored)} instead of ${JSON.stringify(expected)}`];
}

const isLike = (want: DeclaredAppointment, have: StoredAppointment | undefined): boolean =>
  have !== undefined &&
  Object.entries(want).every(([key, value]) => value === have[key as keyof DeclaredAppointment]);
