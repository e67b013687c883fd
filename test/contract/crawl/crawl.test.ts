import { join } from 'node:path';
import { crawlJob } from '../../../src/jobs/crawl.js';
import { materialsOf } from '../../../src/store/aggregates/materials.js';
import { PgliteDatabase } from '../../../src/store/db/pglite-database.js';
import type { JsonValue } from '../../../src/store/journal-event.js';
import type { Materials } from '../../../src/store/types.js';
import { makePdf } from '../../support/document-files.js';
import { EmbeddedTemplate, Folders } from '../store/harness.js';
import { Site } from './site.js';

const folders = new Folders();
const site = new Site();
let db: PgliteDatabase;
let materials: Materials;

beforeAll(async () => {
  await site.start();
  db = await PgliteDatabase.open(join(await new EmbeddedTemplate(folders).dataDir(), 'db'));
  materials = materialsOf(db, Date.now, () => undefined);
}, 60_000);
afterAll(async () => {
  await db.close();
  await site.stop();
  await folders.remove();
}, 30_000);

let crawls = 0;

async function crawl(
  urls: readonly string[],
  limits: { maxPages?: number; maxDepth?: number } = {},
  { id = `crawl-${++crawls}`, wallNow = Date.now }: { id?: string; wallNow?: () => number } = {},
): Promise<JsonValue> {
  const run = crawlJob({ db, wallNow, hosts: ['localhost'], privateNetworks: true, pauseMs: 0 });
  return run(id, { urls: [...urls], maxPages: 50, maxDepth: 3, ...limits });
}

const paths = async (): Promise<string[]> =>
  (await materials.all())
    .flatMap(({ versions }) => versions.map(({ filePath }) => new URL(filePath).pathname))
    .sort();

it('a site: robots, sitemap, canonical addresses, robots of a page, PDF, main content; then again with what has changed', async () => {
  site.text('/robots.txt', `User-agent: *\nDisallow: /secret\nSitemap: ${site.url('/sitemap.xml')}\n`);
  site.text(
    '/sitemap.xml',
    `<urlset><url><loc>${site.url('/from-sitemap')}</loc></url></urlset>`,
    'application/xml',
  );
  site.html(
    '/',
    '<nav><a href="/secret/x">s</a></nav><main><h1>Home</h1><p>We are the office of the town and we are glad that you came.</p><a href="/fees?utm_source=x">f</a> <a href="/copy">c</a> <a href="/hidden">h</a> <a href="/guide.pdf">g</a> <a href="http://other.test/">o</a> <a href="/logo.png">l</a></main>',
  );
  site.html('/fees', '<h1>Fees</h1><p>A permit costs forty dollars.</p>');
  site.html('/copy', '<h1>Copy</h1><p>A copy of the fees.</p>', '<link rel="canonical" href="/fees">');
  site.html('/hidden', '<h1>Hidden</h1><p>Not to be searched.</p>', '<meta name="robots" content="noindex">');
  site.html('/from-sitemap', '<h1>Hours</h1><p>We open at nine.</p>');
  site.html('/secret/x', '<p>Secret.</p>');
  const pdf = makePdf([[{ text: 'The guide says more.', y: 700 }]]);
  site.pages.set('/guide.pdf', (_request, response) =>
    response.writeHead(200, { 'content-type': 'application/pdf' }).end(pdf),
  );
  const first = await crawl([site.url('/')]);
  expect(first).toMatchObject({ done: 4, failed: 0, stopped: null });
  expect(await paths()).toEqual(['/', '/fees', '/from-sitemap', '/guide.pdf']);
  expect(site.asked).not.toContain('/secret/x');
  expect(site.asked).not.toContain('/logo.png');
  expect(site.asked.filter((path) => path.startsWith('/fees'))).toEqual(['/fees']);
  const fees = (await materials.all()).find(({ title }) => title === 'Fees');
  expect(fees).toMatchObject({ source: 'crawl', versions: [{ kind: 'html', version: 1 }] });

  site.html('/fees', '<h1>Fees</h1><p>A permit costs fifty dollars now.</p>');
  site.pages.delete('/guide.pdf');
  const second = await crawl([site.url('/')]);
  expect(second).toMatchObject({ done: 1, unchanged: 2, gone: 1 });
  expect(await paths()).toEqual(['/', '/fees', '/from-sitemap']);
  const changed = await materials.get(fees?.id ?? '');
  expect(changed?.versions.map(({ version }) => version)).toEqual([2]);
  expect(await materials.sections(fees?.id ?? '', 2)).toMatchObject([
    { paragraphs: ['A permit costs fifty dollars now.'] },
  ]);
}, 60_000);

it('limits: depth, pages; what is left is said', async () => {
  site.text('/robots.txt', '');
  for (let i = 0; i < 6; i++)
    {site.html(
      `/chain/${i}`,
      `<h1>Page ${i}</h1><p>This is page ${i} of the chain.</p><a href="/chain/${i + 1}">next</a>`,
    );}
  expect(await crawl([site.url('/chain/0')], { maxDepth: 2 })).toMatchObject({ done: 3 });
  site.html(
    '/wide',
    `<p>All pages of the wide one.</p>${[1, 2, 3, 4].map((i) => `<a href="/wide/${i}">x</a>`).join('')}`,
  );
  for (const i of [1, 2, 3, 4]) site.html(`/wide/${i}`, `<p>Wide page number ${i}.</p>`);
  const job = await crawl([site.url('/wide')], { maxPages: 2, maxDepth: 1 });
  expect(job).toMatchObject({ stopped: 'pages' });
}, 60_000);

it('a site that cannot say what robots may do is not read; one of which nothing can be read fails the job', async () => {
  site.pages.set('/robots.txt', (_request, response) => response.writeHead(500).end());
  const before = await paths();
  expect(await crawl([site.url('/fees')])).toMatchObject({ done: 0, failed: 0 });
  site.text('/robots.txt', '');
  site.pages.set('/broken', (_request, response) => response.writeHead(503).end());
  site.asked.length = 0;
  await expect(crawl([site.url('/broken')])).rejects.toThrow('no page could be read');
  expect((await paths()).length).toBeLessThanOrEqual(before.length);
}, 60_000);

it('a crawl that dies in the middle goes on with the pages that it had not read, and reads none twice', async () => {
  for (const i of [1, 2, 3]) site.html(`/long/${i}`, `<p>Long page number ${i}.</p>`);
  const links = [1, 2, 3].map((i) => `<a href="/long/${i}">x</a>`).join('');
  site.html('/long', `<p>The first of the long ones.</p>${links}`);
  let settled = 0;
  const wallNow = (): number => {
    if (++settled > 2) throw new Error('the program dies');
    return Date.now();
  };
  await expect(crawl([site.url('/long')], {}, { id: 'long', wallNow })).rejects.toThrow('the program dies');
  site.asked.length = 0;
  expect(await crawl([site.url('/long')], {}, { id: 'long' })).toMatchObject({ done: 2 });
  expect(site.asked.filter((path) => path.startsWith('/long'))).toEqual(['/long/2', '/long/3']);
  expect((await paths()).filter((path) => path.startsWith('/long'))).toHaveLength(4);
}, 60_000);
