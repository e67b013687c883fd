import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef, useState, type ReactNode } from 'react';
import { Link, useLocation } from 'wouter';
import { clockWithZone } from '../../src/client/office-time.js';
import { api } from './api.js';
import { LiveBar } from './live/live-bar.js';
import { NAV_ENTRIES, NAVIGATION } from './nav.js';
import { useMay, useSession } from './session.js';
import { useKeys } from './shortcuts.js';
import { applyTheme, savedTheme, type Theme } from './theme.js';
import { Icon } from './ui/icon.js';
import { Dialog } from './ui/parts.js';
import { useNow } from './ui/time.js';

/** Navigation around a page. */
export function Shell({ children }: { readonly children: ReactNode }): ReactNode {
  const [menuOpen, setMenuOpen] = useState(false);
  const [help, setHelp] = useState(false);
  const [location] = useLocation();
  const main = useRef<HTMLElement>(null);
  useKeys(() => setHelp(true));
  const shown = useRef(location);
  useEffect(() => {
    setMenuOpen(false);
    // A reader of the screen is told of the new page; the first one is where the focus is anyway.
    if (shown.current !== location) main.current?.focus({ preventScroll: true });
    shown.current = location;
  }, [location]);
  return (
    <div className={menuOpen ? 'shell menu-open' : 'shell'}>
      <a className="skip" href="#main">
        Skip to the page
      </a>
      <nav className="topbar" aria-label="Menu">
        <button
          type="button"
          className="quiet"
          aria-expanded={menuOpen}
          aria-controls="navigation"
          onClick={() => setMenuOpen(!menuOpen)}
        >
          <Icon name="menu" /> Menu
        </button>
        <strong>Leibniz</strong>
      </nav>
      <Sidebar location={location} onHelp={() => setHelp(true)} />
      <main id="main" ref={main} tabIndex={-1}>
        <LiveBar />
        {children}
      </main>
      {help && <Shortcuts onClose={() => setHelp(false)} />}
    </div>
  );
}

function Sidebar({
  location,
  onHelp,
}: {
  readonly location: string;
  readonly onHelp: () => void;
}): ReactNode {
  const may = useMay();
  const { office } = useSession();
  const now = useNow(10_000);
  return (
    <header className="sidebar" id="navigation">
      <div className="brand">
        <img src={`${import.meta.env.BASE_URL}icon.svg`} alt="" width="28" height="28" />
        <div>
          <strong>Leibniz</strong>
          <span className="muted">{office.name}</span>
        </div>
      </div>
      <nav aria-label="Pages">
        {NAVIGATION.map(([group, entries]) => {
          const seen = entries.filter(({ needs }) => may(needs));
          return seen.length === 0 ? null : (
            <div key={group} className="nav-group">
              <span className="nav-name">{group}</span>
              <ul>
                {seen.map(({ path, name, icon }) => {
                  const isHere = path === '/' ? location === '/' : location.startsWith(path);
                  return (
                    <li key={path}>
                      <Link href={path} {...(isHere ? { 'aria-current': 'page' } : {})}>
                        <Icon name={icon} /> {name}
                      </Link>
                    </li>
                  );
                })}
              </ul>
            </div>
          );
        })}
      </nav>
      <div className="sidebar-foot">
        <Person />
        <ThemeChoice />
        <button type="button" className="quiet small" onClick={onHelp}>
          Keys
        </button>
        <span className="muted small" title={office.timezone}>
          {clockWithZone(now, office.timezone)}
        </span>
      </div>
    </header>
  );
}

function Person(): ReactNode {
  const { me } = useSession();
  const queries = useQueryClient();
  if (me.user === null) {
    return (
      <span className="muted small">{me.mode === 'local' ? 'This machine, no sign-in' : 'By token'}</span>
    );
  }
  const leave = async (): Promise<void> => {
    await api.auth.logout().catch(() => undefined);
    await queries.resetQueries();
  };
  return (
    <div className="person">
      <Link href="/account">
        <Icon name="person" /> {me.user.name}
      </Link>
      <button type="button" className="quiet small" onClick={() => void leave()}>
        Sign out
      </button>
    </div>
  );
}

function ThemeChoice(): ReactNode {
  const [theme, setTheme] = useState<Theme>(savedTheme);
  return (
    <label className="theme">
      <span className="sr-only">Colours</span>
      <select
        value={theme}
        onChange={({ target }) => {
          const chosen = target.value as Theme;
          setTheme(chosen);
          applyTheme(chosen);
        }}
      >
        <option value="system">System colours</option>
        <option value="light">Light</option>
        <option value="dark">Dark</option>
      </select>
    </label>
  );
}

function Shortcuts({ onClose }: { readonly onClose: () => void }): ReactNode {
  const may = useMay();
  return (
    <Dialog title="Keys" onClose={onClose}>
      <dl className="keys">
        <dt>
          <kbd>/</kbd>
        </dt>
        <dd>Search of this page</dd>
        <dt>
          <kbd>j</kbd> <kbd>k</kbd>
        </dt>
        <dd>Next and previous row of a list; Enter opens it</dd>
        {NAV_ENTRIES.filter(({ needs }) => may(needs)).map(({ key, name }) => (
          <div key={key} className="pair">
            <dt>
              <kbd>g</kbd> <kbd>{key}</kbd>
            </dt>
            <dd>{name}</dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}
