import { addMs, monoMs, type MonoMs } from '../../../src/kernel/time.js';
import { Takeover, type TakeoverInput, type TakeoverOutput } from '../../../src/live/core/takeover.js';

const ADA = { id: 'u1', name: 'Ada' };
const SUE = { id: 'u2', name: 'Sue' };

/** The machine on a clock that moves when a test says so. */
class Rig {
  readonly machine = new Takeover();
  readonly told: string[] = [];
  now: MonoMs = monoMs(0);

  feed(input: TakeoverInput): this {
    this.machine.handle(this.now, input);
    for (let out = this.machine.poll(); out !== undefined; out = this.machine.poll()) this.#note(out);
    return this;
  }

  pass(ms: number): this {
    const end = addMs(this.now, ms);
    for (let due = this.machine.nextDeadline(); due !== undefined && due <= end;) {
      this.now = due;
      this.feed({ type: 'tick' });
      const next = this.machine.nextDeadline();
      expect(next === undefined || next > due).toBe(true);
      due = next;
    }
    this.now = end;
    return this;
  }

  #note(out: TakeoverOutput): void {
    const what = out.type === 'comfort' ? 'comfort' : `${out.controller} ${out.reason} ${out.user.name}`;
    this.told.push(`${this.now} ${what}`);
  }
}

const take = (by: typeof ADA, force = false): TakeoverInput => ({ type: 'take', by, force });
const open = (user: string, line: string): TakeoverInput => ({ type: 'line_open', user, line });

/** Ada has the call and has been heard. */
const talking = (): Rig =>
  new Rig().feed(take(ADA)).feed(open('u1', 'l1')).feed({ type: 'audio', line: 'l1' });

test('take, talk, hand back', () => {
  const rig = talking().pass(60_000).feed({ type: 'hand_back' }).pass(60_000);
  expect(rig.told).toEqual(['0 human taken Ada', '60000 agent handed_back Ada']);
  expect(rig.machine.nextDeadline()).toBeUndefined();
});

test('take, and never speak: the agent has the call after ten seconds', () => {
  const rig = new Rig().feed(take(ADA)).feed(open('u1', 'l1')).pass(20_000);
  expect(rig.told).toEqual(['0 human taken Ada', '10000 agent socket_lost Ada']);
});

test('take, talk, line lost: a word at two seconds, the agent at five', () => {
  const rig = talking().pass(1000).feed({ type: 'line_lost', line: 'l1' }).pass(20_000);
  expect(rig.told).toEqual(['0 human taken Ada', '3000 comfort', '6000 agent socket_lost Ada']);
});

test('line lost and back within the grace: nothing is heard of it', () => {
  const rig = talking()
    .feed({ type: 'line_lost', line: 'l1' })
    .pass(1500)
    .feed(open('u1', 'l2'))
    .pass(60_000);
  expect(rig.told).toEqual(['0 human taken Ada']);
  expect(rig.machine.line).toBe('l2');
});

test('an old line that closes late takes nothing away', () => {
  const rig = talking().feed(open('u1', 'l2')).feed({ type: 'line_lost', line: 'l1' }).pass(60_000);
  expect(rig.told).toEqual(['0 human taken Ada']);
});

test('another person takes it by force only, and has to speak as well', () => {
  const rig = talking().feed(take(SUE));
  expect(rig.machine.holder).toBe(ADA);
  rig.feed(take(SUE, true)).feed({ type: 'line_lost', line: 'l1' }).pass(10_000);
  expect(rig.told).toEqual(['0 human taken Ada', '0 human forced Sue', '10000 agent socket_lost Sue']);
});

test('taking what one has changes nothing; a line of somebody else is none of the holder', () => {
  const rig = talking().feed(take(ADA, true)).feed(open('u2', 'l9'));
  expect(rig.told).toEqual(['0 human taken Ada']);
  expect(rig.machine.line).toBe('l1');
});

test('the call ends while a person has it', () => {
  expect(talking().feed({ type: 'ended' }).told).toEqual(['0 human taken Ada', '0 agent call_ended Ada']);
});
