import type { GenericEndpointContext } from 'better-auth';
import { isProof } from './new-session.js';

interface Begun {
  readonly userId: string;
  readonly token: string;
}

/**
 * After a sign-in with a proof: the session that the same browser had of the same user ends. Whoever got hold of that one
 * does not keep it beside the new one.
 */
export const endFormer = async ({ userId, token }: Begun, request: GenericEndpointContext | null): Promise<void> => {
  if (!request || !isProof(request.path)) return;
  const { internalAdapter, authCookies, secret } = request.context;
  const former = await request.getSignedCookie(authCookies.sessionToken.name, secret);
  if (!former || former === token) return;
  if ((await internalAdapter.findSession(former))?.user.id === userId) await internalAdapter.deleteSession(former);
};
