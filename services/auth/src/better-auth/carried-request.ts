import {
  type CarriedParts,
  carryHeaders,
  carryLink,
  carryTrustedDevice,
  replaceCookie,
} from '../session-secret/index.js';
import { carryBody } from './carried-body.js';
import { COOKIE_PREFIX } from './cookie-prefix.js';
import type { Generation } from './generation.js';

/** A request as Better Auth of this generation is to see it. */
export interface CarriedRequest {
  readonly request: Request;
  readonly carried: CarriedParts;
  /** What an older secret had signed, for the metrics. */
  readonly what: readonly string[];
}

const SIGN_IN = /\/sign-in\/[^/]+$/;

export const carryRequest = async (request: Request, generation: Generation): Promise<CarriedRequest> => {
  const carried = partsOf(request.headers, generation);
  const url = carryLink(request.url, generation.secrets.signing);
  const device = SIGN_IN.test(new URL(url).pathname) ? await trustedDeviceHeader(carried, generation) : undefined;
  const cookie = device ?? carried.cookie;
  const query = await carryBody(request, generation.secrets.signing);
  const what = [
    ...(carried.resigned.size > 0 ? ['cookie'] : []),
    ...(carried.bearer === undefined ? [] : ['bearer']),
    ...(url === request.url ? [] : ['link']),
    ...(device === undefined ? [] : ['trusted-device']),
    ...(query === undefined ? [] : ['oauth-query']),
  ];
  if (url === request.url && cookie === undefined && carried.authorization === undefined && query === undefined) {
    return { request, carried, what };
  }
  const headers = withParts(request.headers, { ...carried, ...(cookie !== undefined && { cookie }) });
  const { method, signal } = request;
  const body = query ?? (request.body === null ? undefined : await request.arrayBuffer());
  return { request: new Request(url, { method, headers, signal, ...(body && { body }) }), carried, what };
};

/** Headers for `auth.api.*`, as if the active secret had signed what an older one did. */
export const carriedHeaders = (headers: Headers, generation: Generation): Headers =>
  withParts(headers, partsOf(headers, generation));

const partsOf = (headers: Headers, { secrets }: Generation): CarriedParts =>
  carryHeaders(
    { cookie: headers.get('cookie'), authorization: headers.get('authorization') },
    secrets.signing,
    COOKIE_PREFIX,
  );

const withParts = (headers: Headers, { cookie, authorization }: CarriedParts): Headers => {
  const result = new Headers(headers);
  if (cookie === '') result.delete('cookie');
  else if (cookie !== undefined) result.set('cookie', cookie);
  if (authorization !== undefined) result.set('authorization', authorization);
  return result;
};

/** The trusted-device cookie carries an inner signature over the user's id, which only the database knows. */
const trustedDeviceHeader = async (carried: CarriedParts, generation: Generation): Promise<string | undefined> => {
  const { trustedDevice, cookie } = carried;
  if (!trustedDevice || cookie === undefined) return undefined;
  const { device, signedBy } = trustedDevice;
  const record = await generation.context.internalAdapter.findVerificationValue(device.trustId);
  const value = record && carryTrustedDevice(device, record.value, signedBy, generation.secrets.signing.active);
  return value ? replaceCookie(cookie, trustedDevice.cookie, value) : undefined;
};
