import { createHmac, timingSafeEqual } from 'node:crypto';
import { type AnyRingDocument, type CanaryVerifier, isAccepted, type RingKey, type RingNode } from '@keyturn/keyring';
import { carryHeaders, parseSigned } from '../session-secret/index.js';
import { COOKIE_PREFIX } from './cookie-prefix.js';
import { ringSecrets, signingSecret } from './ring-secrets.js';

/**
 * Verifies the canary of a session secret, `<nonce>.<hmac>`: names the accepted secret that made it, then has a cookie
 * signed by that secret go the way of a real one, to the form in which Better Auth accepts it.
 */
export const sessionCanary =
  (node: RingNode): CanaryVerifier =>
  async (credential) => {
    const { document } = node.require();
    // Better Auth encrypts second factors with it: a secret would be retired though data needs it.
    if (!document.settings.encryptsData)
      return { accepted: false, reason: 'encryptsData: must be true for the ring of the session secret' };
    const key = makerOf(document, credential);
    if (!key) return { accepted: false, reason: 'no accepted secret made this canary' };
    if (!isCarried(document, key))
      return { accepted: false, kid: key.kid, reason: 'a cookie of this secret is refused' };
    return { accepted: true, kid: key.kid };
  };

const makerOf = (document: AnyRingDocument, credential: string): RingKey | undefined => {
  const [nonce, mac, ...rest] = credential.split('.');
  if (!nonce || !mac || rest.length > 0 || document.form !== 'full') return undefined;
  const given = Buffer.from(mac, 'base64url');
  return document.keys.find(({ secret, state }) => {
    if (secret === undefined || !isAccepted(state)) return false;
    const expected = createHmac('sha256', secret).update(nonce).digest();
    return given.length === expected.length && timingSafeEqual(given, expected);
  });
};

const isCarried = (document: AnyRingDocument, key: RingKey): boolean => {
  const secrets = ringSecrets(document);
  // Without an active secret nothing is accepted yet; the canary shows that the secret is here to become active.
  if (!secrets) return true;
  const name = `${COOKIE_PREFIX}.session_token`;
  const signed = `canary.${signingSecret(key).sign('canary')}`;
  const { resigned } = carryHeaders(
    { cookie: `${name}=${encodeURIComponent(signed)}`, authorization: null },
    secrets.signing,
    COOKIE_PREFIX,
  );
  const result = parseSigned(resigned.get(name) ?? signed);
  return result !== undefined && secrets.signing.active.verify(result.value, result.signature);
};
