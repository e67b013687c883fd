import { requires } from '../../support/requires.js';
import {
  AgentProcess,
  eventually,
  expectSuccess,
  newFolder,
  portIsFree,
  type Ended,
} from './agent-process.js';
import { RecordRouteProxy } from './record-route-proxy.js';
import { audible, RtpSink } from './rtp-sink.js';
import { scenarios, sipp } from './sipp.js';
import { saidBy } from './wire.js';

const HOLDS = ['uac-reinvite-hold-inactive', 'uac-reinvite-hold-sendonly', 'uac-reinvite-hold-zero-address'];
/** No call is ever answered in these, so none is written down. */
const NO_CALL = ['uac-garbage', 'uac-no-contact', 'uac-options', 'uac-wrong-method'];
/** What the agent says first; the law of many places wants it to be heard. */
const FIRST_WORDS = /^Hello, this is /;
/** Longer than its scenario's second of audio, so that the first words are over on a slow machine too. */
const TALK: Readonly<Record<string, number>> = { 'uac-answer-bye': 1500 };
const GREETING = /automated assistant/;

requires.binary('sipp')('the agent and SIPp', () => {
  let agent: AgentProcess;
  let folder: string;
  const sinks = new Map<string, RtpSink>();
  const runs = new Map<string, Promise<Ended>>();

  beforeAll(async () => {
    folder = newFolder();
    agent = await AgentProcess.start({ rtpPortMin: 27_200 });
    // All at once: the one without an ACK takes 33 s.
    for (const scenario of scenarios()) {
      const sink = await RtpSink.open();
      sinks.set(scenario, sink);
      const stayMs = TALK[scenario] ?? 0;
      runs.set(scenario, sipp({ folder, scenario, target: agent.sipPort, mediaPort: sink.port, stayMs }));
    }
  }, 90_000);

  afterAll(async () => {
    await Promise.all(runs.values());
    for (const sink of sinks.values()) await sink.close();
    await agent.discard(folder);
  }, 60_000);

  const sinkOf = (scenario: string): RtpSink => {
    const sink = sinks.get(scenario);
    if (sink === undefined) throw new Error(`no scenario ${scenario}`);
    return sink;
  };

  test.each(scenarios())(
    '%s: SIPp is content',
    async (scenario) => {
      expectSuccess((await runs.get(scenario)) ?? { command: scenario, code: null, output: 'did not run' });
    },
    60_000,
  );

  test('answered, audio both ways, BYE: caller_hangup, and the greeting was under way', async () => {
    const call = await agent.callTo('uac-answer-bye');
    expect(call.reason).toBe('caller_hangup');
    expect(call.transcript[0]?.text).toMatch(GREETING);
    expect(call.transcript[0]?.heard).toMatch(FIRST_WORDS);
    const { sent, received } = call.quality.media;
    expect(received).toMatchObject({ packets: 50, malformed: 0, injected: 0, unknownPayloadType: 0 });
    expect(sent.packets).toBeGreaterThanOrEqual(50);
  });

  test('BYE at once: caller_hangup', async () => {
    expect((await agent.callTo('uac-bye-at-once')).reason).toBe('caller_hangup');
  });

  test('CANCEL before and across the 200: both cancelled, neither is left open', async () => {
    expect((await agent.callTo('uac-cancel-before-200')).reason).toBe('cancelled');
    expect((await agent.callTo('uac-cancel-crosses-200')).reason).toBe('cancelled');
    const before = await agent.metric('calls_rejected_total{reason="cancelled"}');
    const across = await agent.metric('calls_total{termination="cancelled"}');
    expect(before + across).toBe(2);
  });

  test('no ACK: ack_timeout, and nobody was greeted', async () => {
    await runs.get('uac-drop-ack');
    const call = await agent.callTo('uac-drop-ack');
    expect({ reason: call.reason, transcript: call.transcript }).toEqual({
      reason: 'ack_timeout',
      transcript: [],
    });
  }, 60_000);

  test('a key by INFO is in the transcript', async () => {
    const call = await agent.callTo('uac-dtmf-info');
    expect(call.reason).toBe('caller_hangup');
    expect(saidBy('user', call)).toEqual(['[key 5]']);
  });

  const withEvents = scenarios().includes('uac-dtmf-rfc4733') ? test : test.skip;
  withEvents('keys as telephone events are in the transcript, each once', async () => {
    const call = await agent.callTo('uac-dtmf-rfc4733');
    expect(saidBy('user', call)).toEqual(['[key 1]', '[key 5]', '[key 9]', '[key #]']);
  });

  test.each(HOLDS)('%s: audio stops, and goes on afterwards', async (scenario) => {
    const call = await agent.callTo(scenario);
    expect(call.reason).toBe('caller_hangup');
    const { ms, before, after } = sinkOf(scenario).longestGap();
    expect(ms).toBeGreaterThan(700);
    expect(ms).toBeLessThan(1500);
    expect(audible(before)).toBeGreaterThan(100);
    expect(audible(after)).toBeGreaterThan(200);
  });

  test.each(NO_CALL)('%s: no call came of it', async (scenario) => {
    expect(await agent.callsTo(scenario)).toEqual([]);
  });

  test('through a proxy that stays in the path, requests of both sides pass it', async () => {
    const proxy = await RecordRouteProxy.open(agent.sipPort);
    try {
      for (const scenario of ['uac-answer-bye', 'uac-cancel-crosses-200', 'uac-reinvite-hold-sendonly']) {
        const service = `${scenario}-proxied`;
        expectSuccess(await sipp({ folder, scenario, service, target: proxy.port }));
      }
      expect(proxy.routed('caller')).toEqual(new Set(['ACK', 'BYE', 'INVITE']));
      expect(proxy.routed('agent')).toEqual(new Set(['BYE']));
      expect((await agent.callTo('uac-answer-bye-proxied')).reason).toBe('caller_hangup');
    } finally {
      await proxy.close();
    }
  }, 30_000);

  test('when all is over no call, no port and no program is left, and it stops with 0', async () => {
    await Promise.all(runs.values());
    expect(await agent.metric('calls_active')).toBe(0);
    // A port rests before it is free again.
    await eventually(
      async () => ((await agent.metric('rtp_ports_free')) === 100 ? true : undefined),
      'free ports',
    );
    const [sipPort, httpPort] = [agent.sipPort, Number(new URL(agent.httpUrl).port)];
    const { code, output } = await agent.stop();
    expect(code).toBe(0);
    expect(output).not.toMatch(/"level":"(error|fatal)"/);
    expect(await portIsFree(sipPort)).toBe(true);
    expect(await portIsFree(httpPort)).toBe(true);
  }, 90_000);
});
