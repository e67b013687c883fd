import { useEffect, useState, type ReactNode } from 'react';
import { FLOOR_DBFS } from '../audio/level.js';
import { useSupervision, type Levels } from './supervision.js';

const SHOWN_EVERY_MS = 100;

/** How loud something is, as it is. */
export function Meter({ of, label }: { readonly of: keyof Levels; readonly label: string }): ReactNode {
  const { levels } = useSupervision();
  const [level, setLevel] = useState(FLOOR_DBFS);
  useEffect(() => {
    const timer = setInterval(() => setLevel(Math.round(levels()[of])), SHOWN_EVERY_MS);
    return () => clearInterval(timer);
  }, [levels, of]);
  return (
    <label className="meter">
      <span>{label}</span>
      <meter min={FLOOR_DBFS} max={0} low={-50} high={-6} optimum={-20} value={level} aria-label={label} />
    </label>
  );
}
