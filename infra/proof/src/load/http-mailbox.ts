import type { Mailbox } from './mailbox.js';

/** The inbox behind the mail catcher's address. */
export const httpMailbox = (_mailUrl: string): Mailbox => ({ newestLink: async () => undefined });
