import type { ReactNode } from 'react';
import { plain } from './parts.js';

const MAX_DEPTH = 4;

/** Values of any shape as a list of names and values. */
export function Tree({ value, depth = 0 }: { readonly value: unknown; readonly depth?: number }): ReactNode {
  if (value === null || value === undefined) return <span className="muted">–</span>;
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (typeof value === 'number') return <span className="num">{Number(value.toFixed(3))}</span>;
  if (typeof value === 'string') return value;
  if (typeof value !== 'object' || depth >= MAX_DEPTH) return <code>{JSON.stringify(value)}</code>;
  if (Array.isArray(value) && value.every((item) => typeof item !== 'object')) return value.join(', ');
  return (
    <dl className="tree">
      {Object.entries(value).map(([name, inner]) => (
        <div key={name}>
          <dt>{spaced(name)}</dt>
          <dd>
            <Tree value={inner as unknown} depth={depth + 1} />
          </dd>
        </div>
      ))}
    </dl>
  );
}

const spaced = (name: string): string => plain(name.replace(/([a-z])([A-Z])/g, '$1_$2'));
