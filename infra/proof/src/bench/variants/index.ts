import type { ModuleMetadata } from '@nestjs/common';
import { fastJwt } from './fast-jwt.js';
import { introspection } from './introspection.js';
import { jose } from './jose.js';
import { keyturn } from './keyturn.js';
import { digestGuard, openGuard } from './open-guard.js';
import { session } from './session.js';
import { stock } from './stock.js';

/** What guards the one route of a side. */
export interface SideConfig {
  readonly framework: 'express' | 'fastify';
  readonly variant: string;
  readonly issuer: string;
  readonly audience: string;
  /** The published JWKS. */
  readonly jwksUrl: string;
  /** Base URL of the server of the ring document. */
  readonly ringUrl: string;
  readonly stateDir: string;
  /** Public key of the tokens, PEM, for verifiers that take a fixed key. */
  readonly publicPem: string;
  readonly introspectionUrl: string;
  readonly databaseUrl?: string;
}

/** The side whose credentials are session tokens; it has no signature, so nothing is first seen. */
export const SESSION_LOOKUP = 'session lookup';

export type Variant = (config: SideConfig) => ModuleMetadata | Promise<ModuleMetadata>;

export const VARIANTS: Readonly<Record<string, Variant>> = {
  none: () => ({}),
  'open guard': openGuard,
  'digest guard': digestGuard,
  keyturn,
  stock,
  jose,
  'fast-jwt': fastJwt({ cache: false }),
  'fast-jwt with cache': fastJwt({ cache: true }),
  introspection,
  [SESSION_LOOKUP]: session,
};
