import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRingNode, type RingEvent, type RingLogger, type RingNode, type RingNodeOptions } from '../src/index.js';
import { createManagementServer, type ManagementOptions } from '../src/management/index.js';
import type { ManualClock } from '../src/testing/index.js';

/** What a test opened and has to close, in reverse order. */
export class Cleanup {
  private readonly tasks: (() => Promise<unknown> | void)[] = [];

  add(task: () => Promise<unknown> | void): void {
    this.tasks.push(task);
  }

  async run(): Promise<void> {
    for (const task of this.tasks.splice(0).toReversed()) await task();
  }

  async folder(): Promise<string> {
    const folder = await mkdtemp(join(tmpdir(), 'keyring-'));
    // A read that outlived its node may still write the own file while the folder is removed.
    this.add(() => rm(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 }));
    return folder;
  }

  node(options: RingNodeOptions): RingNode {
    const node = createRingNode(options);
    this.add(() => node.stop());
    return node;
  }

  async serve(options: Omit<ManagementOptions, 'port'>): Promise<string> {
    const server = createManagementServer({ host: '127.0.0.1', port: 0, ...options });
    const { url } = await server.start();
    this.add(() => server.stop());
    return url;
  }
}

export interface Report {
  readonly level: 'info' | 'warn' | 'error';
  readonly event: RingEvent;
  readonly [field: string]: unknown;
}

/** A logger that keeps what it is told. */
export const createReports = (): RingLogger & { readonly all: Report[]; events(): RingEvent[] } => {
  const all: Report[] = [];
  const keep =
    (level: Report['level']) =>
    (fields: { readonly event: RingEvent }): void =>
      void all.push({ level, ...fields });
  return {
    all,
    events: () => all.map(({ event }) => event),
    info: keep('info'),
    warn: keep('warn'),
    error: keep('error'),
  };
};

/** Waits until something is so; the failure names what never was. */
export const eventually = async (
  what: string,
  check: () => boolean | Promise<boolean>,
  withinMs = 5000,
): Promise<void> => {
  const end = performance.now() + withinMs;
  while (!(await check())) {
    if (performance.now() > end) throw new Error(`never happened: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
};

/** The code of the error that a call ends with; 'none' when it ends well. */
export const codeOf = async (call: () => unknown): Promise<string> => {
  try {
    await call();
    return 'none';
  } catch (error) {
    return (error as { code?: string }).code ?? String(error);
  }
};

/** Lets the manual clock run, step by step, until something is so. Real files and sockets go at their own pace. */
export const asTimePasses = (
  clock: ManualClock,
  what: string,
  check: () => boolean | Promise<boolean>,
  stepMs = 100,
): Promise<void> =>
  eventually(what, async () => {
    await clock.advance(stepMs);
    return check();
  });

/** Lets time pass for a node at its own pace: each step waits until the node sleeps again. */
export const live = async (clock: ManualClock, ms: number, stepMs: number): Promise<void> => {
  for (let passed = 0; passed < ms; passed += stepMs) {
    await eventually('the node sleeps', () => clock.sleeping() > 0);
    await clock.advance(Math.min(stepMs, ms - passed));
  }
  await eventually('the node sleeps', () => clock.sleeping() > 0);
};
