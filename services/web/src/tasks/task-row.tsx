'use client';

import { Pencil, Trash2 } from 'lucide-react';
import { useFormatter, useTranslations } from 'next-intl';
import { Button } from '@/ui/button';
import { Choice } from '@/ui/choice';
import type { Task } from './task';

interface Props {
  readonly task: Task;
  readonly onToggle: () => void;
  readonly onEdit: () => void;
  readonly onDelete: () => void;
}

export const TaskRow = ({ task, onToggle, onEdit, onDelete }: Props) => {
  const t = useTranslations('tasks');
  const format = useFormatter();
  const { title, description, completed, createdAt } = task;
  return (
    <li className="flex items-start gap-4 px-4 py-3.5 hover:bg-sunken/60 sm:px-5">
      <div className="pt-0.5">
        <Choice round isSelected={completed} onChange={onToggle} aria-label={t('complete', { title })} />
      </div>
      <div className="flex min-w-0 grow flex-col gap-0.5">
        <span className={`font-medium ${completed ? 'text-soft line-through' : ''}`}>{title}</span>
        {description && <p className="text-sm whitespace-pre-line text-soft">{description}</p>}
        <time dateTime={createdAt} className="text-xs text-soft">
          {format.dateTime(new Date(createdAt), { dateStyle: 'medium', timeStyle: 'short' })}
        </time>
      </div>
      <div className="flex shrink-0 gap-0.5">
        <Button look="quiet" size="icon" aria-label={t('edit', { title })} onPress={onEdit}>
          <Pencil aria-hidden className="size-4" />
        </Button>
        <Button look="quiet" size="icon" aria-label={t('delete', { title })} onPress={onDelete}>
          <Trash2 aria-hidden className="size-4" />
        </Button>
      </div>
    </li>
  );
};
