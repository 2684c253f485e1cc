'use client';

import { useTranslations } from 'next-intl';
import { Form } from 'react-aria-components';
import { Button } from '@/ui/button';
import { Field } from '@/ui/field';
import { Modal, ModalActions } from '@/ui/modal';
import { Notice } from '@/ui/notice';
import { useSubmit } from '@/ui/use-submit';
import type { Task } from './task';
import type { Tasks } from './use-tasks';

interface EditProps {
  /** undefined: closed. */
  readonly task: Task | undefined;
  readonly change: Tasks['change'];
  readonly onClose: () => void;
}

export const EditTask = ({ task, change, onClose }: EditProps) => {
  const t = useTranslations('tasks');
  return (
    <Modal title={t('editTitle')} isOpen={task !== undefined} onClose={onClose}>
      {task && <EditForm task={task} change={change} onClose={onClose} />}
    </Modal>
  );
};

const EditForm = ({ task, change, onClose }: EditProps & { readonly task: Task }) => {
  const t = useTranslations('tasks');
  const ui = useTranslations('ui');
  const { pending, failure, onSubmit } = useSubmit(async ({ title = '', description = '' }) => {
    await change(task, { title: title.trim(), description: description.trim() || null });
    onClose();
  });
  return (
    <Form method="post" onSubmit={onSubmit} className="flex flex-col gap-5">
      {failure && <Notice tone="error">{failure}</Notice>}
      <Field label={t('titleField')} name="title" defaultValue={task.title} isRequired maxLength={200} autoFocus />
      <Field
        label={t('descriptionField')}
        name="description"
        defaultValue={task.description ?? ''}
        maxLength={5_000}
        rows={5}
      />
      <ModalActions>
        <Button look="plain" onPress={onClose}>
          {ui('cancel')}
        </Button>
        <Button type="submit" isPending={pending}>
          {ui('save')}
        </Button>
      </ModalActions>
    </Form>
  );
};

interface DeleteProps {
  readonly task: Task | undefined;
  readonly remove: Tasks['remove'];
  readonly onClose: () => void;
}

export const DeleteTask = ({ task, remove, onClose }: DeleteProps) => {
  const t = useTranslations('tasks');
  return (
    <Modal asks title={t('deleteTitle')} isOpen={task !== undefined} onClose={onClose}>
      {task && <DeleteForm task={task} remove={remove} onClose={onClose} />}
    </Modal>
  );
};

const DeleteForm = ({ task, remove, onClose }: DeleteProps & { readonly task: Task }) => {
  const t = useTranslations('tasks');
  const ui = useTranslations('ui');
  const { pending, failure, onSubmit } = useSubmit(async () => {
    await remove(task);
    onClose();
  });
  return (
    <Form method="post" onSubmit={onSubmit} className="flex flex-col gap-5">
      {failure && <Notice tone="error">{failure}</Notice>}
      <p>{t('deleteText', { title: task.title })}</p>
      <ModalActions>
        <Button look="plain" onPress={onClose} autoFocus>
          {ui('cancel')}
        </Button>
        <Button type="submit" look="danger" isPending={pending}>
          {t('deleteSubmit')}
        </Button>
      </ModalActions>
    </Form>
  );
};
