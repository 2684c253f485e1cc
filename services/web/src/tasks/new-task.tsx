'use client';

import { Plus } from 'lucide-react';
import { useTranslations } from 'next-intl';
import { useState } from 'react';
import { Form, Input, TextField } from 'react-aria-components';
import { Button } from '@/ui/button';
import { inputClass } from '@/ui/field';
import { Notice } from '@/ui/notice';
import { useSubmit } from '@/ui/use-submit';
import type { TaskInput } from './use-tasks';

/** One line to write the next task into, and the next. */
export const NewTask = ({ create }: { readonly create: (input: TaskInput) => Promise<void> }) => {
  const t = useTranslations('tasks');
  const [title, setTitle] = useState('');
  const { pending, failure, onSubmit } = useSubmit(async () => {
    await create({ title: title.trim(), description: null });
    setTitle('');
  });
  return (
    <Form method="post" onSubmit={onSubmit} className="flex flex-col gap-3">
      <div className="flex gap-2">
        <TextField
          aria-label={t('newTitle')}
          name="title"
          value={title}
          onChange={setTitle}
          maxLength={200}
          autoComplete="off"
          className="grow"
        >
          <Input className={inputClass} placeholder={t('newPlaceholder')} />
        </TextField>
        <Button type="submit" isPending={pending} isDisabled={title.trim() === ''}>
          <Plus aria-hidden className="size-4" />
          {t('add')}
        </Button>
      </div>
      {failure && <Notice tone="error">{failure}</Notice>}
    </Form>
  );
};
