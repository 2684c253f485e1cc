import type { PostgresServer } from '@keyturn/postgres';
import type { PlatformDatabase } from './database.js';
import type { DemoLogin, ProcessInfo } from './options.js';
import type { Places } from './places.js';
import { PAGE_PREFIX } from '../proxy/routes.js';
import type { Crew, PodChange } from './crew.js';
import { WEB } from './web.js';

/** What a running platform is made of. */
export interface Parts {
  readonly places: Places;
  readonly url: string;
  readonly mailUrl: string;
  readonly crew: Crew;
  readonly database: PlatformDatabase;
  readonly demo: DemoLogin | undefined;
  readonly readyTimeoutMs: number;
  readonly end: () => Promise<void>;
}

/** A running platform: what to call, what to look at, and how to make trouble for it. */
export class Platform {
  private ending: Promise<void> | undefined;

  constructor(private readonly parts: Parts) {}

  /** The one address, `http://localhost:<port>`. */
  get url(): string {
    return this.parts.url;
  }

  /** Whether the front end runs, which then has `/`. */
  get hasWeb(): boolean {
    return this.parts.crew.all().some(({ name }) => name === WEB);
  }

  /** The page that shows keys, processes and a rotation as it happens. */
  get pageUrl(): string {
    return this.hasWeb ? `${this.url}${PAGE_PREFIX}` : this.url;
  }

  /** Pages and API of the mail catcher. */
  get mailUrl(): string {
    return this.parts.mailUrl;
  }

  /** Everything that is kept, by purpose. */
  get places(): Places {
    return this.parts.places;
  }

  get demo(): DemoLogin | undefined {
    return this.parts.demo;
  }

  /** The embedded PostgreSQL, for restarts under load; undefined with an external one. */
  get postgres(): PostgresServer | undefined {
    return this.parts.database.embedded;
  }

  /** Connection URL of a service's database. Throws a TypeError when it has none. */
  databaseUrl(service: string): string {
    return this.parts.database.url(service);
  }

  /** The processes as they are now. */
  processes(): ProcessInfo[] {
    return this.parts.crew.list();
  }

  /** Calls back when a process starts, becomes ready, or ends. Returns the removal. */
  onChange(listener: (change: PodChange) => void): () => void {
    return this.parts.crew.onChange(({ name, phase, starts, spec: { log } }) => listener({ name, phase, starts, log }));
  }

  /** Ends a process as a crash does; it is started again in the same pod. Resolves when it has ended. */
  kill(name: string, signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    return this.parts.crew.named(name).kill(signal);
  }

  /** Ends a process and leaves its pod without one until `start`. */
  hold(name: string, signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    return this.parts.crew.named(name).hold(signal);
  }

  /** Starts a held process, in the same pod. */
  start(name: string): void {
    this.parts.crew.named(name).start();
  }

  /** Ends a process in order and starts the next in the same pod. */
  async restart(name: string): Promise<void> {
    await this.hold(name);
    this.start(name);
  }

  /** A new pod under the same name, as a rollout makes it: new uid, empty files. */
  replace(name: string): Promise<void> {
    return this.parts.crew.named(name).replace();
  }

  /** Resolves when these processes (default: all) are ready; rejects with the log of one that is not. */
  ready(...names: string[]): Promise<void> {
    const { crew, readyTimeoutMs } = this.parts;
    return crew.ready(names.length > 0 ? names : crew.all().map(({ name }) => name), readyTimeoutMs);
  }

  /** Ends everything in order: the address, the services, the operator, the database. A second call does no harm. */
  stop(): Promise<void> {
    this.ending ??= this.parts.end();
    return this.ending;
  }
}
