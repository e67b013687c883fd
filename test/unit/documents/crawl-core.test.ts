import { pageAddress, sitemapAddresses } from '../../../src/documents/core/addresses.js';
import { robotRules } from '../../../src/documents/core/robots.js';

describe('robots.txt', () => {
  const rules = robotRules(
    `User-agent: *
Disallow: /
User-agent: Leibniz/2.0
User-agent: other
Crawl-delay: 2.5 # seconds
Disallow: /private
Allow: /private/open
Disallow: /*.tmp$
Disallow: /search?*q=
Disallow:
Sitemap: https://www.example.org/sitemap.xml`,
    'leibniz',
  );

  it.each([
    ['/', true],
    ['/public/page', true],
    ['/private', false],
    ['/privately', false],
    ['/private/open/door', true],
    ['/notes.tmp', false],
    ['/notes.tmp?x=1', true],
    ['/search?a=1&q=x', false],
    ['/search', true],
  ])('%s: %s', (path, expected) => {
    expect(rules.allows(path)).toBe(expected);
  });

  it('gives pause and sitemaps, and the group of all others where there is none of its own', () => {
    expect(rules).toMatchObject({ delayMs: 2500, sitemaps: ['https://www.example.org/sitemap.xml'] });
    expect(robotRules('User-agent: *\nDisallow: /a\n', 'leibniz').allows('/a')).toBe(false);
    expect(robotRules('', 'leibniz').allows('/a')).toBe(true);
    expect(robotRules('User-agent: *\nDisallow: /a\nAllow: /a\n', 'leibniz').allows('/a')).toBe(true);
  });

  it('a hostile pattern costs little', () => {
    const hostile = robotRules(`User-agent: *\nDisallow: /${'*a'.repeat(5000)}$\n`, 'leibniz');
    const start = performance.now();
    expect(hostile.allows(`/${'a'.repeat(5000)}b`)).toBe(true);
    expect(performance.now() - start).toBeLessThan(200);
  });
});

it.each([
  ['/fees', 'https://www.example.org/fees'],
  ['HTTP://WWW.Example.org:80/a/../b#top', 'http://www.example.org/b'],
  ['?page=2&utm_source=mail&gclid=1', 'https://www.example.org/x/?page=2'],
  ['mailto:a@example.org', undefined],
  ['javascript:alert(1)', undefined],
  ['https://user:word@example.org/', undefined],
  ['/logo.PNG', undefined],
  ['http://', undefined],
  [`/${'a'.repeat(2000)}`, undefined],
])('%s is %s', (text, expected) => {
  expect(pageAddress(text, 'https://www.example.org/x/')).toBe(expected);
});

it('a sitemap gives its addresses, another text none', () => {
  const map =
    '<?xml version="1.0"?><urlset xmlns="x"><url><loc> https://a.org/?a=1&amp;b=2 </loc></url><url><loc><![CDATA[https://a.org/b]]></loc></url></urlset>';
  expect(sitemapAddresses(map, 10)).toEqual(['https://a.org/?a=1&b=2', 'https://a.org/b']);
  expect(sitemapAddresses(map, 1)).toHaveLength(1);
  expect(sitemapAddresses('<html><loc>x</loc></html>', 10)).toBeUndefined();
});
