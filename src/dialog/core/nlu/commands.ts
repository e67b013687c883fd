import { isOption, type Sentence, type Span } from './sentence.js';
import type { CommandKind } from './types.js';

/** Phrase lists by command, in the order in which they are tried. */
const WHOLE: readonly (readonly [string, CommandKind])[] = [
  ['command_opt_out', 'opt_out'],
  ['command_stop_recording', 'stop_recording'],
  ['command_person', 'person'],
  ['command_slower', 'slower'],
  ['command_faster', 'faster'],
  ['command_louder', 'louder'],
  ['command_quieter', 'quieter'],
  ['command_restart', 'restart'],
  ['command_stop', 'stop'],
  ['command_wait', 'wait'],
  ['command_goodbye', 'goodbye'],
  ['command_repeat', 'repeat'],
  ['command_help', 'help'],
  ['command_hello', 'hello'],
];

/** A command with the units it took. */
export interface Command extends Span {
  readonly kind: CommandKind;
}

/** The command that a stretch of words is, courtesy and fillers at both ends apart. */
export function commandOf(sentence: Sentence, span: Span): Command | undefined {
  const ends = endsOf(sentence, span);
  for (const from of startsOf(sentence, span)) {
    for (const to of ends) {
      if (to <= from) continue;
      if (isOption(sentence, { from, to })) return undefined;
      const kind = commandAt(sentence, from, to);
      if (kind !== undefined) return kind === 'none' ? undefined : { kind, from, to };
    }
  }
  return undefined;
}

function commandAt(sentence: Sentence, from: number, to: number): CommandKind | 'none' | undefined {
  const { chart, question, action } = sentence;
  // The very thing that was asked about is no command but an answer.
  if (action !== undefined && chart.spans(action, from, to)) return 'none';
  // At the open question "hello" only greets.
  if (question.expects === 'matter' && chart.spans('greeting', from, to)) return 'none';
  for (const [list, kind] of WHOLE) if (chart.spans(list, from, to)) return kind;
  // "Cancel it" gives up what is being done; at the open question something that exists is meant.
  const isUnderWay = question.expects !== 'matter' && action !== 'action_cancel';
  if (isUnderWay && chart.spans('command_cancel', from, to)) return 'stop';
  return question.asked !== undefined && chart.spans('command_recall', from, to) ? 'repeat' : undefined;
}

/** A person who is asked for within a longer sentence: "stop talking to me, robot, get me a human". */
export function personWithin({ chart, mentionAt }: Sentence, { from, to }: Span): Command | undefined {
  const found = chart.find('command_person_anywhere', from, to);
  if (found === undefined) return undefined;
  // "Am I talking to a real person?" asks about the agent.
  const about = chart.find('about_agent', from, to);
  if (about !== undefined && about.from < found.to && found.from < about.to) return undefined;
  // "Can I talk to a person on Tuesday?" asks for an appointment.
  for (let at = from; at < to; at++) if (mentionAt[at]?.type === 'time') return undefined;
  return { kind: 'person', ...found };
}

const LEADING = [
  'hesitation',
  'filler',
  'courtesy',
  'greeting',
  'ok',
  'yes',
  'no',
  'no_heard',
  'delight',
  'apology',
  'command_wait',
];
const TRAILING = ['filler', 'courtesy', 'hesitation', 'apology'];

/** Where a command may begin: at the first word, or after words that only lead over to it. */
function startsOf({ chart }: Sentence, { from, to }: Span): readonly number[] {
  const starts = [from];
  for (let at = from; at < to;) {
    const next = Math.max(at, ...LEADING.map((list) => chart.longest(list, at, to) ?? at));
    if (next === at) break;
    starts.push(next);
    at = next;
  }
  return starts;
}

/** Where a command may end: at the last word, or before courtesy. */
function endsOf({ chart }: Sentence, { from, to }: Span): readonly number[] {
  const ends = [to];
  for (let end = to; ;) {
    let next = end;
    for (let at = from + 1; at < end && next === end; at++) {
      if (TRAILING.some((list) => chart.spans(list, at, end))) next = at;
    }
    if (next === end) return ends;
    ends.push(next);
    end = next;
  }
}
