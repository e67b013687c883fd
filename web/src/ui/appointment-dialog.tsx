import { useState, type FormEvent, type ReactNode } from 'react';
import { Link } from 'wouter';
import { dayName } from '../../../src/client/office-time.js';
import type { AppointmentView } from '../../../src/client/types.js';
import { useAction } from '../action.js';
import { api } from '../api.js';
import { useResourceName } from '../pages/appointments.js';
import { textOf } from './form.js';
import { useMay, useSession } from '../session.js';
import { Badge, Dialog, Field, orDash } from './parts.js';
import { When } from './time.js';

/** One appointment: what it is, and the ways to change it. */
export function AppointmentDialog(props: {
  readonly appointment: AppointmentView;
  readonly onClose: () => void;
}): ReactNode {
  const { appointment, onClose } = props;
  const may = useMay();
  const [step, setStep] = useState<'look' | 'move' | 'cancel'>('look');
  const isOpen = appointment.status === 'booked' && may('appointments.write');
  return (
    <Dialog title={`${dayName(appointment.date)}, ${appointment.time}`} onClose={onClose}>
      <Facts appointment={appointment} />
      {isOpen && step === 'look' && (
        <div className="actions">
          <button type="button" onClick={() => setStep('move')}>
            Move…
          </button>
          <button type="button" onClick={() => setStep('cancel')}>
            Cancel it…
          </button>
        </div>
      )}
      {isOpen && step === 'move' && (
        <Move appointment={appointment} onDone={onClose} onBack={() => setStep('look')} />
      )}
      {isOpen && step === 'cancel' && (
        <Cancel appointment={appointment} onDone={onClose} onBack={() => setStep('look')} />
      )}
    </Dialog>
  );
}

function Facts({ appointment: a }: { readonly appointment: AppointmentView }): ReactNode {
  const nameOf = useResourceName();
  return (
    <dl className="facts">
      <dt>For</dt>
      <dd>
        {a.user_name} {a.caller_number !== null && <span className="num muted">{a.caller_number}</span>}
      </dd>
      <dt>Purpose</dt>
      <dd>{orDash(a.purpose)}</dd>
      <dt>With</dt>
      <dd>{nameOf(a.resource)}</dd>
      <dt>Reference</dt>
      <dd>
        <code>{a.reference}</code> <Badge tone={a.status === 'booked' ? 'good' : 'plain'}>{a.status}</Badge>
      </dd>
      <dt>Time</dt>
      <dd>
        <When at={a.starts_at} absolute /> to <When at={a.ends_at} absolute />
      </dd>
      {Object.entries(a.notes).map(([question, answer]) => (
        <div key={question} className="pair">
          <dt>{question}</dt>
          <dd>{answer}</dd>
        </div>
      ))}
      <dt>Booked</dt>
      <dd>
        <When at={a.created_at} />
        {a.call_id !== null && (
          <>
            {' in '}
            <Link href={`/calls/${a.call_id}`}>its call</Link>
          </>
        )}
        {a.moved_from !== null && (
          <>
            {', moved from '}
            <When at={a.moved_from} absolute />
          </>
        )}
      </dd>
    </dl>
  );
}

interface StepProps {
  readonly appointment: AppointmentView;
  readonly onDone: () => void;
  readonly onBack: () => void;
}

function Move({ appointment, onDone, onBack }: StepProps): ReactNode {
  const { isBusy, run } = useAction('appointments');
  const { office } = useSession();
  const submit = async (event: FormEvent<HTMLFormElement>): Promise<void> => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const resource = textOf(form, 'resource');
    const done = await run(
      () =>
        api.appointments.change(appointment.id, {
          ...{ version: appointment.version, date: textOf(form, 'date'), time: textOf(form, 'time') },
          ...(resource === '' ? {} : { resource }),
        }),
      'The appointment is moved.',
    );
    if (done) onDone();
  };
  return (
    <form className="stack" onSubmit={(event) => void submit(event)}>
      <div className="side-by-side">
        <Field label="Day">
          {(ids) => <input {...ids} type="date" name="date" required defaultValue={appointment.date} />}
        </Field>
        <Field label="Time" hint={office.timezone}>
          {(ids) => <input {...ids} type="time" name="time" required defaultValue={appointment.time} />}
        </Field>
      </div>
      {office.resources.length > 0 && <ResourceField chosen={appointment.resource} />}
      <div className="actions">
        <button type="submit" className="primary" disabled={isBusy}>
          Move it
        </button>
        <button type="button" onClick={onBack}>
          Back
        </button>
      </div>
    </form>
  );
}

function Cancel({ appointment, onDone, onBack }: StepProps): ReactNode {
  const { isBusy, run } = useAction('appointments');
  const cancel = async (): Promise<void> => {
    const done = await run(
      () => api.appointments.cancel(appointment.id, appointment.version),
      'The appointment is cancelled.',
    );
    if (done) onDone();
  };
  return (
    <div className="stack">
      <p>
        Cancel the appointment of <strong>{appointment.user_name}</strong> on {dayName(appointment.date)} at{' '}
        {appointment.time}?
      </p>
      <div className="actions">
        <button type="button" className="danger" disabled={isBusy} onClick={() => void cancel()}>
          Cancel the appointment
        </button>
        <button type="button" onClick={onBack}>
          Keep it
        </button>
      </div>
    </div>
  );
}

function ResourceField({ chosen }: { readonly chosen?: string }): ReactNode {
  const { office } = useSession();
  return (
    <Field label="With">
      {(ids) => (
        <select {...ids} name="resource" defaultValue={chosen ?? ''}>
          <option value="">Whoever is free</option>
          {office.resources.map(({ id, name }) => (
            <option key={id} value={id}>
              {name}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}

/** Books for somebody who has agreed to it. */
export function NewAppointmentDialog({
  today,
  onClose,
}: {
  readonly today: string;
  readonly onClose: () => void;
}): ReactNode {
  const { isBusy, run } = useAction('appointments');
  const { office } = useSession();
  // One key for this form, so that a second click books once.
  const [key] = useState(() => crypto.randomUUID?.() ?? `${today}-${performance.now()}`);
  const submit = async (event: FormEvent<HTMLFormElement>): Promise<void> => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const given = (name: string): string | undefined => textOf(form, name).trim() || undefined;
    const optional = {
      service_id: given('service'),
      resource: given('resource'),
      purpose: given('purpose'),
      caller_number: given('number'),
    };
    const body = {
      ...{ date: textOf(form, 'date'), time: textOf(form, 'time'), user_name: textOf(form, 'name') },
      ...(Object.fromEntries(Object.entries(optional).filter(([, value]) => value !== undefined)) as object),
      idempotency_key: key,
    };
    if (await run(() => api.appointments.book(body), 'The appointment is booked.')) onClose();
  };
  return (
    <Dialog title="Book an appointment" onClose={onClose}>
      <form className="stack" onSubmit={(event) => void submit(event)}>
        <div className="side-by-side">
          <Field label="Day">
            {(ids) => <input {...ids} type="date" name="date" required min={today} />}
          </Field>
          <Field label="Time" hint={office.timezone}>
            {(ids) => <input {...ids} type="time" name="time" required />}
          </Field>
        </div>
        <Field label="For">{(ids) => <input {...ids} name="name" required maxLength={200} />}</Field>
        <Field label="Number">{(ids) => <input {...ids} name="number" type="tel" maxLength={200} />}</Field>
        {office.services.length > 0 && (
          <Field label="Service">
            {(ids) => (
              <select {...ids} name="service">
                <option value="">None of these</option>
                {office.services.map(({ id, name }) => (
                  <option key={id} value={id}>
                    {name}
                  </option>
                ))}
              </select>
            )}
          </Field>
        )}
        {office.resources.length > 0 && <ResourceField />}
        <Field label="Purpose" hint="The name of the service unless told.">
          {(ids) => <input {...ids} name="purpose" maxLength={500} />}
        </Field>
        <p className="muted">The person has agreed to the time: that is yours to know.</p>
        <button type="submit" className="primary" disabled={isBusy}>
          Book it
        </button>
      </form>
    </Dialog>
  );
}
