import { getTranslations } from 'next-intl/server';
import { requireSession } from '@/session/server';
import { TaskBoard } from '@/tasks/task-board';
import { PageHead } from '@/ui/panel';

export const generateMetadata = async () => ({ title: (await getTranslations('tasks'))('title') });

export default async function TasksPage() {
  await requireSession();
  const t = await getTranslations('tasks');
  return (
    <div className="mx-auto flex w-full max-w-3xl flex-col gap-6">
      <PageHead title={t('title')} hint={t('hint')} />
      <TaskBoard />
    </div>
  );
}
