import type { UseQueryResult } from '@tanstack/react-query';
import { useEffect, useState, type ReactNode } from 'react';
import { ApiFailure } from '../../../src/client/http.js';
import { relative } from '../../../src/client/office-time.js';
import type { Permission } from '../../../src/client/types.js';
import { wordsOf } from '../api.js';
import { useMay } from '../session.js';
import { useNow } from './time.js';

/** What is shown of something that is read: loading, an error, nothing, or the thing itself with a bar when it is old. */
export function View<T>(props: {
  readonly query: UseQueryResult<T>;
  readonly isEmpty?: (data: T) => boolean;
  /** What would be here, and what to do. */
  readonly empty?: ReactNode;
  readonly children: (data: T) => ReactNode;
}): ReactNode {
  const { query, isEmpty, empty, children } = props;
  if (query.data === undefined) {
    return query.isError ? <Failure error={query.error} retry={() => void query.refetch()} /> : <Loading />;
  }
  return (
    <>
      {query.isError && <Stale at={query.dataUpdatedAt} error={query.error} />}
      {isEmpty?.(query.data) === true ? <div className="state empty">{empty}</div> : children(query.data)}
    </>
  );
}

/** Shown after a moment, so that what comes at once does not flicker. */
export function Loading(): ReactNode {
  const [shown, setShown] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setShown(true), 150);
    return () => clearTimeout(timer);
  }, []);
  return (
    <div className="state loading" aria-busy="true">
      {shown && (
        <>
          <span className="sr-only">Loading</span>
          <div className="bone" />
          <div className="bone" />
          <div className="bone short" />
        </>
      )}
    </div>
  );
}

/** An error in words, with what may be done. */
export function Failure({
  error,
  retry,
}: {
  readonly error: unknown;
  readonly retry?: () => void;
}): ReactNode {
  const code = error instanceof ApiFailure ? error.code : 'INTERNAL';
  const field = error instanceof ApiFailure ? error.field : undefined;
  if (code === 'FORBIDDEN') return <Forbidden permission={field ?? 'another role'} />;
  return (
    <div className="state error" role="alert">
      <strong>{wordsOf(error)}</strong>
      <p>
        Code <code>{code}</code>
      </p>
      {retry !== undefined && (
        <button type="button" onClick={retry}>
          Try again
        </button>
      )}
    </div>
  );
}

function Forbidden({ permission }: { readonly permission: string }): ReactNode {
  return (
    <div className="state empty">
      <strong>You may not see this.</strong>
      <p>
        It needs the permission <code>{permission}</code>. An admin can give you a role that has it.
      </p>
    </div>
  );
}

/** Shows its content to whoever may see it, and says which permission others lack. */
export function Needs(props: { readonly permission: Permission; readonly children: ReactNode }): ReactNode {
  const may = useMay();
  return may(props.permission) ? props.children : <Forbidden permission={props.permission} />;
}

function Stale({ at, error }: { readonly at: number; readonly error: unknown }): ReactNode {
  const now = useNow(1000);
  return (
    <div className="stale" role="status">
      Last update {relative(at, now) ?? 'more than an hour ago'}. {wordsOf(error)}
    </div>
  );
}
