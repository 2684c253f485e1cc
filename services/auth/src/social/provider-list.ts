import { z } from 'zod';

/** A provider as the configuration names it. */
export interface SocialProvider {
  /** Part of its callback: `/api/auth/callback/<id>`. */
  readonly id: string;
  readonly name: string;
  readonly clientId: string;
  /** File with the client secret. */
  readonly clientSecretFile: string;
  /** Its issuer (OpenID Connect Discovery); absent for `google`. */
  readonly issuer?: string | undefined;
  readonly scopes: readonly string[];
  /** Whether its word on an address suffices to link the account of a user who has that address verified here. */
  readonly trusted: boolean;
}

export const GOOGLE = 'google';
const RESERVED = ['credential', 'email-password', 'oauth2'];

const isLocal = (url: URL): boolean => ['localhost', '127.0.0.1', '[::1]'].includes(url.hostname);

const isIssuer = (text: string): boolean => {
  if (!URL.canParse(text)) return false;
  const url = new URL(text);
  return (url.protocol === 'https:' || (url.protocol === 'http:' && isLocal(url))) && !url.search && !url.hash;
};

const PROVIDER = z.strictObject({
  id: z.string().regex(/^[a-z][a-z0-9-]{0,31}$/, 'must be a-z, 0-9 and -, at most 32 characters'),
  name: z.string().min(1).max(100).optional(),
  clientId: z.string().min(1).max(500),
  clientSecretFile: z.string().min(1).max(1_000),
  issuer: z.string().refine(isIssuer, 'must be an https URL without query').optional(),
  scopes: z.array(z.string().regex(/^[\x21-\x7e]+$/, 'must be a scope')).default(['openid', 'profile', 'email']),
  trusted: z.boolean().default(false),
});

/** A JSON list of providers. The message names the place in the list and the rule, and repeats no value. */
export const socialProviders = () =>
  z.string().transform((text, context): readonly SocialProvider[] => {
    const problem = (message: string): never => {
      context.addIssue({ code: 'custom', message });
      return z.NEVER;
    };
    const parsed = z.array(PROVIDER).max(20).safeParse(jsonOf(text));
    if (!parsed.success) {
      const { path, message } = parsed.error.issues[0]!;
      return problem(`must be a JSON list of providers: [${path.join('.')}] ${message}`);
    }
    const providers = parsed.data.map((one) => ({ ...one, name: one.name ?? one.id }));
    const ids = providers.map(({ id }) => id);
    if (new Set(ids).size !== ids.length || ids.some((id) => RESERVED.includes(id)))
      return problem(`must have each id once, and none of ${RESERVED.join(', ')}`);
    if (providers.some(({ id, issuer }) => (id === GOOGLE) === (issuer !== undefined)))
      return problem(`must name the issuer of each provider; ${GOOGLE} has its own`);
    return providers;
  });

const jsonOf = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};
