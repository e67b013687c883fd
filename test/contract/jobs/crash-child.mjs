// A process that writes to a store until it is killed. Prints one line for everything the store has confirmed.
import { openStore } from '../../../dist/src/jobs/open-store.js';

const { options, days } = JSON.parse(process.argv[2]);
const store = await openStore(options);
const say = (line) => process.stdout.write(`${line}\n`);
const start = Date.UTC(2026, 10, 24, 8);
say('open');

for (let n = 0; n < days; n++) {
  const callId = `call-${n}`;
  store.journal.append({ kind: 'call_started', callId, direction: 'inbound', startedAt: start + n, pii: {} });
  store.journal.append({
    kind: 'turn',
    callId,
    turnId: 't0',
    index: 0,
    role: 'user',
    at: start + n + 5,
    pii: { text: 'hello' },
  });
  if (n % 2 === 0)
    store.journal.append({ kind: 'call_ended', callId, reason: 'silence', endedAt: start + n + 9 });
  const startsAtMs = start + n * 24 * 3600_000;
  const outcome = await store.appointments.book({
    idempotencyKey: `key-${n}`,
    startsAtMs,
    endsAtMs: startsAtMs + 1800_000,
    occupiedUntilMs: startsAtMs + 1800_000,
    resource: 'office',
    capacity: 1,
    date: '2026-11-24',
    time: '09:00',
    timezone: 'Europe/Berlin',
    purpose: 'planning',
    pii: { userName: 'Ada' },
    deadlineMs: 30_000,
  });
  say(`${outcome.status} key-${n}`);
  await store.journal.flush();
  say(`flushed ${callId}`);
}
say('done');
setInterval(() => undefined, 1000);
