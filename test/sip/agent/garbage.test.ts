import { createSocket } from 'node:dgram';
import { seededRng } from '../../../src/kernel/rng.js';
import { requires } from '../../support/requires.js';
import { AgentProcess, eventually, expectSuccess, pause, SuiteAgent } from './agent-process.js';
import { RtpSink } from './rtp-sink.js';
import { sipp } from './sipp.js';
import { saidBy } from './wire.js';

const DATAGRAMS = 300;

/** Random bytes; every third begins like what the port expects. */
function garbage(count: number, start: Uint8Array): Uint8Array[] {
  const rng = seededRng(7);
  return Array.from({ length: count }, (_, index) => {
    const data = Uint8Array.from({ length: 1 + (rng.uint32() % 400) }, () => rng.uint32() & 0xff);
    if (index % 3 === 0) data.set(start.subarray(0, data.length));
    return data;
  });
}

async function sendAll(datagrams: readonly Uint8Array[], port: number): Promise<void> {
  const socket = createSocket('udp4');
  for (const data of datagrams) {
    await new Promise((resolve) => socket.send(data, port, '127.0.0.1', resolve));
  }
  await new Promise<void>((resolve) => socket.close(() => resolve()));
}

requires.binary('sipp')('the agent under fire, killed and started again', () => {
  const suite = new SuiteAgent({ rtpPortMin: 27_600 });

  test('garbage on the SIP port: the next caller is served', async () => {
    const { agent, folder } = suite;
    await sendAll(garbage(DATAGRAMS, Buffer.from('INVITE sip:agent@127.0.0.1 SIP/2.0\r\n')), agent.sipPort);
    expectSuccess(await sipp({ folder, scenario: 'uac-options', service: 'after', target: agent.sipPort }));
    expect(agent.output).not.toMatch(/"level":"(error|fatal)"/);
  });

  test('garbage on the audio port of a call, from its peer and from a stranger: the call does not notice', async () => {
    const { agent, folder } = suite;
    const sink = await RtpSink.open();
    const service = 'garbage-in-audio';
    const run = sipp({
      folder,
      scenario: 'uac-dtmf-info',
      service,
      target: agent.sipPort,
      mediaPort: sink.port,
      stayMs: 2500,
    });
    const { from } = await eventually(() => sink.packets[0], 'audio of the agent');
    const datagrams = garbage(DATAGRAMS, Uint8Array.from([0x80, 0]));
    for (const data of datagrams) sink.send(data, from.port);
    await sendAll(datagrams, from.port);
    await sendAll(datagrams, from.port + 1);
    expectSuccess(await run);
    const call = await agent.callTo(service);
    expect(call.reason).toBe('caller_hangup');
    expect(saidBy('user', call)).toEqual(['[key 5]']);
    expect(call.quality.media.received.malformed).toBeGreaterThan(DATAGRAMS / 2);
    expect(sink.packets.every((packet) => packet.from.port === from.port)).toBe(true);
    expect(sink.audibleMs).toBeGreaterThan(500);
    await sink.close();
  }, 30_000);

  test('killed in a call, started again: the call is closed as aborted with its transcript, the next one is taken', async () => {
    const { agent, folder } = suite;
    const service = 'killed';
    const { dataDir, sipPort } = agent;
    const run = sipp({ folder, scenario: 'uac-dtmf-info', service, target: sipPort, stayMs: 4000 });
    // The key is said to be written down once it can be read.
    const id = await eventually(async () => {
      const { items } = await agent.get<{ items: { id: string; to: string; turn_count: number }[] }>(
        '/api/v1/calls?open=true',
      );
      return items.find((call) => call.to === service && call.turn_count > 0)?.id;
    }, 'the key in the record');
    await agent.kill();
    const env = { SIP_PORT: String(sipPort) };
    suite.agent = await AgentProcess.start({ rtpPortMin: 27_600, dataDir, env });
    const call = await suite.agent.callTo(service);
    expect({ id: call.id, reason: call.reason }).toEqual({ id, reason: 'aborted' });
    expect(saidBy('user', call)).toEqual(['[key 5]']);
    // The new process knows nothing of the dialog and says so.
    expect((await run).output).toMatch(/481/);
    const next = await sipp({ folder, scenario: 'uac-answer-bye', service: 'next', target: sipPort });
    expectSuccess(next);
    expect((await suite.agent.callTo('next')).reason).toBe('caller_hangup');
  }, 90_000);

  test('SIGTERM in a call: new calls are refused, this one is ended in time, exit code 0', async () => {
    const { agent, folder } = suite;
    const service = 'drained';
    const run = sipp({ folder, scenario: 'uac-dtmf-info', service, target: agent.sipPort, stayMs: 2500 });
    await eventually(async () => ((await agent.metric('calls_active')) === 1 ? true : undefined), 'a call');
    const ended = agent.stop();
    await pause(300);
    const refused = await sipp({
      folder,
      scenario: 'uac-answer-bye',
      service: 'late',
      target: agent.sipPort,
    });
    expect(refused.code).not.toBe(0);
    expect(refused.output).toMatch(/503/);
    expectSuccess(await run);
    expectSuccess(await ended);
  }, 60_000);
});
