import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import type { Configuration } from '../configuration.js';
import { type CheckedByTlc, configFile } from './config-file.js';
import type { Toolchain } from './toolchain.js';

export interface TlcOptions extends CheckedByTlc {
  readonly specification: string;
  readonly heap?: string;
  readonly workers?: number;
  readonly budgetMs?: number;
}

export interface TlcResult {
  /** Name of the invariant or property that does not hold. */
  readonly violated: string | undefined;
  readonly exhausted: boolean;
  readonly distinct: number;
  readonly depth: number;
  /** Several workers search level by level only roughly: then the depth is an estimate, the number of states is not. */
  readonly isDepthExact: boolean;
  /** States of the counterexample, the initial one included. */
  readonly steps: number;
  readonly ms: number;
  /** TLC's own words, for a counterexample or an error. */
  readonly output: string;
}

/** Runs TLC on one configuration. Throws when it ends in any other way than a verdict or its time limit. */
export async function runTlc(tools: Toolchain, configuration: Configuration, options: TlcOptions): Promise<TlcResult> {
  const directory = await mkdtemp(join(tmpdir(), 'keyring-tlc-'));
  try {
    const file = join(directory, `${configuration.name}.cfg`);
    await writeFile(file, configFile(configuration, options));
    const started = performance.now();
    const { output, code, timedOut } = await collect(tools, file, directory, options);
    const result = parse(output, performance.now() - started);
    const isVerdict = code === 0 || result.violated !== undefined || timedOut;
    if (!isVerdict) throw new Error(`TLC ended with ${code} on ${configuration.name}:\n${output.slice(-2000)}`);
    return { ...result, exhausted: code === 0, isDepthExact: (options.workers ?? 1) === 1 };
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

interface Collected {
  readonly output: string;
  readonly code: number | null;
  readonly timedOut: boolean;
}

function collect({ java, jar }: Toolchain, file: string, directory: string, options: TlcOptions): Promise<Collected> {
  const { specification, heap = '3g', workers = 1, budgetMs } = options;
  // TLC unpacks its standard modules into java.io.tmpdir under fixed names and deletes them when it ends:
  // two runs at a time need a folder each.
  const jvm = ['-XX:+UseParallelGC', `-Xmx${heap}`, `-Djava.io.tmpdir=${directory}`, '-cp', jar, 'tlc2.TLC'];
  const tlc = ['-workers', `${workers}`, '-nowarning', '-metadir', join(directory, 'states'), '-config', file];
  return new Promise((resolve, reject) => {
    const child = spawn(java, [...jvm, ...tlc, basename(specification)], {
      stdio: ['ignore', 'pipe', 'pipe'],
      cwd: dirname(specification),
    });
    let output = '';
    let timedOut = false;
    const timer = setTimeout(
      () => {
        timedOut = true;
        child.kill('SIGKILL');
      },
      budgetMs ?? 2 ** 30,
    );
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.on('error', reject);
    child.on('close', (code) => {
      clearTimeout(timer);
      resolve({ output, code, timedOut });
    });
  });
}

const number = (text: string | undefined): number => Number((text ?? '0').replaceAll(',', ''));

/** Reads the figures from what TLC prints. */
export function parse(output: string, ms: number): Omit<TlcResult, 'exhausted' | 'isDepthExact'> {
  const invariant = /Invariant (\w+) is violated/.exec(output)?.[1];
  const property = /Temporal properties were violated/.test(output) ? 'L' : undefined;
  const found = [...output.matchAll(/([\d,]+) distinct states found/g)].at(-1)?.[1];
  const levels = /depth of the complete state graph search is (\d+)/.exec(output)?.[1];
  const reached = [...output.matchAll(/Progress\((\d+)\)/g)].at(-1)?.[1];
  return {
    violated: invariant ?? property,
    distinct: number(found),
    depth: number(levels ?? reached),
    steps: [...output.matchAll(/^State \d+:/gm)].length,
    ms,
    output,
  };
}
