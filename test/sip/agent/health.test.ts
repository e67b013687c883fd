import { statSync } from 'node:fs';
import { join } from 'node:path';
import { sdp, SipPeer } from '../call/sip-peer.js';
import { eventually, SuiteAgent } from './agent-process.js';
import { health, readiness, told } from './health.js';
import { endThread, INSPECTED } from './threads.js';

/** Longest time until a thread works again, ms: it loads its weights anew, beside whatever else runs here. */
const BACK_MS = 40_000;

const suite = new SuiteAgent({ rtpPortMin: 25_600, env: { ...INSPECTED, STT_WORKERS: '1', MAX_CALLS: '1' } });

/** A phone whose call is answered. */
async function talking(): Promise<SipPeer> {
  const phone = await SipPeer.open(suite.agent.sipPort);
  await phone.answered(phone.invite({ body: sdp([], 9) }));
  return phone;
}

const ready = async (): Promise<[number, unknown]> => {
  const response = await fetch(`${suite.agent.httpUrl}/ready`);
  return [response.status, await response.json()];
};

describe('a thread that dies', () => {
  test.each([
    ['recogniser', 'moonshine-worker.js', 'stt'],
    ['synthesiser', 'flite-worker.js', 'tts'],
    ['classifier', 'knowledge-worker.js', 'intent'],
    ['index', 'knowledge-worker.js', 'rag'],
  ])(
    'of the %s: told within five seconds; well again by itself',
    async (_what, file, service) => {
      const { agent } = suite;
      expect(await readiness(agent)).toBe(200);
      await endThread(agent.output, file);
      await told(agent, service, /unhealthy|degraded/);
      const { status, services } = await health(agent);
      expect([status, services['sip'], services['store']]).toEqual(['degraded', 'healthy', 'healthy']);
      await told(agent, service, /^healthy/, BACK_MS);
      expect(await readiness(agent)).toBe(200);
    },
    BACK_MS + 15_000,
  );

  test(
    'of the store: told within five seconds, calls go on; well again by itself',
    async () => {
      const { agent } = suite;
      await endThread(agent.output, 'store-worker.js');
      await told(agent, 'store', /unhealthy/);
      expect((await health(agent)).services).toMatchObject({
        sip: 'healthy',
        stt: 'healthy',
        disk: 'healthy',
      });
      await told(agent, 'store', /^healthy/, BACK_MS);
    },
    BACK_MS + 15_000,
  );

  test(
    'of the web side: answers again by itself at the same address, and all is well',
    async () => {
      const { agent } = suite;
      await endThread(agent.output, 'api-worker.js');
      await told(agent, 'sip', /^healthy/, BACK_MS);
      expect(await readiness(agent)).toBe(200);
    },
    BACK_MS + 15_000,
  );
});

test('nobody else can read what it keeps', () => {
  for (const name of ['', 'db', 'spool', 'leibniz.lock', 'auth.key']) {
    expect([name, statSync(join(suite.agent.dataDir, name)).mode & 0o077]).toEqual([name, 0]);
  }
});

describe('one line, and it is taken', () => {
  let phone: SipPeer;
  afterAll(() => phone.close());

  test('/ready is 503 and says why', async () => {
    expect((await ready())[0]).toBe(200);
    phone = await talking();
    const said = await eventually(async () => {
      const [status, body] = await ready();
      return status === 503 ? body : undefined;
    }, 'not ready');
    expect(said).toMatchObject({
      error: expect.stringMatching(/all lines or the machine are busy/) as unknown,
    });
  });

  test('stopped: the call goes on and the web side says that no more are taken; once more: BYE, and it ends with 0', async () => {
    const { agent } = suite;
    const ended = agent.stop();
    await eventually(() => (agent.output.includes('Stopping') ? true : undefined), 'the drain');
    await new Promise((resolve) => setTimeout(resolve, 1000));
    expect([agent.running, (await ready())[0]]).toEqual([true, 503]);
    expect(phone.received.some(({ method }) => method === 'BYE')).toBe(false);
    void agent.stop();
    const bye = await phone.request('BYE');
    phone.respond(bye, 200);
    expect((await ended).code).toBe(0);
  }, 30_000);
});
