/** Parameters that tell where a visitor came from, not what is shown. */
const TRACKING =
  /^(?:utm_\w+|gclid|fbclid|msclkid|mc_cid|mc_eid|_ga|ref_src|sessionid|phpsessid|jsessionid)$/i;
/** Endings of files that hold no text. */
const NO_TEXT =
  /\.(?:png|jpe?g|gif|webp|svg|ico|css|js|mjs|json|woff2?|ttf|mp[34]|m4a|wav|ogg|webm|avi|mov|zip|gz|tgz|rar|7z|exe|dmg|iso|apk|ics)$/i;
const LONGEST = 1000;

/**
 * One writing of an address: without fragment, tracking parameters and default port, host in lower case.
 *
 * @param base - the page that it stands on
 * @returns `undefined` for what is no web page: other schemes, pictures, programs, credentials, too long
 */
export function pageAddress(text: string, base?: string): string | undefined {
  if (!URL.canParse(text, base)) return undefined;
  const url = new URL(text, base);
  if (!/^https?:$/.test(url.protocol) || url.username !== '' || NO_TEXT.test(url.pathname)) return undefined;
  url.hash = '';
  for (const name of [...url.searchParams.keys()]) if (TRACKING.test(name)) url.searchParams.delete(name);
  if (url.search === '') url.search = '';
  return url.href.length <= LONGEST ? url.href : undefined;
}

/** Addresses of a sitemap or an index of sitemaps (sitemaps.org 0.9); undefined for a text that is none. */
export function sitemapAddresses(text: string, most: number): string[] | undefined {
  if (!/<(?:\w+:)?(?:urlset|sitemapindex)\b/.test(text.slice(0, 2000))) return undefined;
  const found: string[] = [];
  for (const match of text.matchAll(/<(?:\w+:)?loc>\s*(?:<!\[CDATA\[)?([^<\]]{1,2000})/g)) {
    found.push(
      (match[1] ?? '')
        .trim()
        .replace(/&amp;/g, '&')
        .replace(/&apos;/g, "'")
        .replace(/&quot;/g, '"'),
    );
    if (found.length >= most) break;
  }
  return found;
}
