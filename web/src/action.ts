import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { wordsOf } from './api.js';
import { useToast } from './ui/toast.js';

/** Something that is done on a click. */
export interface Action {
  readonly isBusy: boolean;
  /** Does it; true when it succeeded. Failures are said, and what was read is read again. */
  readonly run: (act: () => Promise<unknown>, done: string) => Promise<boolean>;
}

/**
 * One action at a time.
 *
 * @param keys - beginnings of the keys of what is read again afterwards, also after a failure: a conflict means that it changed
 */
export function useAction(...keys: readonly string[]): Action {
  const [isBusy, setBusy] = useState(false);
  const queries = useQueryClient();
  const say = useToast();
  const run = async (act: () => Promise<unknown>, done: string): Promise<boolean> => {
    setBusy(true);
    try {
      await act();
      say(done);
      return true;
    } catch (error) {
      say(wordsOf(error), true);
      return false;
    } finally {
      setBusy(false);
      await Promise.all(keys.map((key) => queries.invalidateQueries({ queryKey: [key] })));
    }
  };
  return { isBusy, run };
}
