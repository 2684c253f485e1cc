'use client';

import { SearchX } from 'lucide-react';
import { useTranslations } from 'next-intl';
import { useState } from 'react';
import { useSession } from '@/session/session-provider';
import { Button } from '@/ui/button';
import { Empty, Waiting } from '@/ui/empty';
import { LoadFailure } from '@/ui/load-failure';
import { SearchBox } from '@/ui/search-box';
import { useUsers } from './use-users';
import type { UserChange } from './user';
import { UserDialog } from './user-dialog';
import { UserRow } from './user-row';

/** Every user, the newest first, and what an administrator can do. */
export const UsersView = () => {
  const t = useTranslations('users');
  const { user: me } = useSession();
  const users = useUsers();
  const [change, setChange] = useState<UserChange>();
  const { list, hasMore } = users;
  const loading = list.loadingState === 'loading' || list.loadingState === 'filtering';
  return (
    <section aria-label={t('title')} aria-busy={loading} className="flex flex-col gap-4">
      <SearchBox label={t('search')} value={list.filterText} onChange={list.setFilterText} />
      {list.loadingState === 'error' && <LoadFailure title={t('failed')} error={list.error} again={list.reload} />}
      <div className="overflow-hidden rounded-xl border border-line bg-panel shadow-panel empty:hidden">
        {loading && list.items.length === 0 && <Waiting label={t('loading')} />}
        {list.loadingState === 'idle' && list.items.length === 0 && <Empty icon={SearchX} title={t('none')} />}
        {list.items.length > 0 && (
          <ul className="divide-y divide-line">
            {list.items.map((user) => (
              <UserRow
                key={user.id}
                user={user}
                self={user.id === me?.id}
                onChange={(kind) => setChange({ kind, user })}
              />
            ))}
          </ul>
        )}
      </div>
      {hasMore && list.items.length > 0 && (
        <Button
          look="plain"
          className="self-center"
          isPending={list.loadingState === 'loadingMore'}
          onPress={list.loadMore}
        >
          {t('more')}
        </Button>
      )}
      <UserDialog change={change} users={users} onClose={() => setChange(undefined)} />
    </section>
  );
};
