'use client';

import { useCallback, useEffect, useState } from 'react';
import { SignedOut } from '@/api/failure';
import { ask } from '@/api/request';
import { useSession } from '@/session/session-provider';
import type { Ring, Run } from './ring';

const EVERY_MS = 1_500;

export interface Rings {
  /** undefined: not known yet. */
  readonly rings: readonly Ring[] | undefined;
  readonly runs: ReadonlyMap<string, readonly Run[]>;
  /** When this was true, epoch milliseconds. */
  readonly at: number;
  readonly failure: unknown;
  readonly refresh: () => void;
}

type Known = Omit<Rings, 'refresh'>;

const NOTHING: Known = { rings: undefined, runs: new Map(), at: 0, failure: undefined };

const ringsOf = async (signal: AbortSignal): Promise<Ring[]> =>
  (await ask<{ rings: Ring[] }>('/api/admin/rings', { signal })).rings;

/** Asks for the keys once more after the runs: no run that is over stands beside keys from before it. */
const look = async (signal: AbortSignal): Promise<Known> => {
  const runs = await Promise.all(
    (await ringsOf(signal)).map(async ({ ring }) => {
      const path = `/api/admin/rings/${encodeURIComponent(ring)}/runs`;
      return [ring, (await ask<{ runs: Run[] }>(path, { signal })).runs] as const;
    }),
  );
  return { rings: await ringsOf(signal), runs: new Map(runs), at: Date.now(), failure: undefined };
};

/** The rings as they are, again and again while the page is looked at. What was known stays when it fails. */
export const useRings = (): Rings => {
  const [known, setKnown] = useState(NOTHING);
  const [asked, setAsked] = useState(0);
  const { signedOut } = useSession();
  useEffect(() => {
    const ending = new AbortController();
    let timer: ReturnType<typeof setTimeout>;
    const again = async (): Promise<void> => {
      try {
        if (document.visibilityState === 'visible') setKnown(await look(ending.signal));
      } catch (failure) {
        if (ending.signal.aborted) return;
        if (failure instanceof SignedOut) return signedOut();
        setKnown((before) => ({ ...before, failure }));
      }
      timer = setTimeout(() => void again(), EVERY_MS);
    };
    void again();
    return () => {
      ending.abort();
      clearTimeout(timer);
    };
  }, [asked, signedOut]);
  return { ...known, refresh: useCallback(() => setAsked((count) => count + 1), []) };
};
