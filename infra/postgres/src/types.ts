/** A server on which databases can be made: embedded, or one that somebody else runs. */
export interface Database {
  /** Connection URL of a database on this server, credentials included. */
  url(database: string): string;
  /** Creates the database unless it is there. Safe to call from several processes at once. */
  createDatabase(name: string): Promise<void>;
  /** Stops what startPostgres started (and removes a temporary cluster). No more than a goodbye to an external server. */
  stop(): Promise<void>;
}

export interface PostgresOptions {
  /** Where the cluster lives and is found again. Omitted: a temporary directory that stop() removes. */
  readonly dataDir?: string;
  /** TCP port on 127.0.0.1. Omitted: one that is free, kept over restart(). */
  readonly port?: number;
  /** File that receives what the server prints, appended. Default: `postgres.log` in the data directory. */
  readonly log?: string;
  /** Whether committed data survives a power cut (fsync). Default: true with `dataDir`, false without. */
  readonly durable?: boolean;
}

export interface RestartOptions {
  /** `fast` ends connections in order; `crash` drops everything at once, as a power cut would. Default `fast`. */
  readonly how?: 'fast' | 'crash';
  /** Runs, and is awaited, while the server is down. */
  readonly whileDown?: () => Promise<void>;
}

/** A running embedded server. */
export interface PostgresServer extends Database {
  /** Process id of the postmaster; another one after restart(). */
  readonly pid: number;
  readonly port: number;
  readonly dataDir: string;
  /** Down and up again on the same port with the same data. */
  restart(options?: RestartOptions): Promise<void>;
}
