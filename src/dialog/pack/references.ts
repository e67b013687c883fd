import type { FormSpec, SlotSpec, ToolSpec } from '../core/tasks/form/spec.js';
import type { Business } from '../core/business.js';
import type { Intents } from './types.js';

/** A reference that leads nowhere, or a rule between files that is broken. */
export interface Fault {
  /** Which file: the business, the intents, the tools, or a form by its id. */
  readonly where: 'business' | 'intents' | 'tools' | { readonly form: string };
  readonly path: readonly PropertyKey[];
  readonly message: string;
}

/** The parts of a pack that refer to one another. */
export interface Parts {
  readonly business: Business | undefined;
  readonly intents: Intents | undefined;
  readonly forms: Readonly<Record<string, FormSpec>>;
  /** Every form that there is, also those that could not be read. */
  readonly formIds: readonly string[];
  /** Absent while `tools.yaml` cannot be read: then nothing is said about tools. */
  readonly tools: Readonly<Record<string, ToolSpec>> | undefined;
}

const listed = (names: readonly string[]): string =>
  names.length === 0 ? 'there is none' : names.join(', ');

/** Checks everything that one file says about another. */
export function checkReferences(parts: Parts): readonly Fault[] {
  return [
    ...serviceForms(parts),
    ...intentForms(parts),
    ...twiceSaid(parts),
    ...Object.values(parts.forms).flatMap((form) => formFaults(form, parts)),
    ...Object.values(parts.tools ?? {}).flatMap((tool, k) => toolFaults(tool, k)),
  ];
}

function serviceForms({ business, formIds }: Parts): readonly Fault[] {
  return (business?.services ?? []).flatMap(({ form }, k) =>
    form === undefined || formIds.includes(form)
      ? []
      : [
          {
            where: 'business' as const,
            path: ['services', k, 'form'],
            message: `services.${k}.form is ${form}; allowed: a form of tasks/ (${listed(formIds)}).`,
          },
        ],
  );
}

function intentForms({ intents, formIds }: Parts): readonly Fault[] {
  return (intents?.intents ?? []).flatMap(({ does }, k) => {
    const form = does.startsWith('form:') ? does.slice(5) : undefined;
    if (form === undefined || formIds.includes(form)) return [];
    const message = `intents.${k}.does is ${does}; allowed: a form of tasks/ (${listed(formIds)}).`;
    return [{ where: 'intents' as const, path: ['intents', k, 'does'], message }];
  });
}

/** One sentence in two intents teaches nothing. */
function twiceSaid({ intents }: Parts): readonly Fault[] {
  const seen = new Map<string, string>();
  return (intents?.intents ?? []).flatMap((intent, k) =>
    intent.examples.flatMap((example, n) => {
      const plain = example.toLowerCase().replace(/[^a-z0-9 ]/g, '');
      const other = seen.get(plain);
      seen.set(plain, intent.id);
      if (other === undefined || other === intent.id) return [];
      const message = `intents.${k}.examples.${n} stands under ${other} too; leave it in one of them.`;
      return [{ where: 'intents' as const, path: ['intents', k, 'examples', n], message }];
    }),
  );
}

function formFaults(form: FormSpec, parts: Parts): readonly Fault[] {
  const where = { form: form.id };
  const fault = (path: readonly PropertyKey[], message: string): Fault => ({ where, path, message });
  return [
    ...form.slots.flatMap((slot, k) => slotFaults(form, slot, k, fault)),
    ...requiredFaults(form, parts, fault),
    ...toolUseFaults(form, parts, fault),
    ...textFaults(form, parts, fault),
    ...Object.entries(form.again ?? {}).flatMap(([code, slots]) => [
      ...(form.failed[code] === undefined
        ? [fault(['again', code], `again.${code} has no text; add failed.${code}.`)]
        : []),
      ...slots.flatMap((id, n) =>
        form.slots.some((slot) => slot.id === id)
          ? []
          : [fault(['again', code, n], `again.${code}.${n} is ${id}; allowed: a slot of the form.`)],
      ),
    ]),
  ];
}

type MakeFault = (path: readonly PropertyKey[], message: string) => Fault;

function slotFaults(form: FormSpec, slot: SlotSpec, k: number, fault: MakeFault): readonly Fault[] {
  const path = ['slots', k];
  const name = `slots.${k}`;
  const faults: Fault[] = [];
  if (slot.type === 'choice' && slot.choices === undefined) {
    faults.push(fault(path, `${name}.choices is missing; a choice needs at least two.`));
  }
  if (slot.type !== 'choice' && slot.choices !== undefined) {
    faults.push(fault([...path, 'choices'], `${name}.choices is of no use at type ${slot.type}; remove it.`));
  }
  const ids = (slot.choices ?? []).map(({ id }) => id);
  if (new Set(ids).size !== ids.length) {
    faults.push(fault([...path, 'choices'], `${name}.choices has an id twice; allowed: ids that differ.`));
  }
  if (slot.min !== undefined && slot.max !== undefined && slot.min > slot.max) {
    faults.push(fault([...path, 'min'], `${name}.min is ${slot.min}; allowed: at most max (${slot.max}).`));
  }
  if (slot.range !== undefined && slot.type !== 'date') {
    faults.push(fault([...path, 'range'], `${name}.range is for dates only; remove it.`));
  }
  for (const [id, value] of Object.entries(slot.when ?? {})) {
    const earlier = form.slots.slice(0, k).find((one) => one.id === id);
    if (earlier === undefined) {
      faults.push(fault([...path, 'when', id], `${name}.when.${id} names no slot before it.`));
      continue;
    }
    const allowed = earlier.type === 'yes_no' ? ['yes', 'no'] : earlier.choices?.map((one) => one.id);
    if (allowed !== undefined && !allowed.includes(value)) {
      faults.push(
        fault([...path, 'when', id], `${name}.when.${id} is ${value}; allowed: ${listed(allowed)}.`),
      );
    }
  }
  return faults;
}

function requiredFaults(form: FormSpec, { forms, formIds }: Parts, fault: MakeFault): readonly Fault[] {
  if (form.requires === undefined) return [];
  if (!formIds.includes(form.requires)) {
    return [
      fault(['requires'], `requires is ${form.requires}; allowed: a form of tasks/ (${listed(formIds)}).`),
    ];
  }
  return chainOf(form, forms).includes(form.id)
    ? [
        fault(
          ['requires'],
          `requires is ${form.requires}, which requires ${form.id} again; break the circle.`,
        ),
      ]
    : [];
}

/** Ids of the forms that must be done before, the nearest first. */
function chainOf(form: FormSpec, forms: Parts['forms']): readonly string[] {
  const chain: string[] = [];
  let next = form.requires;
  while (next !== undefined && !chain.includes(next)) {
    chain.push(next);
    next = forms[next]?.requires;
  }
  return chain;
}

/** What the forms before this one keep for it. */
const keptFor = (form: FormSpec, forms: Parts['forms']): readonly string[] =>
  chainOf(form, forms).flatMap((id) => forms[id]?.keeps ?? []);

function toolUseFaults(form: FormSpec, { forms, tools }: Parts, fault: MakeFault): readonly Fault[] {
  const faults: Fault[] = [];
  if (form.tool === undefined) {
    for (const key of ['answer', 'again'] as const) {
      if (form[key] !== undefined) {
        faults.push(fault([key], `${key} is of no use without a tool; remove it.`));
      }
    }
    return faults;
  }
  if (tools === undefined) return faults;
  const tool = tools[form.tool];
  if (tool === undefined) {
    return [
      fault(['tool'], `tool is ${form.tool}; allowed: a tool of tools.yaml (${listed(Object.keys(tools))}).`),
    ];
  }
  const known = [...form.slots.map(({ id }) => id), ...keptFor(form, forms)];
  for (const arg of tool.args.filter((one) => !known.includes(one))) {
    const message = `tool ${tool.name} sends ${arg}, which is no slot of the form and is kept by none before it.`;
    faults.push(fault(['tool'], message));
  }
  const secrets = form.slots.filter(({ id, secret }) => secret === true && tool.args.includes(id));
  const [first] = secrets;
  if (first !== undefined && (tool.method === 'GET' || tool.path.includes(`{${first.id}}`))) {
    const message = `tool ${tool.name} would send ${first.id} in an address, which is logged; use POST and leave it out of path.`;
    faults.push(fault(['tool'], message));
  }
  const showsWho = chainOf(form, forms).some((id) => forms[id]?.identifies !== undefined);
  if (tool.effect === 'disclose' && form.confirm === undefined && !showsWho) {
    const message = `tool ${tool.name} discloses private data; add confirm, or require a form that identifies the caller.`;
    faults.push(fault(['tool'], message));
  }
  if ((tool.effect === 'change' || tool.effect === 'charge') && form.confirm === undefined) {
    faults.push(
      fault(
        ['tool'],
        `tool ${tool.name} changes something; add confirm, the read-back that asks for consent.`,
      ),
    );
  }
  return faults;
}

const VARIABLE = /\{([^}]*)\}/g;

/** Variables that texts use and nothing gives. */
function textFaults(form: FormSpec, { forms }: Parts, fault: MakeFault): readonly Fault[] {
  const spokenSlots = form.slots.filter(({ secret }) => secret !== true).map(({ id }) => id);
  const others = form.slots.flatMap(({ id, choices }) => (choices?.length === 2 ? [`${id}_other`] : []));
  const fields = Object.keys(form.answer ?? {});
  const done = [...spokenSlots, ...fields, ...keptFor(form, forms)];
  const check = (
    path: readonly PropertyKey[],
    texts: readonly string[],
    given: readonly string[],
  ): readonly Fault[] =>
    [...new Set(texts.flatMap((text) => [...text.matchAll(VARIABLE)].map((match) => match[1] ?? '')))]
      .filter((name) => !given.includes(name))
      .map((name) => fault(path, `${path.join('.')} uses {${name}}; allowed: ${listed(given)}.`));
  return [
    ...form.slots.flatMap((slot, k) => [
      ...check(['slots', k, 'ask'], slot.ask, spokenSlots),
      ...check(['slots', k, 'retry'], slot.retry, spokenSlots),
      ...check(['slots', k, 'keys'], slot.keys ?? [], []),
    ]),
    ...check(['begin'], form.begin ?? [], []),
    ...check(['confirm'], form.confirm ?? [], [...spokenSlots, ...others]),
    ...check(['done'], form.done, done),
    ...Object.entries(form.failed).flatMap(([code, texts]) => check(['failed', code], texts, [])),
    ...Object.entries(form.answer ?? {}).flatMap(([name, spec]) =>
      check(
        ['answer', name, 'each'],
        spec.each === undefined ? [] : [spec.each],
        Object.keys(spec.fields ?? {}),
      ),
    ),
    ...keepFaults(form, fault),
  ];
}

function keepFaults(form: FormSpec, fault: MakeFault): readonly Fault[] {
  const secret = form.slots.filter((slot) => slot.secret === true).map(({ id }) => id);
  const given = form.slots.map(({ id }) => id);
  const names: readonly (readonly [readonly PropertyKey[], string])[] = [
    ...(form.keeps ?? []).map((name, k) => [['keeps', k], name] as const),
    ...Object.entries(form.identifies ?? {}).map(([key, name]) => [['identifies', key], name] as const),
  ];
  return names.flatMap(([path, name]) => {
    if (secret.includes(name)) {
      return [fault(path, `${path.join('.')} is ${name}, a secret; secrets are not kept.`)];
    }
    // A form with a tool may keep any field of its answer.
    if (form.tool !== undefined || given.includes(name)) return [];
    return [fault(path, `${path.join('.')} is ${name}; allowed: ${listed(given)}.`)];
  });
}

function toolFaults(tool: ToolSpec, k: number): readonly Fault[] {
  const used = [...tool.path.matchAll(VARIABLE)].map((match) => match[1] ?? '');
  return used
    .filter((name) => !tool.args.includes(name))
    .map((name) => ({
      where: 'tools' as const,
      path: ['tools', k, 'path'],
      message: `tools.${k}.path uses {${name}}; allowed: ${listed(tool.args)}.`,
    }));
}
