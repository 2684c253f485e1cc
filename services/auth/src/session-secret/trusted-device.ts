import { signValue } from './signed-value.js';
import { type SigningSecret, toBase64Url } from './signing-secret.js';

/**
 * The trusted-device cookie carries two signatures of the same secret: the cookie's own, and an inner one over
 * `<user id>!<trust id>`. Only the database knows the user id of a trust id.
 */
export interface TrustedDevice {
  readonly trustId: string;
  readonly inner: string;
}

/** From the signed part of the cookie, `<inner>!<trust id>`. */
export const parseTrustedDevice = (value: string): TrustedDevice | undefined => {
  const [inner, trustId, ...rest] = value.split('!');
  return inner && trustId && rest.length === 0 ? { inner, trustId } : undefined;
};

/**
 * The cookie's value signed by `active` inside and outside. Undefined when the inner signature is not of `signedBy` for
 * this user: then it stays invalid, and the second factor is asked for.
 */
export const carryTrustedDevice = (
  device: TrustedDevice,
  userId: string,
  signedBy: SigningSecret,
  active: SigningSecret,
): string | undefined => {
  const named = `${userId}!${device.trustId}`;
  const padded = `${device.inner.replaceAll('-', '+').replaceAll('_', '/')}=`;
  if (!signedBy.verify(named, padded)) return undefined;
  return signValue(`${toBase64Url(active.sign(named))}!${device.trustId}`, active);
};
