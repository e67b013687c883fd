import { useState, type FormEvent, type ReactNode } from 'react';
import type { LiveCallView } from '../../../src/client/live/live-model.js';
import type { LiveCall } from '../../../src/client/live/live-types.js';
import type { Whisper } from '../../../src/client/types.js';
import { useAction } from '../action.js';
import { api } from '../api.js';
import { textOf } from '../ui/form.js';
import { Badge, plain, type Tone } from '../ui/parts.js';

const KINDS: readonly (readonly [kind: Whisper['kind'], text: string])[] = [
  ['say', 'Say this'],
  ['fact', 'Know this'],
  ['goal', 'Aim at this'],
  ['set_slot', 'Fill in'],
  ['repeat', 'Repeat the last words'],
  ['offer_transfer', 'Offer a person'],
  ['end_politely', 'End politely'],
];
const WITH_TEXT: ReadonlySet<string> = new Set(['say', 'fact', 'goal']);

/** Tells the agent something that the caller does not hear. */
export function WhisperForm({ call }: { readonly call: LiveCall }): ReactNode {
  const { isBusy, run } = useAction();
  const [kind, setKind] = useState<Whisper['kind']>('say');
  const slots = [...(call.slots_remaining ?? []), ...Object.keys(call.slots_filled ?? {})];
  const kinds = KINDS.filter(([value]) => value !== 'set_slot' || slots.length > 0 || kind === value);
  const submit = async (event: FormEvent<HTMLFormElement>): Promise<void> => {
    event.preventDefault();
    const form = event.currentTarget;
    const given = new FormData(form);
    const body: Whisper = {
      kind,
      ...(WITH_TEXT.has(kind) ? { text: textOf(given, 'text') } : {}),
      ...(kind === 'set_slot' ? { slot: textOf(given, 'slot'), value: textOf(given, 'value') } : {}),
    };
    const whisper = async (): Promise<void> => {
      const { state, reason } = await api.live.whisper(call.id, body);
      if (state === 'refused') {
        throw new Error(`The agent does not take this: ${reason ?? 'no reason given'}.`);
      }
    };
    if (await run(whisper, 'The agent was told.')) form.reset();
  };
  return (
    <form className="ask" onSubmit={(event) => void submit(event)}>
      <select
        aria-label="What the agent is to do"
        value={kind}
        onChange={({ target }) => setKind(target.value as Whisper['kind'])}
      >
        {kinds.map(([value, text]) => (
          <option key={value} value={value}>
            {text}
          </option>
        ))}
      </select>
      {WITH_TEXT.has(kind) && (
        <input
          name="text"
          aria-label="Words for the agent"
          placeholder="Only the agent hears this"
          required
          maxLength={1000}
        />
      )}
      {kind === 'set_slot' && (
        <>
          <select name="slot" aria-label="What is filled in">
            {slots.map((slot) => (
              <option key={slot} value={slot}>
                {plain(slot)}
              </option>
            ))}
          </select>
          <input
            name="value"
            aria-label="Value"
            placeholder="As a caller would say it"
            required
            maxLength={200}
          />
        </>
      )}
      <button type="submit" disabled={isBusy}>
        Whisper
      </button>
    </form>
  );
}

const TONES: Readonly<Record<string, Tone>> = {
  queued: 'info',
  used: 'good',
  expired: 'warn',
  refused: 'bad',
};

/** What was whispered, and what became of it. */
export function Instructions({ view: { instructions } }: { readonly view: LiveCallView }): ReactNode {
  if (instructions.length === 0) return null;
  return (
    <ul className="rows" aria-label="What was whispered">
      {instructions.map(({ id, kind, state, reason }) => (
        <li key={id}>
          <span>{plain(kind)}</span>
          <span className="muted">{reason}</span>
          <Badge tone={TONES[state] ?? 'plain'}>{state}</Badge>
        </li>
      ))}
    </ul>
  );
}
