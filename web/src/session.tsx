import { createContext, useContext } from 'react';
import type { Me, OfficeView, Permission } from '../../src/client/types.js';

/** Who uses the console, and the office that it shows. */
export interface Session {
  readonly me: Me;
  readonly office: OfficeView;
}

export const SessionContext = createContext<Session | undefined>(undefined);

/** Who uses the console. */
export function useSession(): Session {
  const session = useContext(SessionContext);
  if (session === undefined) throw new Error('a page stands outside of a session');
  return session;
}

/** Whether the person may do something; the server decides again. */
export function useMay(): (permission: Permission) => boolean {
  const { me } = useSession();
  return (permission) => me.permissions.includes(permission);
}
