import { useState, type ReactNode } from 'react';
import { addDays, dayName, localDate, mondayOf } from '../../../src/client/office-time.js';
import type { AppointmentView } from '../../../src/client/types.js';
import { api, useApi } from '../api.js';
import { useMay, useSession } from '../session.js';
import { useUrlState } from '../url-state.js';
import { AppointmentDialog, NewAppointmentDialog } from '../ui/appointment-dialog.js';
import { Icon } from '../ui/icon.js';
import { Badge, orDash, PageHead, Table } from '../ui/parts.js';
import { useNow } from '../ui/time.js';
import { View } from '../ui/view.js';
import { WeekGrid } from '../ui/week-grid.js';

const MAX_ROWS = 500;

/** Appointments of a week, as a calendar or a list. */
export default function Appointments(): ReactNode {
  const may = useMay();
  const { office } = useSession();
  const [values, change] = useUrlState();
  const today = localDate(useNow(60_000), office.timezone);
  const week = mondayOf(/^\d{4}-\d{2}-\d{2}$/.test(values['week'] ?? '') ? (values['week'] ?? today) : today);
  const isList = values['view'] === 'list';
  const { resource } = values;
  const appointments = useApi(
    ['appointments', week, resource],
    (signal) =>
      api.appointments.list({ from: week, to: addDays(week, 7), resource, limit: MAX_ROWS }, signal),
    15_000,
  );
  const [shown, setShown] = useState<string>();
  const [isBooking, setBooking] = useState(false);
  const open = appointments.data?.items.find(({ id }) => id === shown);
  return (
    <>
      <PageHead
        title="Appointments"
        note={`${dayName(week)} to ${dayName(addDays(week, 6))}, times of the office (${office.timezone})`}
      >
        {may('appointments.write') && (
          <button type="button" className="primary" onClick={() => setBooking(true)}>
            Book…
          </button>
        )}
      </PageHead>
      <Filters values={values} change={change} week={week} />
      <View
        query={appointments}
        isEmpty={({ total }) => isList && total === 0}
        empty="No appointment in this week."
      >
        {({ items, total }) => (
          <>
            {isList ? (
              <List items={items} onOpen={setShown} />
            ) : (
              <WeekGrid week={week} today={today} items={items} onOpen={setShown} />
            )}
            {total > items.length && (
              <p className="muted">
                The first {items.length} of {total} are shown.
              </p>
            )}
          </>
        )}
      </View>
      {open !== undefined && <AppointmentDialog appointment={open} onClose={() => setShown(undefined)} />}
      {isBooking && <NewAppointmentDialog today={today} onClose={() => setBooking(false)} />}
    </>
  );
}

type UrlState = ReturnType<typeof useUrlState>;

function Filters(props: {
  readonly values: UrlState[0];
  readonly change: UrlState[1];
  readonly week: string;
}): ReactNode {
  const { values, change, week } = props;
  const { office } = useSession();
  return (
    <div className="filters">
      <div className="group">
        <button type="button" aria-label="Week before" onClick={() => change({ week: addDays(week, -7) })}>
          <Icon name="left" />
        </button>
        <button type="button" onClick={() => change({ week: undefined })}>
          This week
        </button>
        <button type="button" aria-label="Week after" onClick={() => change({ week: addDays(week, 7) })}>
          <Icon name="right" />
        </button>
      </div>
      {office.resources.length > 0 && (
        <label>
          With
          <select
            value={values['resource'] ?? ''}
            onChange={({ target }) => change({ resource: target.value })}
          >
            <option value="">Everybody</option>
            {office.resources.map(({ id, name }) => (
              <option key={id} value={id}>
                {name}
              </option>
            ))}
          </select>
        </label>
      )}
      <label>
        Shown as
        <select value={values['view'] ?? ''} onChange={({ target }) => change({ view: target.value })}>
          <option value="">Calendar</option>
          <option value="list">List</option>
        </select>
      </label>
    </div>
  );
}

function List(props: {
  readonly items: readonly AppointmentView[];
  readonly onOpen: (id: string) => void;
}): ReactNode {
  const { items, onOpen } = props;
  const nameOf = useResourceName();
  return (
    <Table label="Appointments" columns={['Day', 'Time', 'For', 'Purpose', 'With', 'Reference', 'State']}>
      {items.map((item) => (
        <tr key={item.id}>
          <td>{dayName(item.date)}</td>
          <td className="num">{item.time}</td>
          <td>
            <button type="button" className="link" data-row="" onClick={() => onOpen(item.id)}>
              {item.user_name}
            </button>
          </td>
          <td className="wrap">{orDash(item.purpose)}</td>
          <td>{nameOf(item.resource)}</td>
          <td>
            <code>{item.reference}</code>
          </td>
          <td>
            <Badge tone={item.status === 'booked' ? 'good' : 'plain'}>{item.status}</Badge>
          </td>
        </tr>
      ))}
    </Table>
  );
}

/** Names of whoever appointments are made with. */
export function useResourceName(): (resource: string) => string {
  const { office } = useSession();
  return (resource) =>
    office.resources.find(({ id }) => id === resource)?.name ?? (resource === 'office' ? 'Office' : resource);
}
