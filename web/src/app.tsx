import { useQueryClient } from '@tanstack/react-query';
import { lazy, Suspense, type ReactNode } from 'react';
import { Route, Switch } from 'wouter';
import { ApiFailure } from '../../src/client/http.js';
import type { Permission } from '../../src/client/types.js';
import { api, useApi } from './api.js';
import { SupervisionProvider } from './live/supervision.js';
import { SignIn } from './pages/sign-in.js';
import { SessionContext } from './session.js';
import { Shell } from './shell.js';
import { PageHead } from './ui/parts.js';
import { Failure, Loading, Needs } from './ui/view.js';

const Overview = lazy(() => import('./pages/overview.js'));
const Live = lazy(() => import('./pages/live.js'));
const Calls = lazy(() => import('./pages/calls.js'));
const Call = lazy(() => import('./pages/call.js'));
const Analytics = lazy(() => import('./pages/analytics.js'));
const Appointments = lazy(() => import('./pages/appointments.js'));
const Callbacks = lazy(() => import('./pages/callbacks.js'));
const Jobs = lazy(() => import('./pages/jobs.js'));
const Knowledge = lazy(() => import('./pages/knowledge.js'));
const Chat = lazy(() => import('./pages/chat.js'));
const Test = lazy(() => import('./pages/test.js'));
const System = lazy(() => import('./pages/system.js'));
const Settings = lazy(() => import('./pages/settings.js'));
const Users = lazy(() => import('./pages/users.js'));
const Audit = lazy(() => import('./pages/audit.js'));
const Account = lazy(() => import('./pages/account.js'));
const OneTimeLink = lazy(() => import('./pages/one-time-link.js'));

const LINKS = ['setup', 'invite', 'reset', 'verify'] as const;

/** Pages for everybody, and behind them those of who is signed in. */
export function App(): ReactNode {
  return (
    <Suspense fallback={<Loading />}>
      <Switch>
        {LINKS.map((purpose) => (
          <Route key={purpose} path={`/${purpose}`}>
            <OneTimeLink purpose={purpose} />
          </Route>
        ))}
        <Route>
          <SignedIn />
        </Route>
      </Switch>
    </Suspense>
  );
}

function SignedIn(): ReactNode {
  const queries = useQueryClient();
  const me = useApi(['me'], (signal) => api.auth.me(signal), 60_000);
  const office = useApi(['office', me.data?.user?.id], (signal) => api.system.office(signal));
  const isOut = me.error instanceof ApiFailure && me.error.status === 401;
  if (isOut) {
    return (
      <SignIn
        onDone={() => {
          queries.clear();
          void me.refetch();
        }}
      />
    );
  }
  if (me.data === undefined || office.data === undefined) {
    const failed = me.isError ? me : office.isError && me.data !== undefined ? office : undefined;
    return (
      <main className="lone">
        {failed === undefined ? (
          <Loading />
        ) : (
          <Failure error={failed.error} retry={() => void Promise.all([me.refetch(), office.refetch()])} />
        )}
      </main>
    );
  }
  return (
    <SessionContext value={{ me: me.data, office: office.data }}>
      <SupervisionProvider>
        <Shell>
          <Suspense fallback={<Loading />}>
            <Pages />
          </Suspense>
        </Shell>
      </SupervisionProvider>
    </SessionContext>
  );
}

function Pages(): ReactNode {
  return (
    <Switch>
      {page('/', 'calls.read', <Overview />)}
      <Route path="/live/:id?">
        {({ id }) => guarded('live.read', <Live {...(id === undefined ? {} : { callId: id })} />)}
      </Route>
      {page('/calls', 'calls.read', <Calls />)}
      <Route path="/calls/:id">{({ id }) => guarded('calls.read', <Call id={id} />)}</Route>
      {page('/analytics', 'analytics.read', <Analytics />)}
      {page('/appointments', 'appointments.read', <Appointments />)}
      {page('/callbacks', 'calls.read', <Callbacks />)}
      {page('/jobs', 'jobs.read', <Jobs />)}
      {page('/knowledge', 'knowledge.read', <Knowledge />)}
      {page('/chat', 'test.use', <Chat />)}
      {page('/test', 'test.use', <Test />)}
      {page('/system', 'health.read', <System />)}
      {page('/settings', 'settings.read', <Settings />)}
      {page('/users', 'users.manage', <Users />)}
      {page('/audit', 'audit.read', <Audit />)}
      <Route path="/account">
        <Account />
      </Route>
      <Route>
        <PageHead title="No such page" />
        <div className="state empty">The console has no page under this address.</div>
      </Route>
    </Switch>
  );
}

function page(path: string, permission: Permission, content: ReactNode): ReactNode {
  return (
    <Route key={path} path={path}>
      {guarded(permission, content)}
    </Route>
  );
}

function guarded(permission: Permission, content: ReactNode): ReactNode {
  return <Needs permission={permission}>{content}</Needs>;
}
