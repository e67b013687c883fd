import type { CSSProperties, ReactNode } from 'react';
import { addDays, dayName, minuteOf } from '../../../src/client/office-time.js';
import type { AppointmentView } from '../../../src/client/types.js';
import { placed, type Placed } from './week-layout.js';

const FIRST_HOUR = 8;
const LAST_HOUR = 18;
/** Minutes of a row of the grid. */
const STEP = 5;

/** Seven days beside each other; what overlaps stands side by side. */
export function WeekGrid(props: {
  readonly week: string;
  readonly today: string;
  readonly items: readonly AppointmentView[];
  readonly onOpen: (id: string) => void;
}): ReactNode {
  const { week, today, items, onOpen } = props;
  const booked = items.filter(({ status }) => status === 'booked');
  const hours = booked.map(({ time }) => Math.floor(minuteOf(time) / 60));
  const first = Math.min(FIRST_HOUR, ...hours);
  const last = Math.max(LAST_HOUR, ...hours.map((hour) => hour + 2));
  const rows = ((last - first) * 60) / STEP;
  const days = Array.from({ length: 7 }, (_, index) => addDays(week, index));
  const style = { '--rows': rows, '--hour-rows': 60 / STEP } as CSSProperties;
  return (
    <div className="week" style={style} role="group" aria-label="Calendar of the week">
      <div className="week-hours" aria-hidden="true">
        {Array.from({ length: last - first }, (_, index) => (
          <span key={index}>{`${String(first + index).padStart(2, '0')}:00`}</span>
        ))}
      </div>
      {days.map((day) => (
        <section
          key={day}
          className={day === today ? 'week-day today' : 'week-day'}
          aria-label={dayName(day)}
        >
          <h2>
            {dayName(day)}
            {day === today && <span className="sr-only">, today</span>}
          </h2>
          <ul>
            {placed(booked.filter(({ date }) => date === day)).map((place) => (
              <Entry key={place.item.id} place={place} first={first} onOpen={onOpen} />
            ))}
          </ul>
        </section>
      ))}
    </div>
  );
}

function Entry(props: {
  readonly place: Placed;
  readonly first: number;
  readonly onOpen: (id: string) => void;
}): ReactNode {
  const { place, first, onOpen } = props;
  const { item, column, columns, fromMin, toMin } = place;
  const row = (minute: number): number => Math.round((minute - first * 60) / STEP) + 1;
  const style: CSSProperties = {
    gridRow: `${row(fromMin)} / ${Math.max(row(toMin), row(fromMin) + 4)}`,
    marginLeft: `${(100 * column) / columns}%`,
    width: `${100 / columns}%`,
  };
  return (
    <li style={style}>
      <button
        type="button"
        data-row=""
        onClick={() => onOpen(item.id)}
        title={`${item.time} ${item.user_name}: ${item.purpose}`}
      >
        <strong>
          {item.time} {item.user_name}
        </strong>
        <span>{item.purpose}</span>
      </button>
    </li>
  );
}
