import { useEffect, useState, type FormEvent, type ReactNode } from 'react';
import type { LiveCall } from '../../../src/client/live/live-types.js';
import type { HandBack } from '../../../src/client/types.js';
import { useAction } from '../action.js';
import { api, wordsOf } from '../api.js';
import { useMay, useSession } from '../session.js';
import { textOf } from '../ui/form.js';
import { Dialog, Field, plain } from '../ui/parts.js';
import { Meter } from './meter.js';
import { useSupervision } from './supervision.js';

type Asked = 'take' | 'hand_back' | 'transfer' | 'end';

/** Who has the call, and the ways to hear it, take it, give it back, pass it on and end it. */
export function Control({ call }: { readonly call: LiveCall }): ReactNode {
  const may = useMay();
  const { callId, line, leave } = useSupervision();
  const [asked, setAsked] = useState<Asked>();
  const close = (): void => setAsked(undefined);
  const isMine = useIsMine(call);
  const isHere = callId === call.id;
  const speaks = isHere && line?.wanted === 'take';
  const ask = (what: Asked): (() => void) => {
    return () => setAsked(what);
  };
  return (
    <section aria-label="Ways to help">
      <Holder call={call} isMine={isMine} speaks={speaks} />
      <div className="actions">
        {may('live.listen') &&
          !speaks &&
          (isHere ? (
            <button type="button" onClick={leave}>
              Stop listening
            </button>
          ) : (
            <Listen callId={call.id} />
          ))}
        {may('live.control') && (
          <>
            {isMine && speaks ? (
              <button type="button" className="primary" onClick={ask('hand_back')}>
                Hand back…
              </button>
            ) : (
              may('live.listen') && (
                <button type="button" className="primary" onClick={ask('take')}>
                  {isMine ? 'Speak again…' : 'Take the call…'}
                </button>
              )
            )}
            <button type="button" onClick={ask('transfer')}>
              Transfer…
            </button>
            <button type="button" onClick={ask('end')}>
              End the call…
            </button>
          </>
        )}
      </div>
      {isHere && line?.problem !== undefined && (
        <p className="problem" role="alert">
          {line.problem}
        </p>
      )}
      {asked === 'take' && <Take call={call} isMine={isMine} onClose={close} />}
      {asked === 'hand_back' && <GiveBack call={call} onClose={close} />}
      {asked === 'transfer' && <Transfer callId={call.id} onClose={close} />}
      {asked === 'end' && <End callId={call.id} onClose={close} />}
    </section>
  );
}

/** Whether the person at this console has the call. */
function useIsMine({ controller, controlled_by: holder }: LiveCall): boolean {
  const { me } = useSession();
  if (controller !== 'human') return false;
  return holder?.id === (me.user?.id ?? (me.mode === 'local' ? 'local' : 'admin_token'));
}

function Holder(props: {
  readonly call: LiveCall;
  readonly isMine: boolean;
  readonly speaks: boolean;
}): ReactNode {
  const { call, isMine, speaks } = props;
  const listeners = (call.supervisors ?? []).map(({ name, mode }) => `${name} (${MODES[mode] ?? mode})`);
  const holder =
    call.controller === 'agent'
      ? 'The agent has the call.'
      : !isMine
        ? `${call.controlled_by?.name ?? 'A person'} has the call.`
        : speaks
          ? 'You have the call.'
          : 'You have the call, but not in this tab: the agent takes it back after some seconds without you.';
  return (
    <p role="status" className={isMine && !speaks ? 'problem' : ''}>
      <strong>{holder}</strong>
      {listeners.length > 0 && <span className="muted"> On the line: {listeners.join(', ')}.</span>}
    </p>
  );
}

const MODES: Readonly<Record<string, string>> = { listen: 'hears', barge: 'speaks', take: 'has taken it' };

function Listen({ callId }: { readonly callId: string }): ReactNode {
  const { isBusy, run } = useAction();
  const { listen } = useSupervision();
  return (
    <button
      type="button"
      disabled={isBusy}
      onClick={() => void run(() => listen(callId), 'You hear the call.')}
    >
      Listen
    </button>
  );
}

/** Checks the microphone first; nothing is heard before the last click. */
function Take(props: {
  readonly call: LiveCall;
  readonly isMine: boolean;
  readonly onClose: () => void;
}): ReactNode {
  const { call, isMine, onClose } = props;
  const may = useMay();
  const { isBusy, run } = useAction();
  const { checkMicrophone, releaseMicrophone, speak } = useSupervision();
  const [device, setDevice] = useState<string>();
  const [problem, setProblem] = useState<string>();
  useEffect(() => {
    checkMicrophone().then(
      (name) => setDevice(name === '' ? 'your microphone' : name),
      (error: unknown) => setProblem(wordsOf(error)),
    );
  }, []);
  const isOthers = call.controller === 'human' && !isMine;
  const isRefused = isOthers && !may('users.manage');
  const take = async (): Promise<void> => {
    const act = async (): Promise<void> => {
      const { ticket } = await api.live.take(call.id, isOthers ? { force: true } : {});
      await speak(call.id, ticket);
    };
    if (await run(act, 'You have the call.')) onClose();
  };
  const cancel = (): void => {
    releaseMicrophone();
    onClose();
  };
  return (
    <Dialog title="Take this call?" onClose={cancel}>
      <p>
        The agent falls silent at once and the caller hears you. If you say nothing for ten seconds, or your
        line is lost, the agent goes on. A headset keeps the caller from hearing themselves.
      </p>
      {isOthers && (
        <p className="problem">
          {call.controlled_by?.name ?? 'A person'} has this call.{' '}
          {isRefused ? 'Only an admin can take it from them.' : 'You take it from them.'}
        </p>
      )}
      {problem !== undefined && (
        <p className="problem" role="alert">
          {problem}
        </p>
      )}
      {device !== undefined && (
        <div className="mic-check">
          <p role="status">Microphone: {device}. Say something: the bar must move.</p>
          <Meter of="microphone" label="Level" />
        </div>
      )}
      <button
        type="button"
        className="danger"
        disabled={isBusy || device === undefined || isRefused}
        onClick={() => void take()}
      >
        {isOthers ? 'Take it from them' : isMine ? 'Speak' : 'Take the call'}
      </button>
    </Dialog>
  );
}

const NEXT: readonly (readonly [next: NonNullable<HandBack['next']>, words: string])[] = [
  ['resume', 'goes on where it was'],
  ['ask_open_question', 'asks what else it can do'],
  ['say', 'says these words first'],
];

function GiveBack({ call, onClose }: { readonly call: LiveCall; readonly onClose: () => void }): ReactNode {
  const { isBusy, run } = useAction();
  const [next, setNext] = useState<NonNullable<HandBack['next']>>('resume');
  const slots = call.slots_remaining ?? [];
  const submit = async (event: FormEvent<HTMLFormElement>): Promise<void> => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const note = textOf(form, 'note');
    const say = textOf(form, 'say');
    const facts = slots
      .map((slot): [string, string] => [slot, textOf(form, `slot ${slot}`)])
      .filter(([, value]) => value !== '');
    const body: HandBack = {
      next,
      ...(note === '' ? {} : { note }),
      ...(next === 'say' ? { say } : {}),
      ...(facts.length === 0 ? {} : { facts: Object.fromEntries(facts) }),
    };
    if (await run(() => api.live.handBack(call.id, body), 'The agent has the call again.')) onClose();
  };
  return (
    <Dialog title="Hand the call back" onClose={onClose}>
      <form className="stack" onSubmit={(event) => void submit(event)}>
        <Field label="Note" hint="What the agent is to know. It stands in the transcript.">
          {(ids) => <textarea {...ids} name="note" rows={3} maxLength={1000} />}
        </Field>
        {slots.map((slot) => (
          <Field key={slot} label={plain(slot)} hint="As the caller said it, if you found it out.">
            {(ids) => <input {...ids} name={`slot ${slot}`} maxLength={200} />}
          </Field>
        ))}
        <Field label="The agent">
          {(ids) => (
            <select {...ids} value={next} onChange={({ target }) => setNext(target.value as typeof next)}>
              {NEXT.map(([value, words]) => (
                <option key={value} value={value}>
                  {words}
                </option>
              ))}
            </select>
          )}
        </Field>
        {next === 'say' && (
          <Field label="Words">{(ids) => <input {...ids} name="say" required maxLength={1000} />}</Field>
        )}
        <button type="submit" className="primary" disabled={isBusy}>
          Hand back
        </button>
      </form>
    </Dialog>
  );
}

function Transfer(props: { readonly callId: string; readonly onClose: () => void }): ReactNode {
  const { callId, onClose } = props;
  const { isBusy, run } = useAction();
  const transfer = async (): Promise<void> => {
    if (await run(() => api.live.transfer(callId), 'The caller is being transferred.')) onClose();
  };
  return (
    <Dialog title="Transfer this caller?" onClose={onClose}>
      <p>
        The caller is connected to the person of the office. Where nobody answers, whoever has the call now
        goes on.
      </p>
      <button type="button" className="danger" disabled={isBusy} onClick={() => void transfer()}>
        Transfer the caller
      </button>
    </Dialog>
  );
}

function End({ callId, onClose }: { readonly callId: string; readonly onClose: () => void }): ReactNode {
  const { isBusy, run } = useAction();
  const submit = async (event: FormEvent<HTMLFormElement>): Promise<void> => {
    event.preventDefault();
    const say = textOf(new FormData(event.currentTarget), 'say');
    const end = (): Promise<unknown> => api.live.end(callId, say === '' ? undefined : say);
    if (await run(end, 'The call ends.')) onClose();
  };
  return (
    <Dialog title="End this call?" onClose={onClose}>
      <form className="stack" onSubmit={(event) => void submit(event)}>
        <p>
          The agent says goodbye and hangs up; where a person has the call it ends at once, unless words are
          given.
        </p>
        <Field label="Last words" hint="In place of the usual goodbye.">
          {(ids) => <input {...ids} name="say" maxLength={1000} />}
        </Field>
        <button type="submit" className="danger" disabled={isBusy}>
          End the call
        </button>
      </form>
    </Dialog>
  );
}
