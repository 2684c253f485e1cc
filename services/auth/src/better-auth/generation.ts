import { betterAuth } from 'better-auth';
import { type BetterAuthParts, betterAuthOptions } from './options.js';
import { RequestsInFlight } from './requests-in-flight.js';
import type { RingSecrets } from './ring-secrets.js';

export type BetterAuthInstance = ReturnType<typeof createInstance>;
export type BetterAuthContext = Awaited<BetterAuthInstance['$context']>;

const createInstance = (parts: BetterAuthParts, secrets: RingSecrets) => betterAuth(betterAuthOptions(parts, secrets));

/** Better Auth with the secrets of one generation of the ring. A request stays on the one it began with. */
export interface Generation {
  readonly secrets: RingSecrets;
  readonly auth: BetterAuthInstance;
  readonly context: BetterAuthContext;
  readonly requests: RequestsInFlight;
}

/** Builds an instance and waits until it is ready to serve. */
export const buildGeneration = async (parts: BetterAuthParts, secrets: RingSecrets): Promise<Generation> => {
  const auth = createInstance(parts, secrets);
  return { secrets, auth, context: await auth.$context, requests: new RequestsInFlight() };
};
