import { useEffect, useState, type ReactNode } from 'react';
import { dayAndClock, fullTime, relative } from '../../../src/client/office-time.js';
import { useSession } from '../session.js';

/** The time, read again every so often. */
export function useNow(everyMs: number): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), everyMs);
    return () => clearInterval(timer);
  }, [everyMs]);
  return now;
}

/** An instant in the zone of the office: relative within the hour, always whole in its title. */
export function When({
  at,
  absolute = false,
}: {
  readonly at: string;
  readonly absolute?: boolean;
}): ReactNode {
  const { office } = useSession();
  const now = useNow(15_000);
  const ms = Date.parse(at);
  const text = (absolute ? undefined : relative(ms, now)) ?? dayAndClock(ms, office.timezone, now);
  return (
    <time dateTime={at} title={fullTime(ms, office.timezone)}>
      {text}
    </time>
  );
}
