import { describe, expect, it } from '@jest/globals';
import { Failure, failureOf, SignedOut } from '../src/api/failure';

const refused = (status: number, code: string): Promise<Failure | SignedOut> =>
  failureOf(Response.json({ code, message: 'as the service says it' }, { status }));

describe('an answer that is no success', () => {
  it.each(['UNAUTHORIZED', 'SESSION_EXPIRED', 'ERR_NO_SESSION'])(
    'of 401 with %s tells that nobody is signed in',
    async (code) => {
      expect(await refused(401, code)).toBeInstanceOf(SignedOut);
    },
  );

  it.each([
    [401, 'INVALID_EMAIL_OR_PASSWORD'],
    [401, 'INVALID_CODE'],
    [400, 'INVALID_PASSWORD'],
    [403, 'SESSION_NOT_FRESH'],
    [403, 'UNAUTHORIZED'],
  ])('of %i with %s is a matter of the form', async (status, code) => {
    expect(await refused(status, code)).toMatchObject({ name: 'Failure', kind: 'refused', status, code });
  });
});
