import { type CookiePair, formatCookieHeader, parseCookieHeader, plainCookieName } from './cookie-header.js';
import { carrySessionCache } from './session-cache.js';
import { carrySigned, decode } from './signed-value.js';
import type { SigningSecret, SigningSecrets } from './signing-secret.js';
import { parseTrustedDevice, type TrustedDevice } from './trusted-device.js';

/** A trusted-device cookie whose outer signature is of an older secret; its inner one needs the user's id. */
export interface OlderTrustedDevice {
  readonly cookie: string;
  readonly device: TrustedDevice;
  readonly signedBy: SigningSecret;
}

export interface CarriedCookies {
  /** The header for Better Auth. */
  readonly header: string;
  /** Cookies that were signed anew: name as sent by the browser → value, not percent-encoded. */
  readonly resigned: ReadonlyMap<string, string>;
  readonly trustedDevice?: OlderTrustedDevice;
}

/**
 * A Cookie header as if the active secret had signed it. Touches Better Auth's cookies only (`prefix`, with or without
 * `__Secure-`). Undefined when nothing changes.
 */
export const carryCookies = (header: string, secrets: SigningSecrets, prefix: string): CarriedCookies | undefined => {
  const resigned = new Map<string, string>();
  let trustedDevice: OlderTrustedDevice | undefined;
  const pairs = carryCaches(parseCookieHeader(header), secrets, prefix);
  const carried = pairs.map((pair) => {
    if (!plainCookieName(pair.name).startsWith(`${prefix}.`)) return pair;
    const value = carrySigned(pair.value, secrets);
    if (!value) return pair;
    resigned.set(pair.name, value.resigned);
    const device = isNamed(pair, prefix, 'trust_device') ? parseTrustedDevice(value.value) : undefined;
    if (device) trustedDevice = { cookie: pair.name, device, signedBy: value.signedBy };
    return { ...pair, value: encodeURIComponent(value.resigned) };
  });
  const result = formatCookieHeader(carried);
  if (result === formatCookieHeader(parseCookieHeader(header))) return undefined;
  return { header: result, resigned, ...(trustedDevice && { trustedDevice }) };
};

/** Replaces one cookie's value, given without percent-encoding. */
export const replaceCookie = (header: string, name: string, value: string): string =>
  formatCookieHeader(
    parseCookieHeader(header).map((pair) => (pair.name === name ? { name, value: encodeURIComponent(value) } : pair)),
  );

const isNamed = ({ name }: CookiePair, prefix: string, cookie: string): boolean =>
  plainCookieName(name) === `${prefix}.${cookie}`;

/** Encrypted for the client under the secret: the session cache and the account data of OAuth, whole or in chunks. */
const CACHES = ['session_data', 'account_data'] as const;

const carryCaches = (pairs: readonly CookiePair[], secrets: SigningSecrets, prefix: string): readonly CookiePair[] => {
  let result = pairs;
  for (const cache of CACHES) {
    for (const security of ['', '__Secure-', '__Host-']) {
      result = carryCache(result, secrets, `${security}${prefix}.${cache}`);
    }
  }
  return result;
};

const carryCache = (pairs: readonly CookiePair[], secrets: SigningSecrets, name: string): readonly CookiePair[] => {
  const whole = pairs.filter((pair) => pair.name === name);
  const parts = whole.length > 0 ? whole.slice(0, 1) : chunksOf(pairs, name);
  if (parts.length === 0) return pairs;
  const carried = carrySessionCache(parts.map(({ value }) => decode(value)).join(''), secrets);
  if (carried === undefined) return pairs;
  if (carried === null) return pairs.filter((pair) => !parts.includes(pair));
  let offset = 0;
  const replaced = new Map<CookiePair, CookiePair>();
  for (const part of parts) {
    const end = offset + decode(part.value).length;
    replaced.set(part, { name: part.name, value: carried.slice(offset, end) });
    offset = end;
  }
  return pairs.map((pair) => replaced.get(pair) ?? pair);
};

const chunksOf = (pairs: readonly CookiePair[], name: string): CookiePair[] =>
  pairs
    .flatMap((pair) => {
      const suffix = pair.name.startsWith(`${name}.`) ? pair.name.slice(name.length + 1) : '';
      return /^(0|[1-9]\d{0,2})$/.test(suffix) ? [{ pair, index: Number(suffix) }] : [];
    })
    .sort((a, b) => a.index - b.index)
    .map(({ pair }) => pair);
