'use client';

import { useTranslations } from 'next-intl';

type Key = Parameters<ReturnType<typeof useTranslations<'keys'>>>[0];
type Words = 'phases' | 'events' | 'waits' | 'laggards';

export interface Vocabulary {
  /** undefined: a newer operator's, perhaps. */
  readonly known: (words: Words, word: string, values?: Readonly<Record<string, string>>) => string | undefined;
  /** As the operator spells it where it is not known. */
  readonly say: (words: Words, word: string) => string;
}

/** What the operator says in words of closed sets, in the reader's language. */
export const useVocabulary = (): Vocabulary => {
  const t = useTranslations('keys');
  const known: Vocabulary['known'] = (words, word, values) => {
    const key = `${words}.${word}` as Key;
    return t.has(key) ? t(key, values as never) : undefined;
  };
  return { known, say: (words, word) => known(words, word) ?? word };
};
