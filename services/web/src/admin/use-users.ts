'use client';

import { useState } from 'react';
import { type AsyncListData, useAsyncList } from 'react-aria-components';
import { ask } from '@/api/request';
import { useSession } from '@/session/session-provider';
import { callOf, type UserChange, type UserEntry, type UserPage, usersPath } from './user';

export interface Users {
  /** Its `filterText` is a part of the address. */
  readonly list: AsyncListData<UserEntry>;
  readonly hasMore: boolean;
  /** The roles that there are. */
  readonly roles: readonly string[];
  /** Throws Failure; the list follows. */
  readonly apply: (change: UserChange, roles: readonly string[]) => Promise<void>;
}

/** The users, page by page, the newest first. */
export const useUsers = (): Users => {
  const { user: me } = useSession();
  const [{ hasMore, roles }, setPage] = useState<Pick<Users, 'hasMore' | 'roles'>>({ hasMore: false, roles: [] });
  const list = useAsyncList<UserEntry>({
    getKey: ({ id }) => id,
    load: async ({ signal, cursor, filterText }) => {
      const page = await ask<UserPage>(usersPath(filterText, cursor), { signal });
      setPage({ hasMore: page.nextCursor !== null, roles: page.roles });
      return { items: page.users, ...(page.nextCursor !== null && { cursor: page.nextCursor }) };
    },
  });
  const apply: Users['apply'] = async (change, wanted) => {
    const { path, ...call } = callOf(change, wanted);
    const changed = await ask<UserEntry>(path, call);
    // Who has changed themselves may not be somebody who sees this page any more.
    if (changed.id === me?.id) window.location.reload();
    else list.update(changed.id, changed);
  };
  return { list, hasMore, roles, apply };
};
