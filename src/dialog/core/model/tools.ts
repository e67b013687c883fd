import { z } from 'zod';
import { argsOf } from '../../llm/core/history.js';
import type { ToolCall, ToolDef } from '../../llm/core/types.js';
import type { DialogContext, IntentAction } from '../context.js';
import type { TaskId } from '../tasks/ids.js';

const text = (about: string): z.ZodOptional<z.ZodString> => z.string().max(200).optional().describe(about);

/** What a tool of the dialog does: it reads, or it begins a task that reads back and asks for consent. */
type Kind =
  | { readonly reads: 'documents' | 'calendar' }
  | { readonly begins: TaskId; readonly args?: Readonly<Record<string, string>> };

interface Tool {
  readonly about: string;
  readonly shape: z.ZodType<Readonly<Record<string, string | undefined>>>;
  readonly kind: Kind;
  /** Offered where the office deals with it. */
  readonly needs?: IntentAction;
}

const when = {
  date: text('day in plain words, such as Tuesday or December 3'),
  time: text('time in plain words'),
};
const service = text('what the appointment is for');

const TOOLS: Readonly<Record<string, Tool>> = {
  look_up: {
    about: 'Searches the documents of the office. Use it before saying anything about the office.',
    shape: z.object({ question: z.string().min(1).max(300) }),
    kind: { reads: 'documents' },
  },
  check_availability: {
    about: 'Looks up free times for an appointment.',
    shape: z.object({ service, ...when }),
    kind: { reads: 'calendar' },
    needs: 'book',
  },
  book_appointment: {
    about:
      'Begins a booking. The caller is asked for what is missing and has to confirm; it is not booked by this.',
    shape: z.object({ service, ...when }),
    kind: { begins: 'book' },
    needs: 'book',
  },
  find_appointment: {
    about: "Looks for the caller's appointments, after they have shown who they are.",
    shape: z.object({}),
    kind: { begins: 'find' },
    needs: 'find',
  },
  move_appointment: {
    about: 'Begins to move an appointment. The caller has to confirm; it is not moved by this.',
    shape: z.object(when),
    kind: { begins: 'move' },
    needs: 'move',
  },
  cancel_appointment: {
    about: 'Begins to cancel an appointment. The caller has to confirm; it is not cancelled by this.',
    shape: z.object({}),
    kind: { begins: 'cancel' },
    needs: 'cancel',
  },
  send_message: {
    about: 'Begins to take a message for the office or a request to be called back.',
    shape: z.object({ message: text('the message') }),
    kind: { begins: 'callback', args: { kind: 'message', reason: 'The caller asked for it.' } },
  },
  transfer: {
    about: 'Offers the caller to be put through to a person.',
    shape: z.object({}),
    kind: { begins: 'handoff', args: { reason: 'The caller may want a person.' } },
  },
};

/** The tools that a model is offered, in an order that never changes. */
export function toolsFor(ctx: DialogContext): readonly ToolDef[] {
  const { model, intents, business } = ctx;
  if (model === undefined || !model.canCall) return [];
  const actions = new Set(Object.values(intents));
  const own = Object.entries(TOOLS).filter(
    ([name, { needs }]) =>
      (needs === undefined || actions.has(needs)) &&
      (name !== 'transfer' || business.person !== undefined) &&
      (name !== 'send_message' || business.callback.offered),
  );
  return [
    ...own.map(([name, { about, shape }]) => ({ name, description: about, parameters: schemaOf(shape) })),
    ...model.tools,
  ];
}

function schemaOf(shape: z.ZodType): Readonly<Record<string, unknown>> {
  const { $schema: _dialect, ...schema } = z.toJSONSchema(shape) as Record<string, unknown>;
  return schema;
}

/** A call after it was checked. */
export type CheckedCall =
  | { readonly type: 'own'; readonly kind: Kind; readonly args: Readonly<Record<string, string | undefined>> }
  | { readonly type: 'outside'; readonly args: Readonly<Record<string, unknown>> }
  /** What the model is told. */
  | { readonly type: 'wrong'; readonly why: string };

/** Checks name and arguments of a call. */
export function checkCall(call: ToolCall, offered: readonly ToolDef[]): CheckedCall {
  if (!offered.some(({ name }) => name === call.name)) {
    return {
      type: 'wrong',
      why: `There is no such tool. Tools: ${offered.map(({ name }) => name).join(', ')}.`,
    };
  }
  const args = argsOf(call);
  if (args === undefined) return { type: 'wrong', why: 'The arguments are no JSON object.' };
  const tool = Object.hasOwn(TOOLS, call.name) ? TOOLS[call.name] : undefined;
  if (tool === undefined) return { type: 'outside', args };
  const checked = tool.shape.safeParse(args);
  if (checked.success) return { type: 'own', kind: tool.kind, args: checked.data };
  const [issue] = checked.error.issues;
  return {
    type: 'wrong',
    why: `Wrong arguments: ${issue?.path.join('.') ?? ''} ${issue?.message ?? ''}`.trim(),
  };
}
