import { Agent } from 'undici';
import type { EntrySink } from './recording.js';
import type { Mailbox } from './mailbox.js';

/** Lives of what users hold, in milliseconds, as the platform was told. */
export interface Lives {
  readonly tokenMs: number;
  readonly sessionMs: number;
  readonly mailLinkMs: number;
  readonly trustedDeviceMs: number;
}

/** What every user shares. */
export interface World {
  /** The platform's public address. */
  readonly origin: string;
  readonly lives: Lives;
  readonly ledger: EntrySink;
  readonly dispatcher: Agent;
  readonly mailbox: Mailbox;
  /** Resolves after `ms`, or as soon as the crowd is told to stop. */
  sleep(ms: number): Promise<void>;
}

/**
 * One user. A step is one thing that the user does; it resolves with false when that did not work, and the crowd lets
 * the user try again a little later.
 */
export interface Person {
  step(): Promise<boolean>;
}

/** Keep-alive connections for as many users as there are; none waits for another one's answer. */
export const connections = (people: number): Agent =>
  new Agent({ connections: people + 4, pipelining: 1, keepAliveTimeout: 3_000, keepAliveMaxTimeout: 3_000 });

/** Something between `from` and `until`. */
export const between = (from: number, until: number): number => from + Math.random() * (until - from);
