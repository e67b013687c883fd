import { JambonzCall, type JambonzAction } from '../../../../src/call/pbx/core/jambonz-call.js';

const told = (actions: readonly JambonzAction[]): string[] =>
  actions.map((action) => {
    switch (action.type) {
      case 'reply':
        return `reply ${action.verbs.map(([name]) => name).join(' ')}`;
      case 'emit': {
        const { event } = action;
        return event.type === 'transfer'
          ? `transfer ${event.state}`
          : event.type === 'ended'
            ? `ended ${event.reason}`
            : event.type;
      }
      case 'await_audio':
        return `await ${action.key}`;
      case 'disconnect_audio':
        return 'disconnect';
    }
  });

function call(transferBy: 'dial' | 'refer' = 'dial'): JambonzCall {
  let keys = 0;
  return new JambonzCall({ audioUrl: 'ws://x/audio', newKey: () => `k${++keys}`, hook: '/next', transferBy });
}

const IN_PROGRESS = { call_status: 'in-progress' };

test('answer, caller hangs up', () => {
  const it = call();
  expect(told(it.begin())).toEqual(['await k1', 'reply answer listen']);
  expect(told(it.status({ call_status: 'completed' }))).toEqual(['ended caller_hangup']);
  expect(told(it.hook({ call_status: 'completed' }))).toEqual(['reply hangup']);
});

test('answer, agent says goodbye, the exchange asks what comes next', () => {
  const it = call();
  it.begin();
  expect(told(it.hangup('agent_goodbye'))).toEqual(['disconnect', 'ended agent_goodbye']);
  expect(told(it.hangup('agent_goodbye'))).toEqual([]);
  expect(told(it.hook(IN_PROGRESS))).toEqual(['reply hangup']);
  expect(it.over).toBe(true);
});

test('our goodbye comes before the audio socket is open', () => {
  const it = call();
  it.begin();
  it.hangup('agent_goodbye');
  expect(told(it.audioOpened())).toEqual(['disconnect']);
});

test('transfer by dial, the person answers, they talk, they hang up', () => {
  const it = call();
  it.begin();
  expect(told(it.transfer('tel:+15550177'))).toEqual(['transfer trying', 'disconnect']);
  const [reply] = it.hook(IN_PROGRESS);
  expect(reply).toEqual({
    type: 'reply',
    verbs: [
      [
        'dial',
        { target: [{ type: 'phone', number: '+15550177' }], answerOnBridge: true, actionHook: '/next' },
      ],
    ],
  });
  expect(told(it.status({ parent_call_sid: 'a', call_status: 'ringing' }))).toEqual([]);
  expect(told(it.status({ parent_call_sid: 'a', call_status: 'in-progress' }))).toEqual([
    'transfer accepted',
    'ended transferred',
  ]);
  expect(told(it.hook({ ...IN_PROGRESS, dial_call_status: 'completed' }))).toEqual([
    'transfer accepted',
    'reply hangup',
  ]);
});

test('transfer by dial, nobody answers, the agent has the caller again', () => {
  const it = call();
  it.begin();
  it.transfer('sip:desk@example.org');
  it.hook(IN_PROGRESS);
  expect(told(it.hook({ ...IN_PROGRESS, dial_call_status: 'no-answer', dial_sip_status: 487 }))).toEqual([
    'await k2',
    'reply listen',
    'transfer refused',
  ]);
  expect(told(it.hangup('agent_goodbye'))).toEqual(['disconnect', 'ended agent_goodbye']);
});

test('transfer by refer: 202 alone is not yet a person', () => {
  for (const [result, last] of [
    [{ refer_status: 202, final_referred_call_status: 200 }, 'ended transferred'],
    [{ refer_status: 202, final_referred_call_status: 486 }, 'transfer refused'],
    [{ refer_status: 405 }, 'transfer refused'],
  ] as const) {
    const it = call('refer');
    it.begin();
    it.transfer('sip:desk@example.org');
    expect(told(it.hook(IN_PROGRESS))).toEqual(['reply sip:refer']);
    expect(told(it.hook({ ...IN_PROGRESS, ...result })).at(-1)).toBe(last);
  }
});

test('the audio breaks off while the caller is there: it is opened again, not for ever', () => {
  const it = call();
  it.begin();
  for (const key of ['k2', 'k3', 'k4']) {
    expect(told(it.hook(IN_PROGRESS))).toEqual([`await ${key}`, 'reply listen']);
  }
  expect(told(it.hook(IN_PROGRESS))).toEqual(['reply hangup', 'ended caller_hangup']);
});

test('the exchange is gone, while talking and while transferring', () => {
  const talking = call();
  talking.begin();
  expect(told(talking.lost())).toEqual(['ended media_error']);
  const moving = call();
  moving.begin();
  moving.transfer('tel:+15550177');
  moving.hook(IN_PROGRESS);
  expect(told(moving.lost())).toEqual(['ended transferred']);
  expect(told(moving.lost())).toEqual([]);
});
