import { useEffect, useState, type ReactNode } from 'react';

const WAIT_MS = 350;

/** A search that begins when the typing pauses. */
export function SearchBox(props: {
  readonly label: string;
  readonly hint: string;
  readonly value: string;
  readonly onSearch: (text: string) => void;
}): ReactNode {
  const { label, hint, value, onSearch } = props;
  const [text, setText] = useState(value);
  // What the address says counts: back and a cleared filter change the field too.
  useEffect(() => setText(value), [value]);
  useEffect(() => {
    if (text === value) return undefined;
    const timer = setTimeout(() => onSearch(text), WAIT_MS);
    return () => clearTimeout(timer);
  }, [text, value, onSearch]);
  return (
    <label>
      {label}
      <input type="search" value={text} placeholder={hint} onChange={({ target }) => setText(target.value)} />
    </label>
  );
}
