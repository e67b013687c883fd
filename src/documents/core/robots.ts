/** What a site lets a robot do (RFC 9309). */
export interface RobotRules {
  /** Whether a path with its query may be asked for. */
  allows(path: string): boolean;
  /** Pause between two requests that the site asks for, where it does. */
  readonly delayMs?: number;
  readonly sitemaps: readonly string[];
}

interface Rule {
  readonly allow: boolean;
  readonly pattern: string;
}

interface Group {
  readonly agents: string[];
  readonly rules: Rule[];
  delayS: number | undefined;
}

/** Everything is allowed: the site has no rules. */
export const NO_RULES: RobotRules = { allows: () => true, sitemaps: [] };
/** Nothing is allowed: the site could not say (RFC 9309, 2.3.1.4). */
export const UNKNOWN_RULES: RobotRules = { allows: () => false, sitemaps: [] };

/** Characters of the file that are read (RFC 9309, 2.5). */
const MAX_CHARS = 512_000;
const MAX_RULES = 5000;

/**
 * Reads a robots.txt: the group of the robot's own name counts, else that of `*`; of the rules that fit a path the longest
 * counts, and of two equally long ones the one that allows.
 *
 * @param robot - product token, lower case
 */
export function robotRules(text: string, robot: string): RobotRules {
  const { groups, sitemaps } = parse(text.slice(0, MAX_CHARS));
  const named = groups.filter(({ agents }) => agents.includes(robot));
  const own = named.length > 0 ? named : groups.filter(({ agents }) => agents.includes('*'));
  const rules = own.flatMap((group) => group.rules).slice(0, MAX_RULES);
  const delayS = own.find((group) => group.delayS !== undefined)?.delayS;
  return {
    allows: (path) => {
      const best = rules
        .filter(({ pattern }) => fits(pattern, path))
        .reduce<Rule | undefined>(
          (top, rule) => (top === undefined || isStronger(rule, top) ? rule : top),
          undefined,
        );
      return best?.allow ?? true;
    },
    ...(delayS === undefined ? {} : { delayMs: delayS * 1000 }),
    sitemaps,
  };
}

const isStronger = (rule: Rule, other: Rule): boolean =>
  rule.pattern.length > other.pattern.length || (rule.pattern.length === other.pattern.length && rule.allow);

function parse(text: string): { readonly groups: readonly Group[]; readonly sitemaps: readonly string[] } {
  const groups: Group[] = [];
  const sitemaps: string[] = [];
  let isListing = false;
  for (const line of text.split(/\r\n|\r|\n/)) {
    const [, key = '', value = ''] = /^\s*([\w-]+)\s*:\s*([^#]*)/.exec(line) ?? [];
    const name = key.toLowerCase();
    const given = value.trim();
    if (name === 'sitemap' && given !== '') sitemaps.push(given);
    if (name === 'user-agent') {
      const agent = given.toLowerCase().replace(/\/.*$/, '');
      if (isListing) groups.at(-1)?.agents.push(agent);
      else groups.push({ agents: [agent], rules: [], delayS: undefined });
      isListing = true;
      continue;
    }
    const group = groups.at(-1);
    if (group === undefined || name === '' || name === 'sitemap') continue;
    isListing = false;
    // An empty rule says nothing.
    if ((name === 'allow' || name === 'disallow') && given !== '') {
      group.rules.push({ allow: name === 'allow', pattern: given });
    }
    if (name === 'crawl-delay' && /^\d{1,4}(\.\d{1,3})?$/.test(given)) group.delayS = Number(given);
  }
  return { groups, sitemaps };
}

/** `*` stands for anything, `$` at the end for the end. No backtracking: a hostile pattern costs no more than its length. */
function fits(pattern: string, path: string): boolean {
  const isWhole = pattern.endsWith('$');
  const parts = (isWhole ? pattern.slice(0, -1) : pattern).split('*');
  const [first = '', ...rest] = parts;
  if (!path.startsWith(first)) return false;
  let at = first.length;
  for (const [index, part] of rest.entries()) {
    const isLast = index === rest.length - 1;
    if (isLast && isWhole) return path.length - part.length >= at && path.endsWith(part);
    const found = path.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return !isWhole || at === path.length;
}
