import { Secret, TOTP } from 'otpauth';
import type { Browser } from './browser.js';

export const PASSWORD = 'correct horse battery';

let number = 0;
/** An address that no other test uses. */
export const newAddress = (): string => `person${++number}@example.test`;

/** Signs up and returns the address and the signed bearer token. */
export const signUp = async (browser: Browser, name = 'Somebody'): Promise<{ email: string; bearer: string }> => {
  const email = newAddress();
  const response = await browser.post('/sign-up/email', { email, password: PASSWORD, name });
  if (response.status !== 200) throw new Error(`sign-up answered ${response.status}`);
  return { email, bearer: response.headers.get('set-auth-token') ?? '' };
};

export const signIn = (browser: Browser, email: string, more: object = {}): Promise<Response> =>
  browser.post('/sign-in/email', { email, password: PASSWORD, ...more });

export interface SecondFactor {
  code(): string;
  readonly backupCodes: readonly string[];
}

/** Turns the second factor on for whoever is signed in. */
export const enableSecondFactor = async (browser: Browser): Promise<SecondFactor> => {
  const answer = await browser.post('/two-factor/enable', { password: PASSWORD });
  if (answer.status !== 200) throw new Error(`two-factor/enable answered ${answer.status}`);
  const { totpURI, backupCodes } = (await answer.json()) as { totpURI: string; backupCodes: string[] };
  const secret = Secret.fromBase32(new URL(totpURI).searchParams.get('secret') ?? '');
  const factor = { code: () => new TOTP({ secret }).generate(), backupCodes };
  const verified = await browser.post('/two-factor/verify-totp', { code: factor.code() });
  if (verified.status !== 200) throw new Error(`verify-totp answered ${verified.status}`);
  return factor;
};

/** Whether a sign-in was answered with the question for the second factor. */
export const asksForSecondFactor = async (response: Response): Promise<boolean> =>
  ((await response.json()) as { twoFactorRedirect?: boolean }).twoFactorRedirect === true;
