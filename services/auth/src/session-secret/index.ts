export { parseCookieHeader } from './cookie-header.js';
export { replaceCookie } from './cookies.js';
export { type ReissuedCookies, reissuedSetCookies } from './reissue.js';
export { type CarriedParts, carryHeaders, carryLink, type SignedParts } from './request.js';
export { formatSetCookie, isRemoval } from './set-cookie.js';
export { jwtClaims } from './signed-jwt.js';
export { parseSigned } from './signed-value.js';
export type { SigningSecret, SigningSecrets } from './signing-secret.js';
export { carryTrustedDevice } from './trusted-device.js';
