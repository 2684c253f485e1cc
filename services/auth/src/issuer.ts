import { Injectable, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import type { RingNode } from '@keyturn/keyring';
import { type Logger, ServiceContext } from '@keyturn/runtime';
import type { Pool } from 'pg';
import { GuessCounter } from './accounts/guess-counter.js';
import { countedHashing } from './accounts/password-hashing.js';
import { PasswordGate } from './accounts/password-gate.js';
import { AuditLog } from './audit/audit-log.js';
import { Generations } from './better-auth/generations.js';
import { type AuthHandler, createAuthHandler } from './better-auth/handler.js';
import { livesBeyond } from './better-auth/lives.js';
import { betterAuthLog } from './better-auth/log.js';
import { sessionCanary } from './better-auth/session-canary.js';
import type { AuthConfiguration } from './configuration/variables.js';
import { createPool } from './database/pool.js';
import { Retention } from './database/retention.js';
import { openPostOffice, type PostOffice } from './mail/post-office.js';
import { type AuthMetrics, createAuthMetrics } from './metrics.js';
import { resourceKeeper } from './oauth/platform-resource.js';
import { SocialDirectory } from './social/social-directory.js';
import { rowsLeftCounter } from './sweep/rows-left.js';
import { Sweeper } from './sweep/sweeper.js';
import { tokenCanary } from './tokens/token-canary.js';
import { createTokenIssuer } from './tokens/token-issuer.js';

/** The parts of the issuer, wired to its two rings: made at start, ended in order. */
@Injectable()
export class Issuer implements OnModuleInit, OnApplicationShutdown {
  readonly configuration: AuthConfiguration;
  readonly logger: Logger;
  readonly metrics: AuthMetrics;
  readonly tokenNode: RingNode;
  readonly sessionNode: RingNode;
  readonly pool: Pool;
  readonly generations: Generations;
  readonly handle: AuthHandler;
  readonly audit: AuditLog;
  private readonly retentions: readonly Retention[];
  private readonly postOffice: PostOffice;
  private readonly social: SocialDirectory;
  private readonly sweeper: Sweeper;
  private warnedOf: number | undefined;

  constructor(context: ServiceContext) {
    const configuration = context.environment as AuthConfiguration;
    const { logger } = context;
    this.configuration = configuration;
    this.logger = logger;
    this.metrics = createAuthMetrics(context.metrics.registry);
    this.tokenNode = context.node(configuration.KEYTURN_TOKEN_RING);
    this.sessionNode = context.node(configuration.KEYTURN_SESSION_RING);
    const { metrics } = this;
    const { DATABASE_URL: url, KEYTURN_DATABASE_POOL: max } = configuration;
    this.pool = createPool(url, { max, logger });
    this.audit = new AuditLog(this.pool, logger);
    this.postOffice = openPostOffice({ configuration, logger, metrics });
    const { mail } = this.postOffice;
    const tokens = createTokenIssuer({ configuration, node: this.tokenNode, metrics, now: Date.now });
    const passwords = countedHashing(metrics);
    const ensureResource = resourceKeeper(this.pool, [tokens.resource, configuration.KEYTURN_AUDIENCE]);
    const log = betterAuthLog(logger);
    this.social = new SocialDirectory(configuration.KEYTURN_SOCIAL_PROVIDERS, logger, () => this.useSocial());
    const social = () => this.social.usable();
    const { audit } = this;
    const gate = new PasswordGate({
      atOnce: configuration.KEYTURN_PASSWORD_HASHES,
      waiting: configuration.KEYTURN_PASSWORD_HASHES_WAITING,
      metrics,
    });
    const guesses = new GuessCounter(this.pool, configuration.KEYTURN_ACCOUNT_GUESSES_WINDOW);
    this.retentions = [
      new Retention('security events', () => audit.forget(configuration.KEYTURN_AUDIT_RETENTION), logger),
      new Retention('guesses at passwords', () => guesses.forgetOld(), logger),
    ];
    const kept = { pool: this.pool, audit, guesses };
    const parts = { ...kept, configuration, mail, tokens, log, ensureResource, social, passwords, gate, metrics };
    this.generations = new Generations(parts, this.sessionNode.ring);
    this.handle = createAuthHandler({
      generations: this.generations,
      node: this.sessionNode,
      metrics,
      logger,
      audit,
      passwords: gate,
      requireVerifiedEmail: configuration.KEYTURN_REQUIRE_VERIFIED_EMAIL,
    });
    const { pool, generations } = this;
    const intervalMs = configuration.KEYTURN_SWEEP_INTERVAL;
    this.sweeper = new Sweeper({ pool, generations, logger, metrics, intervalMs });
  }

  onModuleInit(): void {
    this.postOffice.start();
    for (const retention of this.retentions) retention.start();
    const { tokenNode, sessionNode, generations, pool, metrics } = this;
    tokenNode.addCanaryVerifier(tokenCanary(tokenNode, this.configuration.KEYTURN_BASE_URL));
    sessionNode.addCanaryVerifier(sessionCanary(sessionNode));
    this.social.start();
    sessionNode.setRowsLeft(rowsLeftCounter({ pool, generations, metrics, now: Date.now }));
    sessionNode.onChange(async (next) => {
      // Better Auth asks for the algorithm of tokens when it is made.
      await tokenNode.start();
      await generations.load(next);
      this.warnOfLives(next.document.settings.maxCredentialLifetimeMs);
      this.sweeper.trigger();
    });
  }

  private useSocial(): void {
    const failed = (err: unknown) => this.logger.error({ err }, 'a change of the providers could not be taken over');
    this.generations.refresh().catch(failed);
  }

  private warnOfLives(ringAllowsMs: number): void {
    const variables = livesBeyond(this.configuration, ringAllowsMs);
    if (variables.length === 0 || ringAllowsMs === this.warnedOf) return;
    this.warnedOf = ringAllowsMs;
    const ring = this.sessionNode.ring;
    this.logger.warn({ ring, variables, ringAllowsMs }, 'lives are cut to the maxCredentialLifetime of the ring');
  }

  async onApplicationShutdown(): Promise<void> {
    this.social.stop();
    await this.sweeper.stop();
    await Promise.all(this.retentions.map((retention) => retention.stop()));
    await this.postOffice.stop();
    await this.pool.end();
  }
}
