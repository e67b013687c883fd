import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { requires } from '../../support/requires.js';
import { eventually, expectSuccess, SuiteAgent } from './agent-process.js';
import { sipp } from './sipp.js';

/** Calls of the load run, and how many begin a second. The full run is 200 at 10. */
const CALLS = Number(process.env['TEST_SIPP_CALLS'] ?? 40);
const RATE = Number(process.env['TEST_SIPP_RATE'] ?? 10);
const WARM_UP = 20;
/** Room for what V8 has not collected yet, MB. */
const GROWTH_MB = 80;

/** Last line of SIPp's statistics by column. */
function statistics(folder: string): Record<string, string> {
  const file = readdirSync(folder).find((name) => name.endsWith('.csv'));
  const lines = readFileSync(join(folder, file ?? ''), 'utf8')
    .trim()
    .split('\n');
  const names = (lines[0] ?? '').split(';');
  const values = (lines.at(-1) ?? '').split(';');
  return Object.fromEntries(names.map((name, index) => [name, values[index] ?? '']));
}

requires.binary('sipp')('the agent under load', () => {
  const env = { MAX_CALLS: '400', RTP_PORT_MIN: '28000', RTP_PORT_MAX: '29998' };
  const suite = new SuiteAgent({ rtpPortMin: 28_000, env });

  const settled = async (portsFree: number): Promise<void> => {
    const { agent } = suite;
    await eventually(
      async () => ((await agent.metric('rtp_ports_free')) === portsFree ? true : undefined),
      'free ports',
      15_000,
    );
    expect(await agent.metric('calls_active')).toBe(0);
  };

  test(
    `${CALLS} calls at ${RATE} a second: none fails, nothing is sent twice, everything is given back`,
    async () => {
      const { agent, folder } = suite;
      const portsFree = await agent.metric('rtp_ports_free');
      const warmUp = ['-m', String(WARM_UP), '-r', String(RATE)];
      const run = { folder, scenario: 'uac-load', target: agent.sipPort };
      expectSuccess(await sipp({ ...run, service: 'warm-up', args: warmUp }));
      await settled(portsFree);
      const before = { mb: agent.residentMb(), cpu: agent.cpuSeconds(), at: performance.now() };

      const args = ['-m', String(CALLS), '-r', String(RATE), '-trace_stat', '-stf', 'load.csv', '-fd', '1'];
      const ended = await sipp({ ...run, service: 'load', args });
      const seconds = (performance.now() - before.at) / 1000;
      const cpu = agent.cpuSeconds() - before.cpu;
      expectSuccess(ended);

      const stats = statistics(folder);
      expect(stats).toMatchObject({ 'SuccessfulCall(C)': String(CALLS), 'FailedCall(C)': '0' });
      expect(Number(stats['Retransmissions(C)'])).toBeLessThanOrEqual(CALLS / 20);
      await settled(portsFree);
      const calls = await eventually(async () => {
        const found = await agent.callsTo('load');
        return found.length === CALLS ? found : undefined;
      }, 'the records of all calls');
      expect(calls.filter(({ reason }) => reason !== 'caller_hangup')).toEqual([]);
      const mb = agent.residentMb();
      process.stdout.write(
        `load: ${CALLS} calls in ${seconds.toFixed(1)} s, ${((100 * cpu) / seconds).toFixed(0)} % of a core, ` +
          `${((60 * cpu) / (CALLS * 2.5)).toFixed(2)} CPU s per call-minute, ${before.mb} -> ${mb} MB, ` +
          `${stats['Retransmissions(C)']} retransmissions, 200 after ${stats['ResponseTime1(C)']}\n`,
      );
      expect(mb - before.mb).toBeLessThan(GROWTH_MB);
    },
    30_000 + (CALLS / RATE) * 2000,
  );
});
