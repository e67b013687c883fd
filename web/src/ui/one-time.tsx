import { useState, type ReactNode } from 'react';

/** A text that is shown once, to be copied. */
export function OneTime({ text }: { readonly text: string }): ReactNode {
  const [isCopied, setCopied] = useState(false);
  // Only pages on HTTPS or localhost have a clipboard; elsewhere the text can be selected.
  const clipboard = (navigator as { readonly clipboard?: Clipboard }).clipboard;
  const copy = async (): Promise<void> => {
    await clipboard?.writeText(text);
    setCopied(true);
  };
  return (
    <div className="one-time">
      <code>{text}</code>
      {clipboard !== undefined && (
        <button type="button" onClick={() => void copy()}>
          {isCopied ? 'Copied' : 'Copy'}
        </button>
      )}
    </div>
  );
}
