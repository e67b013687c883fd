import { useEffect, useId, useRef, type ReactNode } from 'react';
import { Icon } from './icon.js';

/** Title of a page with its actions; sets the title of the tab. */
export function PageHead(props: {
  readonly title: string;
  readonly children?: ReactNode;
  readonly note?: ReactNode;
}): ReactNode {
  const { title, children, note } = props;
  useEffect(() => {
    document.title = `${title} · Leibniz`;
  }, [title]);
  return (
    <header className="page-head">
      <div>
        <h1>{title}</h1>
        {note !== undefined && <p className="muted">{note}</p>}
      </div>
      {children !== undefined && <div className="actions">{children}</div>}
    </header>
  );
}

export type Tone = 'good' | 'warn' | 'bad' | 'plain' | 'info';

/** A word with a colour; the word says it all without the colour. */
export function Badge({
  tone = 'plain',
  children,
}: {
  readonly tone?: Tone;
  readonly children: ReactNode;
}): ReactNode {
  return <span className={`badge ${tone}`}>{children}</span>;
}

/** The documents that an answer came from. */
export function Sources({ of }: { readonly of: readonly string[] }): ReactNode {
  if (of.length === 0) return null;
  return (
    <ul className="chips" aria-label="Sources">
      {of.map((source) => (
        <li key={source}>
          <Badge tone="info">{source}</Badge>
        </li>
      ))}
    </ul>
  );
}

/** A number with what it counts. */
export function Figure(props: {
  readonly label: string;
  readonly value: ReactNode;
  readonly note?: ReactNode;
  readonly tone?: Tone;
}): ReactNode {
  const { label, value, note, tone = 'plain' } = props;
  return (
    <div className={`figure ${tone}`}>
      <dt>{label}</dt>
      <dd>
        <span className="value">{value}</span>
        {note !== undefined && <span className="muted">{note}</span>}
      </dd>
    </div>
  );
}

/** A part of a page with a heading. */
export function Card(props: {
  readonly title?: string;
  readonly aside?: ReactNode;
  readonly className?: string;
  readonly children: ReactNode;
}): ReactNode {
  const { title, aside, className = '', children } = props;
  const id = useId();
  return (
    <section className={`card ${className}`} {...(title === undefined ? {} : { 'aria-labelledby': id })}>
      {title !== undefined && (
        <div className="card-head">
          <h2 id={id}>{title}</h2>
          {aside}
        </div>
      )}
      {children}
    </section>
  );
}

/** A labelled field; what the API says of it stands below. */
export function Field(props: {
  readonly label: string;
  readonly hint?: string | undefined;
  readonly problem?: string | undefined;
  readonly children: (ids: { id: string; 'aria-describedby': string; 'aria-invalid': boolean }) => ReactNode;
}): ReactNode {
  const { label, hint, problem, children } = props;
  const id = useId();
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      {children({ id, 'aria-describedby': `${id}-note`, 'aria-invalid': problem !== undefined })}
      <p id={`${id}-note`} className={problem === undefined ? 'muted' : 'problem'}>
        {problem ?? hint}
      </p>
    </div>
  );
}

/** A question or form over the page. Escape closes it; the focus stays inside. */
export function Dialog(props: {
  readonly title: string;
  readonly onClose: () => void;
  readonly children: ReactNode;
}): ReactNode {
  const { title, onClose, children } = props;
  const ref = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => {
    const dialog = ref.current;
    dialog?.showModal();
    return () => dialog?.close();
  }, []);
  return (
    <dialog ref={ref} aria-labelledby={id} onCancel={onClose} onClose={onClose}>
      <div className="card-head">
        <h2 id={id}>{title}</h2>
        <button type="button" className="quiet" onClick={onClose}>
          Close
        </button>
      </div>
      {children}
    </dialog>
  );
}

/** Moves through a list; the page is a number of the address. */
export function Pager(props: {
  readonly page: number;
  readonly size: number;
  readonly total: number;
  readonly onPage: (page: number) => void;
}): ReactNode {
  const { page, size, total, onPage } = props;
  const pages = Math.max(1, Math.ceil(total / size));
  const from = total === 0 ? 0 : (page - 1) * size + 1;
  return (
    <nav className="pager" aria-label="Pages of the list">
      <span className="muted">
        {from} to {Math.min(total, page * size)} of {total}
      </span>
      <button type="button" disabled={page <= 1} onClick={() => onPage(page - 1)} aria-label="Previous page">
        <Icon name="left" />
      </button>
      <button type="button" disabled={page >= pages} onClick={() => onPage(page + 1)} aria-label="Next page">
        <Icon name="right" />
      </button>
    </nav>
  );
}

/** A table whose first row names its columns. Wide ones scroll by themselves. */
export function Table(props: {
  readonly label: string;
  readonly columns: readonly string[];
  readonly children: ReactNode;
}): ReactNode {
  const { label, columns, children } = props;
  return (
    <div className="table-scroll" role="region" aria-label={`Table: ${label}`} tabIndex={0}>
      <table>
        <thead>
          <tr>
            {columns.map((column) => (
              <th key={column} scope="col">
                {column === '' ? <span className="sr-only">Actions</span> : column}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>{children}</tbody>
      </table>
    </div>
  );
}

/** Text that nobody gave. */
export function orDash(value: string | null | undefined): string {
  return value === null || value === undefined || value === '' ? '–' : value;
}

/** `caller_hangup` as people read it. */
export function plain(word: string): string {
  const text = word.replaceAll('_', ' ').toLowerCase();
  return text.charAt(0).toUpperCase() + text.slice(1);
}
