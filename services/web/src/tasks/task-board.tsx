'use client';

import { ListChecks, SearchX } from 'lucide-react';
import { useTranslations } from 'next-intl';
import { useSearchParams } from 'next/navigation';
import { FocusScope } from 'react-aria/FocusScope';
import { useState } from 'react';
import { Button } from '@/ui/button';
import { Empty, Waiting } from '@/ui/empty';
import { LoadFailure } from '@/ui/load-failure';
import { Notice } from '@/ui/notice';
import { useAttempt } from '@/ui/use-submit';
import { filterOf, queryOf, type Task, type TaskFilter } from './task';
import { DeleteTask, EditTask } from './task-dialogs';
import { TaskFilters } from './task-filters';
import { NewTask } from './new-task';
import { TaskRow } from './task-row';
import { type Tasks, useTasks } from './use-tasks';

/** The whole of the tasks page below its head. */
export const TaskBoard = () => {
  const [filter, setFilter] = useState(filterOf(useSearchParams()));
  const tasks = useTasks(filter);
  const choose = (chosen: TaskFilter): void => {
    setFilter(chosen);
    window.history.replaceState(null, '', `${window.location.pathname}${queryOf(chosen)}`);
  };
  return (
    // Where the focus goes from a dialog whose button is gone with its task: to the line for the next one.
    <FocusScope>
      <NewTask create={tasks.create} />
      <TaskFilters filter={filter} onChange={choose} />
      <TaskList tasks={tasks} filter={filter} onClear={() => choose({ shown: 'all', search: '' })} />
    </FocusScope>
  );
};

interface ListProps {
  readonly tasks: Tasks;
  readonly filter: TaskFilter;
  readonly onClear: () => void;
}

const TaskList = ({ tasks, filter, onClear }: ListProps) => {
  const t = useTranslations('tasks');
  const { list, hasMore } = tasks;
  const [edited, setEdited] = useState<Task>();
  const [deleted, setDeleted] = useState<Task>();
  const { failure, attempt } = useAttempt();
  const loading = list.loadingState === 'loading' || list.loadingState === 'filtering';
  return (
    <section aria-label={t('title')} aria-busy={loading} className="flex flex-col gap-4">
      {failure && <Notice tone="error">{failure}</Notice>}
      {list.loadingState === 'error' && <LoadFailure title={t('listFailed')} error={list.error} again={list.reload} />}
      <div className="overflow-hidden rounded-xl border border-line bg-panel shadow-panel empty:hidden">
        {loading && list.items.length === 0 && <Waiting label={t('loading')} />}
        {list.loadingState === 'idle' && list.items.length === 0 && <Nothing filter={filter} onClear={onClear} />}
        {list.items.length > 0 && (
          <ul className="divide-y divide-line">
            {list.items.map((task) => (
              <TaskRow
                key={task.id}
                task={task}
                onToggle={() => attempt(() => tasks.toggle(task))}
                onEdit={() => setEdited(task)}
                onDelete={() => setDeleted(task)}
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
      <EditTask task={edited} change={tasks.change} onClose={() => setEdited(undefined)} />
      <DeleteTask task={deleted} remove={tasks.remove} onClose={() => setDeleted(undefined)} />
    </section>
  );
};

const Nothing = ({ filter: { shown, search }, onClear }: Omit<ListProps, 'tasks'>) => {
  const t = useTranslations('tasks');
  if (shown === 'all' && !search) {
    return (
      <Empty icon={ListChecks} title={t('none.title')}>
        {t('none.text')}
      </Empty>
    );
  }
  return (
    <Empty
      icon={SearchX}
      title={t('noMatch.title')}
      action={
        <Button look="plain" onPress={onClear}>
          {t('noMatch.clear')}
        </Button>
      }
    >
      {t('noMatch.text')}
    </Empty>
  );
};
