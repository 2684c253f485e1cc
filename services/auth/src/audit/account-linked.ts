import type { GenericEndpointContext } from 'better-auth';
import type { AuditLog } from './audit-log.js';
import { auditSource } from './audit-source.js';

export interface LinkedAccount {
  readonly userId: string;
  readonly providerId: string;
}

/** After an account row was written, by whichever call: a provider opens the user's account from now on. */
export const noteLinked =
  (audit: AuditLog) =>
  async ({ userId, providerId }: LinkedAccount, request: GenericEndpointContext | null): Promise<void> => {
    if (providerId === 'credential') return;
    const who = { actor: userId, subject: userId };
    const details = { provider: providerId };
    await audit.record({
      event: 'account-linked',
      outcome: 'ok',
      ...who,
      details,
      ...auditSource(request?.request?.headers),
    });
  };
