import { useEffect } from 'react';
import { useLocation } from 'wouter';
import { NAV_ENTRIES } from './nav.js';

/** How long the second key of a pair is waited for. */
const PAIR_MS = 1200;

/**
 * Keys of the whole console: `g` and a letter go to a page, `/` to the search, `j` and `k` through a list. Nothing that changes
 * the world has a key. Fields keep their letters.
 */
export function useKeys(onHelp: () => void): void {
  const [, go] = useLocation();
  useEffect(() => {
    let pairUntil = 0;
    const onKey = (event: KeyboardEvent): void => {
      if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
      const entry =
        event.timeStamp < pairUntil ? NAV_ENTRIES.find(({ key }) => key === event.key) : undefined;
      pairUntil = event.key === 'g' ? event.timeStamp + PAIR_MS : 0;
      if (entry !== undefined) go(entry.path);
      else if (event.key === '?') onHelp();
      else if (event.key === '/') focusOn('[type=search]');
      else if (event.key === 'j') step(1);
      else if (event.key === 'k') step(-1);
      else return;
      event.preventDefault();
    };
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, [go, onHelp]);
}

function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable ||
      /^(input|textarea|select)$/i.test(target.tagName) ||
      target.closest('dialog') !== null)
  );
}

function focusOn(selector: string): void {
  document.querySelector<HTMLElement>(selector)?.focus();
}

/** Moves the focus among the rows of a list. */
function step(by: number): void {
  const rows = [...document.querySelectorAll<HTMLElement>('[data-row]')];
  const at = rows.indexOf(document.activeElement as HTMLElement);
  rows[Math.min(rows.length - 1, Math.max(0, at + by))]?.focus();
}
