'use client';

import { type RefObject, useEffect, useRef, useState } from 'react';
import { type AsyncListData, useAsyncList } from 'react-aria-components';
import type { TokenClient } from '@/api/request';
import { useSession } from '@/session/session-provider';
import { tabs } from '@/session/tabs';
import { listPath, matches, type Task, type TaskFilter, type TaskPage, tasksPath } from './task';

const taskTabs = tabs<'changed'>('keyturn-tasks');

export interface Tasks {
  readonly list: AsyncListData<Task>;
  readonly hasMore: boolean;
  /** Each throws Failure; the list, here and in other tabs, follows. */
  readonly create: (input: TaskInput) => Promise<void>;
  readonly change: (task: Task, input: TaskInput) => Promise<void>;
  readonly toggle: (task: Task) => Promise<void>;
  readonly remove: (task: Task) => Promise<void>;
}

export interface TaskInput {
  readonly title: string;
  readonly description: string | null;
}

/** The tasks of the signed-in user, page by page, kept the same in all tabs. */
export const useTasks = (filter: TaskFilter): Tasks => {
  const { user, api } = useSession();
  const userId = user?.id ?? '';
  const [hasMore, setHasMore] = useState(false);
  const changes = useRef(0);
  const list = useAsyncList<Task>({
    getKey: ({ id }) => id,
    load: async ({ signal, cursor }) => {
      const page = await sinceChanged(changes, () => api.ask<TaskPage>(listPath(userId, filter, cursor), { signal }));
      setHasMore(page.nextCursor !== null);
      return { items: page.items, ...(page.nextCursor !== null && { cursor: page.nextCursor }) };
    },
  });
  useReload(list.reload, filter);
  const now = useRef({ filter, reload: list.reload });
  useEffect(() => {
    now.current = { filter, reload: list.reload };
  });
  /** `follow`: what it does to the list that it was begun with. Another one by now is loaded again. */
  const changed = (follow: () => void): void => {
    changes.current += 1;
    if (now.current.filter === filter) follow();
    else now.current.reload();
    taskTabs.tell('changed');
  };
  return { list, hasMore, ...actions(api, userId, filter, list, changed) };
};

/** Asks again as long as something was changed here meanwhile: an answer from before it would take that from the list. */
const sinceChanged = async <T>(changes: RefObject<number>, ask: () => Promise<T>): Promise<T> => {
  for (;;) {
    const before = changes.current;
    const answer = await ask();
    if (changes.current === before) return answer;
  }
};

const actions = (
  api: TokenClient,
  userId: string,
  filter: TaskFilter,
  list: AsyncListData<Task>,
  changed: (follow: () => void) => void,
): Omit<Tasks, 'list' | 'hasMore'> => {
  const keep = (task: Task): void =>
    changed(() => (matches(task, filter) ? list.update(task.id, task) : list.remove(task.id)));
  return {
    create: async (input) => {
      const task = await api.ask<Task>(tasksPath(userId), { method: 'POST', body: input });
      changed(() => matches(task, filter) && list.prepend(task));
    },
    change: async ({ id }, input) => keep(await api.ask<Task>(tasksPath(userId, id), { method: 'PUT', body: input })),
    toggle: async (task) => {
      // Shown at once: it is nearly always what happens.
      list.update(task.id, { ...task, completed: !task.completed });
      try {
        keep(await api.ask<Task>(`${tasksPath(userId, task.id)}/complete`, { method: 'PATCH', body: {} }));
      } catch (error) {
        list.update(task.id, task);
        throw error;
      }
    },
    remove: async ({ id }) => {
      await api.ask(tasksPath(userId, id), { method: 'DELETE' });
      changed(() => list.remove(id));
    },
  };
};

/** Loads the list again when its filter changes, and when another tab has changed something. */
const useReload = (reload: () => void, { shown, search }: TaskFilter): void => {
  const loaded = useRef(`${shown} ${search}`);
  useEffect(() => {
    if (loaded.current === `${shown} ${search}`) return;
    loaded.current = `${shown} ${search}`;
    reload();
  }, [shown, search, reload]);
  useEffect(() => taskTabs.listen(reload), [reload]);
};
