'use client';

import { useLocale, useTranslations } from 'next-intl';
import { type FormEvent, useCallback, useState } from 'react';
import { Failure, SignedOut } from '@/api/failure';
import { useSession } from '@/session/session-provider';

type Key = Parameters<ReturnType<typeof useTranslations<'failure'>>>[0];

/** The language in which services speak: what they say by themselves is shown in no other. */
const SERVICES_SPEAK = 'en';

/** The sentence for what went wrong, in the reader's language. */
export const useFailureText = (): ((error: unknown) => string) => {
  const t = useTranslations('failure');
  const understood = useLocale() === SERVICES_SPEAK;
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
      return error.kind === 'refused' ? (understood && error.message) || t('refused') : t(error.kind);
    },
    [t, understood],
  );
};

export interface Attempts {
  readonly pending: boolean;
  /** What went wrong the last time, as a sentence. */
  readonly failure: string | undefined;
  /** Never rejects. */
  readonly attempt: (work: () => Promise<void>) => Promise<void>;
}

/** Does something that can fail: what went wrong stays until the next attempt; without a session, on to the sign-in. */
export const useAttempt = (): Attempts => {
  const [pending, setPending] = useState(false);
  const [failure, setFailure] = useState<string>();
  const textOf = useFailureText();
  const { signedOut } = useSession();
  const attempt = async (work: () => Promise<void>): Promise<void> => {
    setPending(true);
    setFailure(undefined);
    try {
      await work();
    } catch (error) {
      if (error instanceof SignedOut) return signedOut();
      setFailure(textOf(error));
    } finally {
      setPending(false);
    }
  };
  return { pending, failure, attempt };
};

export interface Submission extends Omit<Attempts, 'attempt'> {
  readonly onSubmit: (event: FormEvent<HTMLFormElement>) => void;
}

/** A form that is sent by a function: its text fields by name, one at a time, and what went wrong. */
export const useSubmit = (send: (fields: Readonly<Record<string, string>>) => Promise<void>): Submission => {
  const { pending, failure, attempt } = useAttempt();
  const onSubmit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const entries = [...new FormData(event.currentTarget)].map(([name, value]) => [name, String(value)]);
    if (!pending) void attempt(() => send(Object.fromEntries(entries) as Record<string, string>));
  };
  return { pending, failure, onSubmit };
};
