import { readFileSync } from 'node:fs';
import type { Logger } from '@keyturn/runtime';
import { type DiscoveredProvider, discover } from './discovered.js';
import type { SocialProvider } from './provider-list.js';

const RETRY_MS = 5_000;
const REFRESH_MS = 3_600_000;

/** A provider with its secret, and what is known of it; `google` needs no discovery. */
export interface KnownProvider {
  readonly provider: SocialProvider;
  readonly clientSecret: string;
  readonly discovered: DiscoveredProvider | undefined;
}

/** Keeps what the providers' issuers say of themselves, and asks again: soon after a failure, else each hour. */
export class SocialDirectory {
  private readonly secrets: ReadonlyMap<string, string>;
  private readonly known = new Map<string, DiscoveredProvider>();
  private readonly ending = new AbortController();
  private readonly timers = new Set<NodeJS.Timeout>();

  /** Throws an Error that names the provider whose secret cannot be read. */
  constructor(
    private readonly providers: readonly SocialProvider[],
    private readonly logger: Logger,
    private readonly changed: () => void,
  ) {
    this.secrets = new Map(providers.map((provider) => [provider.id, readSecret(provider)]));
  }

  start(): void {
    for (const { id, issuer } of this.providers) if (issuer !== undefined) void this.look(id, issuer);
  }

  stop(): void {
    this.ending.abort();
    for (const timer of this.timers) clearTimeout(timer);
  }

  /** Those that users can sign in with now. */
  usable(): readonly KnownProvider[] {
    return this.providers
      .map((provider) => ({
        provider,
        clientSecret: this.secrets.get(provider.id)!,
        discovered: this.known.get(provider.id),
      }))
      .filter(({ provider, discovered }) => provider.issuer === undefined || discovered !== undefined);
  }

  private async look(id: string, issuer: string): Promise<void> {
    const delay = await this.ask(id, issuer);
    if (this.ending.signal.aborted) return;
    const timer = setTimeout(() => {
      this.timers.delete(timer);
      void this.look(id, issuer);
    }, delay);
    timer.unref();
    this.timers.add(timer);
  }

  private async ask(id: string, issuer: string): Promise<number> {
    try {
      const discovered = await discover(issuer, this.ending.signal);
      const news = JSON.stringify(discovered) !== JSON.stringify(this.known.get(id));
      this.known.set(id, discovered);
      if (news) this.changed();
      return REFRESH_MS;
    } catch (err) {
      if (!this.ending.signal.aborted) this.logger.warn({ err, provider: id }, 'a provider cannot be discovered');
      return RETRY_MS;
    }
  }
}

const readSecret = ({ id, clientSecretFile }: SocialProvider): string => {
  const secret = readSecretFile(id, clientSecretFile).trim();
  if (secret === '') throw new Error(`KEYTURN_SOCIAL_PROVIDERS: the clientSecretFile of ${id} is empty`);
  return secret;
};

const readSecretFile = (id: string, file: string): string => {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'unknown';
    throw new Error(`KEYTURN_SOCIAL_PROVIDERS: the clientSecretFile of ${id} cannot be read (${code})`, {
      cause: error,
    });
  }
};
