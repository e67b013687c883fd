import {
  CallerMachine,
  type CallerInput,
  type CallerOutput,
} from '../../../src/cli/caller/caller-machine.js';
import { parseScript } from '../../../src/cli/caller/script.js';
import { monoMs } from '../../../src/kernel/time.js';

const machineFor = (script: object): CallerMachine =>
  new CallerMachine(parseScript({ name: 'test', ...script }, 'of the test'));

/** Feeds inputs, each at its time in ms, and collects what comes out after each. */
function play(machine: CallerMachine, inputs: readonly (readonly [number, CallerInput])[]): CallerOutput[][] {
  return inputs.map(([at, input]) => {
    machine.handle(monoMs(at), input);
    const outputs: CallerOutput[] = [];
    for (let out = machine.poll(); out !== undefined; out = machine.poll()) outputs.push(out);
    return outputs;
  });
}

const said = (text: string): CallerInput => ({ type: 'agent_said', text });
const connected: CallerInput = { type: 'connected' };
const started: CallerInput = { type: 'agent_started' };
const stopped: CallerInput = { type: 'agent_stopped' };
const tick: CallerInput = { type: 'tick' };
const done: CallerInput = { type: 'own_audio_done' };
const texts = (outputs: readonly CallerOutput[][]): string[] =>
  outputs.flat().map((out) => (out.type === 'say' ? out.text : out.type));

describe('caller', () => {
  test('connected, agent speaks and stops, its words are known: the first step is taken', () => {
    const machine = machineFor({ steps: [{ say: 'Hello.' }] });
    const outputs = play(machine, [
      [0, connected],
      [100, started],
      [2000, stopped],
      [2100, said('How can I help you?')],
    ]);
    expect(outputs).toEqual([[], [], [], [{ type: 'say', text: 'Hello.', tag: 'untagged' }]]);
  });

  test('agent says something else than the step waits for: last words are repeated twice, then silence', () => {
    const machine = machineFor({ steps: [{ say: 'One.' }, { say: 'Two.', when: 'day' }] });
    const outputs = play(machine, [
      [0, connected],
      [10, said('Hi.')],
      [20, done],
      [30, said('Pardon?')],
      [40, done],
      [50, said('Pardon?')],
      [60, done],
      [70, said('Pardon?')],
    ]);
    expect(texts(outputs)).toEqual(['One.', 'One.', 'One.']);
  });

  test('agent goes on speaking while its words are being transcribed: no reaction', () => {
    const machine = machineFor({ steps: [{ say: 'Hello.' }] });
    const outputs = play(machine, [
      [0, connected],
      [100, started],
      [900, stopped],
      [950, started],
      [1000, said('Hello, this is')],
    ]);
    expect(outputs.flat()).toEqual([]);
  });

  test('delayed step: agent_said, tick too early, tick at the deadline', () => {
    const machine = machineFor({ steps: [{ say: 'Hello.', delay_ms: 500 }] });
    const outputs = play(machine, [
      [0, connected],
      [100, said('Hi.')],
    ]);
    expect(outputs.flat()).toEqual([]);
    expect(machine.nextDeadline()).toBe(600);
    expect(
      texts(
        play(machine, [
          [599, tick],
          [600, tick],
        ]),
      ),
    ).toEqual(['Hello.']);
  });

  test('barge-in step: spoken that long after the agent began, not after it stopped', () => {
    const machine = machineFor({ steps: [{ say: 'Stop.', barge_in_ms: 1500 }] });
    const outputs = play(machine, [
      [0, connected],
      [1000, started],
      [2499, tick],
      [2500, tick],
    ]);
    expect(outputs.map((out) => out.length)).toEqual([0, 0, 0, 1]);
  });

  test('rule that goes first: a wrong read-back is corrected until the rule is used up', () => {
    const machine = machineFor({
      steps: [{ say: 'Yes.', when: 'right' }],
      rules: [{ first: true, when: '^(?!.*Monday).*right', say: 'No, Monday.', most: 1 }],
    });
    const outputs = play(machine, [
      [0, connected],
      [10, said('Tuesday. Is that right?')],
      [20, done],
      [30, said('Tuesday. Is that right?')],
    ]);
    expect(texts(outputs)).toEqual(['No, Monday.', 'Yes.']);
    expect(machine.stepsTaken).toBe(1);
  });

  test('ordinary rule: only when the step does not fit, and repeat says the last words again', () => {
    const machine = machineFor({
      steps: [{ say: 'Monday.' }, { say: 'Ten.', when: 'time' }],
      rules: [{ when: 'sorry', repeat: true }],
    });
    const outputs = play(machine, [
      [0, connected],
      [10, said('Which day?')],
      [20, done],
      [30, said('Sorry?')],
      [40, done],
      [50, said('Sorry, what time?')],
    ]);
    expect(texts(outputs)).toEqual(['Monday.', 'Monday.', 'Ten.']);
  });

  test('agent silent for 25 s: hangs up with no_answer; after the last step already after 6 s', () => {
    const waiting = machineFor({ steps: [{ say: 'Hello.' }] });
    const early = play(waiting, [
      [0, connected],
      [24_999, tick],
      [25_000, tick],
    ]);
    expect(early).toEqual([[], [], [{ type: 'hangup', reason: 'no_answer' }]]);
    const over = machineFor({ steps: [{ say: 'Bye.' }] });
    play(over, [
      [0, connected],
      [10, said('Hi.')],
      [1000, done],
    ]);
    expect(play(over, [[7000, tick]]).flat()).toEqual([{ type: 'hangup', reason: 'script_done' }]);
    expect(over.done).toBe(true);
  });

  test('call longer than max_ms: hangs up whoever speaks, and takes no input afterwards', () => {
    const machine = machineFor({ steps: [{ say: 'Hello.' }], max_ms: 5000 });
    const outputs = play(machine, [
      [0, connected],
      [100, started],
      [5000, tick],
      [5001, said('Hello?')],
    ]);
    expect(outputs[2]).toEqual([{ type: 'hangup', reason: 'max_ms' }]);
    expect(outputs[3]).toEqual([]);
    expect(machine.nextDeadline()).toBeUndefined();
  });

  test('hang-up step: hangs up instead of speaking', () => {
    const machine = machineFor({ steps: [{ hangup: true, when: 'right' }] });
    const outputs = play(machine, [
      [0, connected],
      [10, said('Is that right?')],
    ]);
    expect(outputs[1]).toEqual([{ type: 'hangup', reason: 'script_hangup' }]);
  });
});
