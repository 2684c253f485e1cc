import type { Mailbox } from './mailbox.js';

interface Mail {
  readonly links: readonly string[];
}

/** The inbox behind the mail catcher's address. It is no part of the platform, so it is in no ledger. */
export const httpMailbox = (mailUrl: string): Mailbox => ({
  newestLink: async (to) => {
    const url = new URL('/api/messages', mailUrl);
    url.searchParams.set('to', to);
    const [newest] = (await (await fetch(url)).json()) as readonly Mail[];
    const link = newest?.links[0];
    return link === undefined ? undefined : new URL(link);
  },
});
