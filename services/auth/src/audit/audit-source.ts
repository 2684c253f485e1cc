import { requestContext } from '@keyturn/runtime';
import { CLIENT_ADDRESS_HEADER } from '../better-auth/client-address.js';
import type { AuditSource } from './audit-event.js';

const LONGEST_AGENT = 300;

/** Of a request under way. `address`, where the caller knows it; else from the header that our own HTTP layer sets. */
export const auditSource = (headers: Headers | undefined, address?: string): AuditSource => ({
  address: address ?? headers?.get(CLIENT_ADDRESS_HEADER) ?? null,
  userAgent: headers?.get('user-agent')?.slice(0, LONGEST_AGENT) ?? null,
  requestId: requestContext.getStore()?.requestId ?? null,
});
