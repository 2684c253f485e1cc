'use client';

import type { ReactNode } from 'react';
import { Form } from 'react-aria-components';
import { Button } from '@/ui/button';
import { Notice } from '@/ui/notice';
import { useSubmit } from '@/ui/use-submit';

export interface EntryFormProps {
  readonly send: (fields: Readonly<Record<string, string>>) => Promise<void>;
  readonly submit: string;
  /** What helps against the failure that is shown. */
  readonly remedy?: ReactNode;
  readonly children: ReactNode;
}

/** A form with one button. `post`, so that a form sent before the page works never puts a password into an address. */
export const EntryForm = ({ send, submit, remedy, children }: EntryFormProps) => {
  const { pending, failure, onSubmit } = useSubmit(send);
  return (
    <Form method="post" onSubmit={onSubmit} className="flex flex-col gap-5">
      {failure && (
        <Notice tone="error" action={remedy}>
          {failure}
        </Notice>
      )}
      {children}
      <Button type="submit" isPending={pending}>
        {submit}
      </Button>
    </Form>
  );
};
