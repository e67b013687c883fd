import { useState, type ReactNode } from 'react';
import type { WaitingView } from '../../../src/client/types.js';
import { useAction } from '../action.js';
import { api, useApi } from '../api.js';
import { useMay, useSession } from '../session.js';
import { Card, Dialog, orDash, Table } from '../ui/parts.js';
import { When } from '../ui/time.js';
import { View } from '../ui/view.js';

/** Who waits for a time to become free. */
export function WaitingList(): ReactNode {
  const may = useMay();
  const { office } = useSession();
  const list = useApi(['waiting'], (signal) => api.waiting.list({ limit: 100 }, signal), 30_000);
  const [leaving, setLeaving] = useState<WaitingView>();
  const { isBusy, run } = useAction('waiting');
  const serviceOf = (id: string | null): string =>
    orDash(office.services.find((service) => service.id === id)?.name ?? id);
  const remove = async (entry: WaitingView): Promise<void> => {
    if (await run(() => api.waiting.remove(entry.id), 'The entry is off the list.')) setLeaving(undefined);
  };
  return (
    <Card title="Waiting list">
      <View query={list} isEmpty={({ total }) => total === 0} empty="Nobody waits for a time.">
        {({ items }) => (
          <Table
            label="Waiting list"
            columns={['Name', 'Number', 'Service', 'From', 'To', 'Since', 'Offered', '']}
          >
            {items.map((entry) => (
              <tr key={entry.id}>
                <td>{entry.user_name}</td>
                <td>{orDash(entry.caller_number)}</td>
                <td>{serviceOf(entry.service_id)}</td>
                <td>{entry.from}</td>
                <td>{entry.to}</td>
                <td>
                  <When at={entry.created_at} />
                </td>
                <td>{entry.offer === null ? '–' : <When at={entry.offer.starts_at} absolute />}</td>
                <td>
                  {may('appointments.write') && (
                    <button type="button" className="small" onClick={() => setLeaving(entry)}>
                      Remove…
                    </button>
                  )}
                </td>
              </tr>
            ))}
          </Table>
        )}
      </View>
      {leaving !== undefined && (
        <Dialog
          title={`Take ${leaving.user_name} off the waiting list?`}
          onClose={() => setLeaving(undefined)}
        >
          <p>No time will be offered any more.</p>
          <button type="button" className="danger" disabled={isBusy} onClick={() => void remove(leaving)}>
            Take off the list
          </button>
        </Dialog>
      )}
    </Card>
  );
}
