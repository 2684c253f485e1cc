import { fileURLToPath } from 'node:url';
import { basicEnvironment, readCandidate } from './environment.js';
import { findPython } from './python.js';

/** A program that claims to keep the contract. */
export interface Candidate {
  readonly name: string;
  readonly program: string;
  readonly args: readonly string[];
  /** What it needs beside the variables of the contract. */
  readonly environment: Readonly<Record<string, string>>;
  /** Why it cannot be run here. */
  readonly missing?: string;
}

const GUARD_SERVICE = fileURLToPath(new URL('../dist/guard-service.js', import.meta.url));

/** The guard in TypeScript, the service in Python, and whatever KEYTURN_CONFORMANCE_COMMAND names. */
export async function findCandidates(): Promise<Candidate[]> {
  const guard = { name: 'guard (TypeScript)', program: process.execPath, args: [GUARD_SERVICE] };
  const [program, ...args] = readCandidate();
  return [
    { ...guard, environment: basicEnvironment() },
    await reports(),
    ...(program === undefined ? [] : [{ name: program, program, args, environment: basicEnvironment() }]),
  ];
}

async function reports(): Promise<Candidate> {
  const named = { name: 'reports (Python)', args: ['-m', 'reports'] };
  const python = await findPython();
  if ('missing' in python) return { ...named, program: '', environment: {}, missing: python.missing };
  return { ...named, ...python };
}
