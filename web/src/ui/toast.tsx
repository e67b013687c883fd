import { createContext, useCallback, useContext, useState, type ReactNode } from 'react';

interface Toast {
  readonly id: number;
  readonly text: string;
  readonly isError: boolean;
}

const ToastContext = createContext<(text: string, isError?: boolean) => void>(() => undefined);
const SHOWN_MS = 6000;

/** Says something in passing; an error stays until it is closed. */
export const useToast = (): ((text: string, isError?: boolean) => void) => useContext(ToastContext);

/** Where passing messages are shown. */
export function ToastHost({ children }: { readonly children: ReactNode }): ReactNode {
  const [toasts, setToasts] = useState<readonly Toast[]>([]);
  const drop = useCallback((id: number) => setToasts((now) => now.filter((one) => one.id !== id)), []);
  const say = useCallback(
    (text: string, isError = false) => {
      const id = performance.now();
      setToasts((now) => [...now.slice(-3), { id, text, isError }]);
      if (!isError) setTimeout(() => drop(id), SHOWN_MS);
    },
    [drop],
  );
  return (
    <ToastContext value={say}>
      {children}
      <div className="toasts" role="status" aria-live="polite">
        {toasts.map(({ id, text, isError }) => (
          <div key={id} className={isError ? 'toast bad' : 'toast'}>
            <span>{text}</span>
            <button type="button" className="quiet" onClick={() => drop(id)}>
              Close
            </button>
          </div>
        ))}
      </div>
    </ToastContext>
  );
}
