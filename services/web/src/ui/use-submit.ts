'use client';

import { useTranslations } from 'next-intl';
import { type FormEvent, useCallback, useState } from 'react';
import { Failure, SignedOut } from '@/api/failure';
import { useSession } from '@/session/session-provider';

type Key = Parameters<ReturnType<typeof useTranslations<'failure'>>>[0];

/** The sentence for what went wrong, in the reader's language where it is known. */
export const useFailureText = (): ((error: unknown) => string) => {
  const t = useTranslations('failure');
  return useCallback(
    (error) => {
      if (!(error instanceof Failure)) return t('unexpected');
      const broken = error.broken.flatMap(({ rule, limit }) => {
        const known = `rules.${rule}` as Key;
        return t.has(known) ? t(known, { limit }) : [];
      });
      if (broken.length > 0) return broken.join(' ');
      const known = `codes.${error.code}` as Key;
      if (error.code && t.has(known)) return t(known);
      return error.kind === 'refused' ? error.message || t('refused') : t(error.kind);
    },
    [t],
  );
};

export interface Submission {
  readonly pending: boolean;
  /** What went wrong the last time, as a sentence. */
  readonly failure: string | undefined;
  readonly onSubmit: (event: FormEvent<HTMLFormElement>) => void;
}

/** A form that is sent by a function: its text fields by name, one at a time, and what went wrong. */
export const useSubmit = (send: (fields: Readonly<Record<string, string>>) => Promise<void>): Submission => {
  const [pending, setPending] = useState(false);
  const [failure, setFailure] = useState<string>();
  const textOf = useFailureText();
  const { signedOut } = useSession();
  const run = async (fields: Record<string, string>): Promise<void> => {
    setPending(true);
    setFailure(undefined);
    try {
      await send(fields);
    } catch (error) {
      if (error instanceof SignedOut) return signedOut();
      setFailure(textOf(error));
    } finally {
      setPending(false);
    }
  };
  const onSubmit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const entries = [...new FormData(event.currentTarget)];
    if (!pending) void run(Object.fromEntries(entries.map(([name, value]) => [name, String(value)])));
  };
  return { pending, failure, onSubmit };
};
