import { PublicFetch, type PublicFetchOptions } from '../../../src/net/public-fetch.js';
import { Site } from './site.js';

const site = new Site();
const fetches: PublicFetch[] = [];
beforeAll(() => site.start());
afterEach(async () => {
  await Promise.all(fetches.splice(0).map((each) => each.close()));
});
afterAll(() => site.stop());

function open(options: Partial<PublicFetchOptions> = {}): PublicFetch {
  const fetch = new PublicFetch({
    hosts: ['localhost'],
    userAgent: 'test',
    isAllowedAddress: () => true,
    ...options,
  });
  fetches.push(fetch);
  return fetch;
}

const refused = { ok: false, error: { kind: 'refused' } };

it('asks, follows redirects, tells where the page was found', async () => {
  site.html('/end', '<p>Text.</p>');
  site.redirect('/start', '/middle');
  site.redirect('/middle', site.url('/end'));
  const reply = await open().get(site.url('/start'));
  expect(reply).toMatchObject({ ok: true, value: { status: 200, url: site.url('/end') } });
});

it('an address of this machine is refused although its name is allowed, and nothing is asked', async () => {
  site.asked.length = 0;
  const fetch = new PublicFetch({ hosts: ['localhost'], userAgent: 'test' });
  fetches.push(fetch);
  expect(await fetch.get(site.url('/end'))).toMatchObject(refused);
  expect(site.asked).toEqual([]);
});

it('the address is looked at for each connection: a name that changes it is refused', async () => {
  const seen: string[] = [];
  let isFine = true;
  const fetch = open({
    isAllowedAddress: (address) => {
      seen.push(address);
      return isFine;
    },
  });
  expect(await fetch.get(site.url('/end'))).toMatchObject({ ok: true });
  expect(seen.length).toBeGreaterThan(0);
  isFine = false;
  await fetch.close();
  const again = open({ isAllowedAddress: () => false });
  expect(await again.get(site.url('/end'))).toMatchObject(refused);
});

it('hosts that are not allowed are refused: given so, by address, after a redirect, with credentials, of other schemes', async () => {
  const fetch = open();
  site.redirect('/out', 'http://169.254.169.254/latest/meta-data/');
  site.redirect('/file', 'file:///etc/passwd');
  for (const url of [
    site.url('/end', '127.0.0.1'),
    'http://example.org/',
    site.url('/out'),
    site.url('/file'),
    site.url('/end').replace('//', '//a:b@'),
  ]) {
    expect(await fetch.get(url)).toMatchObject(refused);
  }
});

it('too large, too slow, broken off, redirected in a circle, away: a failure each', async () => {
  site.text('/large', 'x'.repeat(5000));
  site.pages.set('/slow', () => undefined);
  site.pages.set('/torn', (_request, response) => {
    response.writeHead(200, { 'content-length': '100' });
    response.write('half');
    setTimeout(() => response.destroy(), 20);
  });
  site.redirect('/circle', '/circle');
  const fetch = open({ maxBytes: 1000, totalMs: 400 });
  const kinds: unknown[] = [];
  for (const path of ['/large', '/slow', '/torn', '/circle', '/missing']) {
    const reply = await fetch.get(site.url(path));
    kinds.push(reply.ok ? 'ok' : (reply.error.status ?? reply.error.kind));
  }
  expect(kinds).toEqual([200, 'stalled', 'overloaded', 'bad_request', 404]);
});
