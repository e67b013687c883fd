/** Types of a form's slots. */
export const SLOT_TYPES = [
  'date',
  'time',
  'number',
  'digits',
  'phone',
  'email',
  'address',
  'amount',
  'choice',
  'name',
  'yes_no',
  'text',
] as const;

/** One of {@link SLOT_TYPES}. */
export type SlotType = (typeof SLOT_TYPES)[number];

/** One answer of a slot of type `choice`. */
export interface ChoiceSpec {
  readonly id: string;
  /** As it is spoken. */
  readonly name: string;
  /** Other words for it, lower case. */
  readonly aliases: readonly string[];
}

/** One question of a form (`tasks/*.yaml`). */
export interface SlotSpec {
  readonly id: string;
  readonly type: SlotType;
  /** What it is called when a caller corrects it: "birth date". The id with spaces unless told. */
  readonly name?: string;
  /** Other words for it, lower case: "birthday". */
  readonly aliases?: readonly string[];
  /** Spoken texts; the variants take turns. */
  readonly ask: readonly string[];
  readonly retry: readonly string[];
  /** Spoken when only keys help; made from the type or the choices when absent. */
  readonly keys?: readonly string[];
  /** Of type `choice`. */
  readonly choices?: readonly ChoiceSpec[];
  /** Of type `choice`: words after which a choice is not meant for this slot, lower case: "to", where something comes from. */
  readonly notAfter?: readonly string[];
  /** Of types `number`, `amount`: bounds of the value. Of `digits`, `text`, `address`: bounds of its length. */
  readonly min?: number;
  readonly max?: number;
  /** Of type `date`: a day gone by (a birth date), or one to come; today is both. */
  readonly range?: 'past' | 'future';
  /** A slot that is asked only when earlier ones have these values: `{ urgent: "yes" }`. */
  readonly when?: Readonly<Record<string, string>>;
  /** The caller may go on without it. */
  readonly optional?: true;
  /** Words and keys of the answer stay out of transcript, log, model and recording; it is never read back. */
  readonly secret?: true;
}

/** How a value of a tool's answer is spoken. */
export interface FieldSpec {
  readonly type: 'text' | 'amount' | 'number' | 'date' | 'time' | 'digits' | 'list';
  /** Of type `amount`: ISO 4217. @defaultValue 'USD' */
  readonly currency?: string;
  /** Of type `list`: the text of each item, with `{field}` for its values. */
  readonly each?: string;
  /** Of type `list`: its fields. */
  readonly fields?: Readonly<Record<string, FieldSpec>>;
  /** Of type `list`: items that are spoken. @defaultValue 3 */
  readonly most?: number;
  /** Of type `list`: what is spoken when it is empty. */
  readonly none?: string;
}

/** Something a caller must not tell on the phone (`guard.yaml`): it is not taken, and they are told why. */
export interface Refusal {
  readonly id: string;
  /** Words that name it, lower case. */
  readonly words: readonly string[];
  /** How many digits it has. */
  readonly digits?: { readonly min: number; readonly max: number; readonly luhn: boolean };
  /** What is said instead of taking it. */
  readonly say: readonly string[];
}

/** A task that is data: slots, what is read back, and the tool that is called at the end. */
export interface FormSpec {
  readonly id: string;
  readonly version: number;
  /** What it is, as it is spoken: "your account balance". */
  readonly name: string;
  readonly slots: readonly SlotSpec[];
  /** What is said when it begins; nothing unless told. */
  readonly begin?: readonly string[];
  /** The read-back that asks for consent, with `{slot}` for values; none unless told. Needed by tools that change. */
  readonly confirm?: readonly string[];
  /** Name of a tool of `tools.yaml` that is called with the slots. */
  readonly tool?: string;
  /** How values of the tool's answer are spoken; as text unless told. */
  readonly answer?: Readonly<Record<string, FieldSpec>>;
  /** What is said about the tool's answer, with `{field}` for its values and `{slot}` for what was asked. */
  readonly done: readonly string[];
  /** What is said when the tool says no, by its code; `failed` when it cannot be reached. */
  readonly failed: Readonly<Record<string, readonly string[]>>;
  /** Slots that are asked again after the tool has said no, by its code: `{ no_match: ["code"] }`. */
  readonly again?: Readonly<Record<string, readonly string[]>>;
  /** How often the tool may say no before a person is offered. @defaultValue 3 */
  readonly tries?: number;
  /** A form that must be done first in this call: "identify-customer". */
  readonly requires?: string;
  /** Slots and fields of the tool's answer that later forms of the call may send or say. */
  readonly keeps?: readonly string[];
  /** The form shows who the caller is: which of its slots and fields are name and phone number. */
  readonly identifies?: { readonly name?: string; readonly number?: string };
  /** What is not taken as an answer to any question of the form; from `guard.yaml`. */
  readonly refuses?: readonly Refusal[];
}

/** A tool of the pack (`tools.yaml`): an HTTP call to a system of the office. */
export interface ToolSpec {
  readonly name: string;
  readonly effect: 'read' | 'disclose' | 'change' | 'charge';
  readonly method: 'GET' | 'POST';
  /** Environment variable that holds the base address; the tool is not to be had while it is unset. */
  readonly baseUrlEnv: string;
  /** Environment variable that holds a bearer token, where the system wants one. */
  readonly tokenEnv?: string;
  /** Below the base address; `{slot}` stands for a value that is sent in the path. */
  readonly path: string;
  readonly timeoutMs: number;
  /** Slots that are sent: of the form, or kept by the form that it requires. */
  readonly args: readonly string[];
}
